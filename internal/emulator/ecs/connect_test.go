package ecs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/ecs"
)

func (w *world) connect(c types.ServiceConnectConfiguration) error {
	_, err := w.ecs.UpdateService(w.t.Context(), &sdk.UpdateServiceInput{
		Cluster: aws.String("demo"), Service: aws.String("web"), ServiceConnectConfiguration: &c,
	})
	return err
}

func TestServiceConnectSurvivesARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("web", w.register(definition("web", container("web", "web:1"))), 1)
	level := &types.ServiceConnectContainerConfigurationMemberLogLevel{Value: types.ServiceConnectContainerLogLevelDebug}
	if err := w.connect(types.ServiceConnectConfiguration{Enabled: true, Namespace: aws.String("shop"), ContainerConfigurations: []types.ServiceConnectContainerConfiguration{level}}); err != nil {
		t.Fatal(err)
	}
	data := get2(t)(w.ecs.Save())
	if err := w.ecs.Close(); err != nil {
		t.Fatal(err)
	}
	w.ecs = ecs.New(w.deps)
	if err := w.ecs.Load(data); err != nil {
		t.Fatal(err)
	}
	got := w.service("web").Deployments[0].ServiceConnectConfiguration
	if len(got.ContainerConfigurations) != 1 || aws.ToString(got.Namespace) != "shop" {
		t.Fatalf("got %+v", got)
	}
	if back, ok := got.ContainerConfigurations[0].(*types.ServiceConnectContainerConfigurationMemberLogLevel); !ok || back.Value != level.Value {
		t.Errorf("got %#v", got.ContainerConfigurations[0])
	}
}

func TestServiceConnectIsRefusedWhereItCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	web := container("web", "web:1")
	web.PortMappings = []types.PortMapping{{Name: aws.String("web"), ContainerPort: aws.Int32(80)}}
	w.create("web", w.register(definition("web", web)), 1)
	port := func(change func(*types.ServiceConnectService)) types.ServiceConnectConfiguration {
		s := types.ServiceConnectService{PortName: aws.String("web"), ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80)}}}
		change(&s)
		return types.ServiceConnectConfiguration{Enabled: true, Services: []types.ServiceConnectService{s}}
	}
	for want, c := range map[string]types.ServiceConnectConfiguration{
		"":               port(func(*types.ServiceConnectService) {}),
		"is not defined": port(func(s *types.ServiceConnectService) { s.PortName = aws.String("other") }),
		"exceeds the limit of 1": port(func(s *types.ServiceConnectService) {
			s.ClientAliases = append(s.ClientAliases, s.ClientAliases...)
		}),
		"appProtocol is not TCP": port(func(s *types.ServiceConnectService) {
			s.Timeout = &types.TimeoutConfiguration{PerRequestTimeoutSeconds: aws.Int32(1)}
		}),
		"logConfiguration must be specified": {Enabled: true, AccessLogConfiguration: &types.ServiceConnectAccessLogConfiguration{Format: "TEXT"}},
	} {
		err, text := w.connect(c), ""
		if err != nil {
			text = err.Error()
		}
		if (want == "") != (err == nil) || !strings.Contains(text, want) {
			t.Errorf("%q, not %s", text, cmp.Diff(want, text))
		}
	}
}
