package stack

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/fault"
)

func TestTheFirstClusterOfAnAccountFailsWithAHintAtTheRoleThatAWSMakes(t *testing.T) {
	t.Parallel()
	err := broken(&Change{}, Stack{Name: "shop-test", Status: types.StackStatusRollbackComplete}, failure{
		resource: "Cluster (AWS::ECS::Cluster)",
		reason:   "Invalid request provided: CreateCluster Invalid Request: Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
	})
	if hint := fault.Hint(err); !strings.Contains(hint, "run the same command again") || !strings.Contains(hint, "create-service-linked-role") {
		t.Errorf("got hint %q", hint)
	}
}
