package ec2

import (
	"context"
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Tag is a tag.
type Tag struct{ Key, Value *string }

// TagSpecification tags what a create operation makes.
type TagSpecification struct {
	ResourceType string
	Tags         []Tag `wire:"tag"`
}

// kinds are the resource types by the prefix of their IDs, with how ARNs spell them.
func kinds() map[string]string {
	return map[string]string{
		"vpc": "vpc", "subnet": "subnet", "igw": "internet-gateway", "rtb": "route-table", "eipalloc": "elastic-ip",
		"nat": "natgateway", "sg": "security-group", "sgr": "security-group-rule", "vpce": "vpc-endpoint",
	}
}

func kindOf(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	return kinds()[prefix]
}

// exists says whether there is anything of that ID. The caller holds the lock.
func (s *Service) exists(id string) bool {
	st := &s.state
	_, a := st.VPCs[id]
	_, b := st.Subnets[id]
	_, c := st.Gateways[id]
	_, d := st.Tables[id]
	_, e := st.Addresses[id]
	_, f := st.NATs[id]
	_, g := st.SecurityGroups[id]
	_, h := st.Endpoints[id]
	return a || b || c || d || e || f || g || h || s.rule(id) != nil
}

// specify gives a new resource the tags of its kind's specifications. The caller holds the lock.
func (s *Service) specify(id string, specs []TagSpecification) {
	tags := map[string]string{}
	for _, spec := range specs {
		if spec.ResourceType == "" || spec.ResourceType == kindOf(id) {
			for _, t := range spec.Tags {
				tags[str(t.Key)] = str(t.Value)
			}
		}
	}
	s.state.Tags[id] = tags
}

// checkSpecs refuses tags for another kind of thing than the one to be made.
func checkSpecs(kind string, specs []TagSpecification) error {
	for _, spec := range specs {
		if spec.ResourceType != kind {
			return fail("InvalidParameterValue", "'"+spec.ResourceType+"' is not a valid taggable resource type for this operation.")
		}
	}
	return nil
}

// tags returns a resource's tags as answers carry them. The caller holds the lock.
func (s *Service) tags(id string) []Tag {
	list := []Tag{}
	for _, key := range slices.Sorted(maps.Keys(s.state.Tags[id])) {
		list = append(list, Tag{Key: ptr(key), Value: ptr(s.state.Tags[id][key])})
	}
	return list
}

// CreateTagsInput is the input of CreateTags.
type CreateTagsInput struct {
	Resources []string `wire:"resourceId"`
	Tags      []Tag    `wire:"tag"`
}

// CreateTags adds or replaces tags.
func (s *Service) CreateTags(_ context.Context, in *CreateTagsInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range in.Resources {
		if !s.exists(id) {
			return nil, fail("InvalidID", "The ID '"+id+"' is not valid")
		}
	}
	for _, id := range in.Resources {
		tags := maps.Clone(s.state.Tags[id])
		if tags == nil {
			tags = map[string]string{}
		}
		for _, t := range in.Tags {
			tags[str(t.Key)] = str(t.Value)
		}
		s.state.Tags[id] = tags
	}
	return done(), nil
}

// DeleteTagsInput is the input of DeleteTags.
type DeleteTagsInput struct {
	Resources []string `wire:"resourceId"`
	Tags      []Tag    `wire:"tag"`
}

// DeleteTags removes the named tags, those with a value only where it is the same; without names all.
func (s *Service) DeleteTags(_ context.Context, in *DeleteTagsInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range in.Resources {
		tags := maps.Clone(s.state.Tags[id])
		maps.DeleteFunc(tags, func(key, value string) bool {
			return len(in.Tags) == 0 || slices.ContainsFunc(in.Tags, func(t Tag) bool {
				return str(t.Key) == key && (t.Value == nil || *t.Value == value)
			})
		})
		s.state.Tags[id] = tags
	}
	return done(), nil
}

// TagDescription is one tag of one resource.
type TagDescription struct {
	Key, Value   *string
	ResourceId   *string
	ResourceType string
}

// DescribeTagsInput is the input of DescribeTags.
type DescribeTagsInput struct {
	Filters    []Filter `wire:"filter"`
	MaxResults *int32
	NextToken  *string
}

// DescribeTagsOutput is the output of DescribeTags.
type DescribeTagsOutput struct {
	NextToken *string
	Tags      []TagDescription `wire:"tagSet"`
}

// DescribeTags lists tags.
func (s *Service) DescribeTags(_ context.Context, in *DescribeTagsInput) (*DescribeTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []TagDescription
	for _, id := range slices.Sorted(maps.Keys(s.state.Tags)) {
		for _, t := range s.tags(id) {
			all = append(all, TagDescription{Key: t.Key, Value: t.Value, ResourceId: ptr(id), ResourceType: kindOf(id)})
		}
	}
	found, next, err := query[TagDescription]{
		filters: in.Filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(t TagDescription) attributes {
			return attributes{"key": {str(t.Key)}, "value": {str(t.Value)}, "resource-id": {str(t.ResourceId)}, "resource-type": {t.ResourceType}}
		},
	}.run(all, s.state.Tags)
	return &DescribeTagsOutput{Tags: found, NextToken: next}, err
}

// Tagged lists everything that has tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for id, tags := range s.state.Tags {
		all = append(all, ids.Tagged{ARN: s.scope.ARN("ec2", kindOf(id)+"/"+id), Tags: tags})
	}
	return all
}
