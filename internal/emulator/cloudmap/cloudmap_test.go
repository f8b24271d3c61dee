package cloudmap_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestANamespaceIsMadeByAnOperationFoundByItsTypeAndDeleted(t *testing.T) {
	t.Parallel()
	c, ctx := servicediscovery.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	made, err := c.CreateHttpNamespace(ctx, &servicediscovery.CreateHttpNamespaceInput{Name: aws.String("test.demo")})
	if err != nil {
		t.Fatal(err)
	}
	op, err := c.GetOperation(ctx, &servicediscovery.GetOperationInput{OperationId: made.OperationId})
	if err != nil || op.Operation.Status != types.OperationStatusSuccess {
		t.Fatalf("%v %v", op, err)
	}
	id := op.Operation.Targets["NAMESPACE"]
	if _, err := c.CreatePrivateDnsNamespace(ctx, &servicediscovery.CreatePrivateDnsNamespaceInput{Name: aws.String("test.local"), Vpc: aws.String("vpc-1")}); err != nil {
		t.Fatal(err)
	}
	list, err := c.ListNamespaces(ctx, &servicediscovery.ListNamespacesInput{Filters: []types.NamespaceFilter{{Name: types.NamespaceFilterNameType, Values: []string{"HTTP"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1", id, "test.demo"}, []string{string(rune('0' + len(list.Namespaces))), *list.Namespaces[0].Id, *list.Namespaces[0].Name}); diff != "" {
		t.Error(diff)
	}
	exists := new(types.NamespaceAlreadyExists)
	if _, err := c.CreateHttpNamespace(ctx, &servicediscovery.CreateHttpNamespaceInput{Name: aws.String("test.demo")}); !errors.As(err, &exists) || *exists.NamespaceId != id {
		t.Errorf("a second of that name: %v", err)
	}
	if _, err := c.DeleteNamespace(ctx, &servicediscovery.DeleteNamespaceInput{Id: &id}); err != nil {
		t.Fatal(err)
	}
	gone := new(types.NamespaceNotFound)
	if _, err := c.GetNamespace(ctx, &servicediscovery.GetNamespaceInput{Id: &id}); !errors.As(err, &gone) {
		t.Errorf("after its end: %v", err)
	}
}
