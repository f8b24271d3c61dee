package release

import (
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/fault"
)

func TestAMissingServiceLinkedRoleIsToldApartFromTheServicesOwnRoles(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"Unable to assume the service linked role. Please verify that the ECS service linked role exists.":                   "create-service-linked-role --aws-service-name ecs.amazonaws.com",
		"ECS was unable to assume the role 'arn:aws:iam::111122223333:role/shop-test-web-execution' that was provided for …": "iam:PassRole",
	} {
		err := &smithy.GenericAPIError{Code: "InvalidParameterException", Message: message}
		if !roleNotYet(err) {
			t.Errorf("%q is not waited for, though IAM may only be late", message)
		}
		if hint := fault.Hint(explain("ECS refused", err)); !strings.Contains(hint, want) {
			t.Errorf("%q: got hint %q", message, hint)
		}
	}
}
