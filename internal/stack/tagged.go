package stack

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// Tagged returns the stacks that carry all of the tags. It reads every stack of the account and region, page by page,
// since CloudFormation has no filter.
func (c *Client) Tagged(ctx context.Context, tags map[string]string) ([]Stack, error) {
	var found []Stack
	pages := cloudformation.NewDescribeStacksPaginator(c.CFN, &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the stacks: %w", err)
		}
		for _, one := range out.Stacks {
			if s := FromSDK(one); s.Exists() && s.carries(tags) {
				found = append(found, s)
			}
		}
	}
	return found, nil
}

func (s Stack) carries(tags map[string]string) bool {
	for k, v := range tags {
		if got, ok := s.Tags[k]; !ok || got != v {
			return false
		}
	}
	return true
}
