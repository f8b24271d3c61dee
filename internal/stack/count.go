package stack

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/event"
)

// count reads what the change set will do, all of its pages.
func (c *Client) count(ctx context.Context, ch *Change, out *cloudformation.DescribeChangeSetOutput) error {
	ch.Changes = event.StackChanges{Stack: ch.Spec.Name}
	for {
		for _, one := range out.Changes {
			if one.ResourceChange != nil {
				tally(&ch.Changes, *one.ResourceChange)
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		var err error
		out, err = c.CFN.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{ChangeSetName: &ch.id, NextToken: out.NextToken})
		if err != nil {
			return fmt.Errorf("reading the change of stack %s: %w", ch.Spec.Name, err)
		}
	}
}

func tally(t *event.StackChanges, r types.ResourceChange) {
	switch r.Action {
	case types.ChangeActionAdd, types.ChangeActionImport:
		t.Add++
	case types.ChangeActionModify:
		t.Modify++
	case types.ChangeActionRemove:
		t.Remove++
	}
	if r.Replacement == types.ReplacementTrue {
		t.Replacements = append(t.Replacements, aws.ToString(r.LogicalResourceId))
	}
}
