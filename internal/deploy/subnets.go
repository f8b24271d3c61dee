package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
)

// taggedSubnets finds the subnets that a service's manifest describes by their tags, in the order of their ids. It asks
// nothing where the manifest describes none.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
func (l *line) taggedSubnets(ctx context.Context, s plan.Service) ([]string, error) {
	tags := s.Manifest.Network.SubnetTags
	if len(tags) == 0 {
		return nil, nil
	}
	in := &tagging.GetResourcesInput{ResourceTypeFilters: []string{"ec2:subnet"}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		in.TagFilters = append(in.TagFilters, types.TagFilter{Key: aws.String(key), Values: tags[key]})
	}
	var ids []string
	pages := tagging.NewGetResourcesPaginator(tagging.NewFromConfig(l.target.AWS), in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("looking for the subnets of %s: %w", s.Name, err)
		}
		for _, r := range out.ResourceTagMappingList {
			arn := aws.ToString(r.ResourceARN)
			ids = append(ids, arn[strings.LastIndex(arn, "/")+1:])
		}
	}
	if len(ids) == 0 {
		return nil, &fault.Error{
			Code: fault.Refused, What: s.Name + ": no subnet of this account and region has the tags " + written(tags),
			Hint: "tag the subnets, or correct network.vpc.placement.subnets.from_tags in " + l.target.manifestFile(s.Name),
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// written puts tags into words: team=shop or platform, tier=private.
func written(tags map[string][]string) string {
	var words []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		words = append(words, key+"="+strings.Join(tags[key], " or "))
	}
	return strings.Join(words, ", ")
}
