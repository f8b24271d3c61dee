package cloudmap_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestAServiceKeepsItsInstancesUntilTheyAreTakenAwayAndIsNotDeletedBefore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client := servicediscovery.NewFromConfig(emulatortest.Start(t).Config)
	op, err := client.CreatePrivateDnsNamespace(ctx, &servicediscovery.CreatePrivateDnsNamespaceInput{Name: aws.String("test.local"), Vpc: aws.String("vpc-1")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.GetOperation(ctx, &servicediscovery.GetOperationInput{OperationId: op.OperationId})
	if err != nil {
		t.Fatal(err)
	}
	namespace := got.Operation.Targets["NAMESPACE"]
	made, err := client.CreateService(ctx, &servicediscovery.CreateServiceInput{
		Name: aws.String("web"), NamespaceId: &namespace,
		DnsConfig: &types.DnsConfig{DnsRecords: []types.DnsRecord{{Type: types.RecordTypeA, TTL: aws.Int64(10)}}, RoutingPolicy: types.RoutingPolicyMultivalue},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := made.Service.Id
	if _, err := client.RegisterInstance(ctx, &servicediscovery.RegisterInstanceInput{
		ServiceId: id, InstanceId: aws.String("one"), Attributes: map[string]string{"AWS_INSTANCE_IPV4": "10.0.0.7"},
	}); err != nil {
		t.Fatal(err)
	}
	list, err := client.ListInstances(ctx, &servicediscovery.ListInstancesInput{ServiceId: id})
	if err != nil {
		t.Fatal(err)
	}
	want := []types.InstanceSummary{{Id: aws.String("one"), Attributes: map[string]string{"AWS_INSTANCE_IPV4": "10.0.0.7"}}}
	if diff := cmp.Diff(want, list.Instances, cmp.AllowUnexported(), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	if code := emulatortest.Code(deleted(t, client, id)); code != "ResourceInUse" {
		t.Errorf("deleting it with an instance: %q", code)
	}
	if _, err := client.DeregisterInstance(ctx, &servicediscovery.DeregisterInstanceInput{ServiceId: id, InstanceId: aws.String("one")}); err != nil {
		t.Error(err)
	}
	if err := deleted(t, client, id); err != nil {
		t.Error(err)
	}
}

func deleted(t *testing.T, client *servicediscovery.Client, id *string) error {
	t.Helper()
	_, err := client.DeleteService(t.Context(), &servicediscovery.DeleteServiceInput{Id: id})
	return err
}
