// Package tagging is the resource groups tagging API: every tagged resource of the other services, found by its tags.
// It keeps nothing itself.
package tagging

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Source is a service whose resources carry tags.
type Source interface{ Tagged() []ids.Tagged }

// Service is the resource groups tagging API.
type Service struct{ sources []Source }

// New makes the service over the services whose resources it finds.
func New(sources ...Source) *Service { return &Service{sources: sources} }

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "tagging", Protocol: wire.JSON11, TargetPrefix: "ResourceGroupsTaggingAPI_20170126", PascalNames: true,
		Operations: map[string]wire.Operation{
			"GetResources": wire.Op(s.GetResources),
			"GetTagKeys":   wire.Op(s.GetTagKeys),
			"GetTagValues": wire.Op(s.GetTagValues),
		},
	}
}

// GetResources lists resources that have tags and match every filter, by ARN.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
func (s *Service) GetResources(_ context.Context, in *tagging.GetResourcesInput) (*tagging.GetResourcesOutput, error) {
	if len(in.ResourceARNList) > 0 && (len(in.ResourceTypeFilters) > 0 || len(in.TagFilters) > 0 || in.ResourcesPerPage != nil) {
		return nil, invalid("ResourceARNList cannot be used together with filters or paging.")
	}
	found := []types.ResourceTagMapping{}
	for _, r := range s.all() {
		if wanted(in, r) {
			found = append(found, types.ResourceTagMapping{ResourceARN: aws.String(r.ARN), Tags: list(r.Tags)})
		}
	}
	page, next, err := paging.Page(found, in.PaginationToken, in.ResourcesPerPage, 100)
	if err != nil {
		return nil, &types.PaginationTokenExpiredException{Message: aws.String("The PaginationToken is not valid.")}
	}
	if next == nil {
		next = aws.String("") // as the API ends its paging
	}
	return &tagging.GetResourcesOutput{ResourceTagMappingList: page, PaginationToken: next}, nil
}

// GetTagKeys lists the tag keys in use.
func (s *Service) GetTagKeys(_ context.Context, in *tagging.GetTagKeysInput) (*tagging.GetTagKeysOutput, error) {
	keys := []string{}
	for _, r := range s.all() {
		for k := range r.Tags {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	page, next, err := paging.Page(slices.Compact(keys), in.PaginationToken, nil, 100)
	if err != nil {
		return nil, &types.PaginationTokenExpiredException{Message: aws.String("The PaginationToken is not valid.")}
	}
	return &tagging.GetTagKeysOutput{TagKeys: page, PaginationToken: next}, nil
}

// GetTagValues lists the values in use of one key.
func (s *Service) GetTagValues(_ context.Context, in *tagging.GetTagValuesInput) (*tagging.GetTagValuesOutput, error) {
	values := []string{}
	for _, r := range s.all() {
		if v, ok := r.Tags[aws.ToString(in.Key)]; ok {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	page, next, err := paging.Page(slices.Compact(values), in.PaginationToken, nil, 100)
	if err != nil {
		return nil, &types.PaginationTokenExpiredException{Message: aws.String("The PaginationToken is not valid.")}
	}
	return &tagging.GetTagValuesOutput{TagValues: page, PaginationToken: next}, nil
}

func (s *Service) all() []ids.Tagged {
	var all []ids.Tagged
	for _, source := range s.sources {
		all = append(all, source.Tagged()...)
	}
	all = slices.DeleteFunc(all, func(r ids.Tagged) bool { return len(r.Tags) == 0 })
	slices.SortFunc(all, func(a, b ids.Tagged) int { return strings.Compare(a.ARN, b.ARN) })
	return all
}

func wanted(in *tagging.GetResourcesInput, r ids.Tagged) bool {
	if len(in.ResourceARNList) > 0 {
		return slices.Contains(in.ResourceARNList, r.ARN)
	}
	if len(in.ResourceTypeFilters) > 0 && !slices.ContainsFunc(in.ResourceTypeFilters, func(f string) bool { return ofType(r.ARN, f) }) {
		return false
	}
	for _, f := range in.TagFilters {
		value, ok := r.Tags[aws.ToString(f.Key)]
		if !ok || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}

// ofType says whether an ARN is of a type such as "ecs" or "ecs:service".
func ofType(arn, filter string) bool {
	parts := strings.SplitN(arn, ":", 6)
	service, kind, typed := strings.Cut(filter, ":")
	if len(parts) != 6 || parts[2] != service {
		return false
	}
	rest, ok := strings.CutPrefix(parts[5], kind)
	return !typed || ok && (rest == "" || rest[0] == '/' || rest[0] == ':')
}

func list(tags map[string]string) []types.Tag {
	out := []types.Tag{}
	for k, v := range tags {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	slices.SortFunc(out, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return out
}

func invalid(message string) error { return &types.InvalidParameterException{Message: &message} }
