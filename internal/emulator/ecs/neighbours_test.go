package ecs_test

import (
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	cloudmaptypes "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cloudmap"
	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/ids"
)

// registry makes a namespace test.local with a name in it, and returns the namespace's ARN and the name's.
func registry(t *testing.T, names *cloudmap.Service, name string) (space, arn string) {
	t.Helper()
	must(t)(names.CreatePrivateDnsNamespace(t.Context(), &servicediscovery.CreatePrivateDnsNamespaceInput{Name: aws.String("test.local"), Vpc: aws.String("vpc-1")}))
	list, err := names.ListNamespaces(t.Context(), &servicediscovery.ListNamespacesInput{})
	namespace := get(t, list, err).Namespaces[0]
	svc, err := names.CreateService(t.Context(), &servicediscovery.CreateServiceInput{Name: &name, NamespaceId: namespace.Id,
		DnsConfig: &cloudmaptypes.DnsConfig{DnsRecords: []cloudmaptypes.DnsRecord{{Type: cloudmaptypes.RecordTypeA, TTL: aws.Int64(10)}}}})
	return *namespace.Arn, *get(t, svc, err).Service.Arn
}

func TestTasksFindTheServicesOfTheirNamespaceAndOfThePrivateDNS(t *testing.T) {
	t.Parallel()
	names := cloudmap.New(ids.Default(), clock.Real(1))
	w := newWorld(t, func(d *ecs.Deps) { d.CloudMap = names })
	space, arn := registry(t, names, "API")
	connect := func(services ...types.ServiceConnectService) func(*sdk.CreateServiceInput) {
		return func(in *sdk.CreateServiceInput) {
			in.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true, Namespace: &space, Services: services}
		}
	}
	api := container("app", "api:1")
	api.PortMappings[0].Name = aws.String("http")
	web := w.register(definition("web", container("app", "web:1")))
	w.create("web", web, 1, connect())
	w.create("alone", w.register(definition("alone", container("app", "alone:1"))), 1)
	w.create("api", w.register(definition("api", api)), 2, func(in *sdk.CreateServiceInput) {
		in.ServiceRegistries = []types.ServiceRegistry{{RegistryArn: &arn}}
	}, connect(
		types.ServiceConnectService{PortName: aws.String("http"), ClientAliases: []types.ServiceConnectClientAlias{{DnsName: aws.String("api"), Port: aws.Int32(80)}}},
		types.ServiceConnectService{PortName: aws.String("http"), ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(8080)}}},
	))
	known := func(family string) []string {
		var all []string
		for _, list := range w.run.Names(family) {
			for _, n := range list {
				all = append(all, fmt.Sprintf("%s:%d", n.Host, n.Port))
			}
		}
		return all
	}
	want := map[string][]string{"web": {"api:80", "http.test.local:8080", "api.test.local:8080"}, "alone": {"api.test.local:8080"}}
	for family, list := range want {
		w.until(fmt.Sprintf("%s finds %s", family, list), func() bool { return slices.Equal(known(family), list) })
	}
	w.until("a task of api answers", func() bool {
		for _, list := range w.run.Names("web") {
			conn, err := list[0].Dial()
			if err != nil {
				return false
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
				return false
			}
			answer, err := io.ReadAll(conn)
			return err == nil && len(answer) > 0
		}
		return false
	})
	must(t)(w.ecs.DeleteService(t.Context(), &sdk.DeleteServiceInput{Cluster: aws.String("demo"), Service: aws.String("api"), Force: aws.Bool(true)}))
	w.until("nobody finds api", func() bool { return len(known("web"))+len(known("alone")) == 0 })
}

func TestANameWithoutATaskThatRunsRefusesConnections(t *testing.T) {
	t.Parallel()
	names := cloudmap.New(ids.Default(), clock.Real(1))
	w := newWorld(t, func(d *ecs.Deps) { d.CloudMap = names })
	_, arn := registry(t, names, "api")
	w.create("api", w.register(definition("api", container("app", "api:1"))), 0, func(in *sdk.CreateServiceInput) {
		in.ServiceRegistries = []types.ServiceRegistry{{RegistryArn: &arn}}
	})
	w.create("web", w.register(definition("web", container("app", "web:1"))), 1)
	w.until("web knows the name", func() bool {
		for _, list := range w.run.Names("web") {
			return len(list) == 1
		}
		return false
	})
	for _, list := range w.run.Names("web") {
		if conn, err := list[0].Dial(); err == nil || err.Error() != "service api has no task that answers" {
			t.Errorf("%v %v", conn, err)
		}
	}
}
