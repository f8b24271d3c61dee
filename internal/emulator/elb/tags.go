package elb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const maxTags = 50

// setTagsLocked adds tags to an ARN, all of them or none.
func (s *Service) setTagsLocked(arn string, tags []types.Tag) error {
	next := maps.Clone(s.tags[arn])
	if next == nil {
		next = map[string]string{}
	}
	seen := map[string]bool{}
	for _, t := range tags {
		k := aws.ToString(t.Key)
		if k == "" || len(k) > 128 || strings.HasPrefix(k, "aws:") && !strings.HasPrefix(k, "aws:cloudformation:") {
			return invalid("Tag key '%s' is not valid", k)
		}
		if seen[k] {
			return &types.DuplicateTagKeysException{Message: aws.String(fmt.Sprintf("Tag key '%s' was specified more than once", k))}
		}
		seen[k] = true
		next[k] = aws.ToString(t.Value)
	}
	if len(next) > maxTags {
		return &types.TooManyTagsException{Message: aws.String(fmt.Sprintf("A resource cannot have more than '%d' tags", maxTags))}
	}
	if len(next) > 0 {
		s.tags[arn] = next
	}
	return nil
}

// knownLocked returns the typed not-found error for an ARN that names nothing.
func (s *Service) knownLocked(arn string) error {
	var err error
	switch {
	case strings.Contains(arn, ":loadbalancer/"):
		_, err = s.lbLocked(&arn)
	case strings.Contains(arn, ":targetgroup/"):
		_, err = s.groupLocked(&arn)
	case strings.Contains(arn, ":listener/"):
		_, err = s.listenerLocked(&arn)
	case strings.Contains(arn, ":listener-rule/"):
		_, err = s.ruleLocked(&arn)
	default:
		err = invalid("'%s' is not a valid load balancer, target group, listener or listener rule ARN", arn)
	}
	return err
}

// AddTags adds tags to load balancers, target groups, listeners and rules.
func (s *Service) AddTags(_ context.Context, in *elbv2.AddTagsInput) (*elbv2.AddTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, arn := range in.ResourceArns {
		if err := s.knownLocked(arn); err != nil {
			return nil, err
		}
	}
	for _, arn := range in.ResourceArns {
		if err := s.setTagsLocked(arn, in.Tags); err != nil {
			return nil, err
		}
	}
	return &elbv2.AddTagsOutput{}, nil
}

// RemoveTags removes tags by key.
func (s *Service) RemoveTags(_ context.Context, in *elbv2.RemoveTagsInput) (*elbv2.RemoveTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, arn := range in.ResourceArns {
		if err := s.knownLocked(arn); err != nil {
			return nil, err
		}
		for _, k := range in.TagKeys {
			delete(s.tags[arn], k)
		}
	}
	return &elbv2.RemoveTagsOutput{}, nil
}

// DescribeTags lists the tags of up to twenty resources.
func (s *Service) DescribeTags(_ context.Context, in *elbv2.DescribeTagsInput) (*elbv2.DescribeTagsOutput, error) {
	if len(in.ResourceArns) > 20 {
		return nil, invalid("At most '20' resource ARNs can be specified")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &elbv2.DescribeTagsOutput{TagDescriptions: []types.TagDescription{}}
	for _, arn := range in.ResourceArns {
		if err := s.knownLocked(arn); err != nil {
			return nil, err
		}
		d := types.TagDescription{ResourceArn: aws.String(arn), Tags: []types.Tag{}}
		for _, k := range slices.Sorted(maps.Keys(s.tags[arn])) {
			d.Tags = append(d.Tags, types.Tag{Key: aws.String(k), Value: aws.String(s.tags[arn][k])})
		}
		out.TagDescriptions = append(out.TagDescriptions, d)
	}
	return out, nil
}
