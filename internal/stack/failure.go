package stack

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/fault"
)

// broken explains a change that CloudFormation did not carry out.
func broken(ch *Change, end Stack, f failure) error {
	cause := f.err()
	if cause == nil && end.Reason != "" {
		cause = errors.New(end.Reason)
	}
	e := &fault.Error{What: fmt.Sprintf("the infrastructure (stack %s) could not be changed; it is as it was before", end.Name), Err: cause}
	switch {
	case end.Status == types.StackStatusUpdateRollbackFailed:
		e.What = fmt.Sprintf("the infrastructure (stack %s) could not be changed, nor brought back", end.Name)
		e.Hint = "repair the resource that is named and run the same command again: ferry then finishes the rollback"
	case ch.New():
		e.What = fmt.Sprintf("the infrastructure (stack %s) could not be made", end.Name)
		e.Hint = "repair the cause and run the same command again: ferry removes what is left of the stack and makes it anew"
	}
	if strings.Contains(f.reason, "service linked role") || strings.Contains(f.reason, "service-linked role") {
		// The first cluster of an account fails with this while IAM still makes the role, which the failure itself asked for.
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
		e.Hint = "AWS makes this role when the account first needs it: run the same command again; if it fails again, run: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com"
	}
	if strings.Contains(f.reason, "already exists") {
		e.Hint = fmt.Sprintf("something of that name is there that is not the stack's, such as a log group that an earlier delete kept: "+
			"delete what %s names and run the same command again", f.resource)
	}
	return e
}

func failed(name, what string, cause error) error {
	return &fault.Error{What: fmt.Sprintf("stack %s: %s", name, what), Err: cause}
}
