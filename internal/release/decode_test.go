package release_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/release"
)

// open is a service with what the SDK has interfaces for.
var open = strings.NewReplacer(
	`"maximumPercent": 200`, `"maximumPercent": 200, "lifecycleHooks": [{"hookTargetArn": "f", "lifecycleStages": ["PRE_SCALE_UP"], "hookDetails": {"url": "https://x", "tries": [1, 2.5]}}]`,
	`"serviceConnectConfiguration": {"enabled": false}`, `"serviceConnectConfiguration": {"enabled": true, "namespace": "shop", "containerConfigurations": [{"logLevel": "debug"}]}`,
)

func TestDocumentsAndUnionsAreRead(t *testing.T) {
	t.Parallel()
	d, err := release.Parse([]byte(taskJSON), []byte(open.Replace(serviceJSON)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.Service.DeploymentConfiguration.LifecycleHooks[0].HookDetails.MarshalSmithyDocument()
	if diff := cmp.Diff(`{"tries":[1,2.5],"url":"https://x"}`, string(text)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	level, ok := d.Service.ServiceConnectConfiguration.ContainerConfigurations[0].(*types.ServiceConnectContainerConfigurationMemberLogLevel)
	if !ok || level.Value != types.ServiceConnectContainerLogLevelDebug {
		t.Errorf("got %#v", d.Service.ServiceConnectConfiguration.ContainerConfigurations)
	}
}

func TestAUnionWithAnotherMemberIsRefused(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{`[{"level": "debug"}]`, `[{}]`, `{"logLevel": "debug"}`, `[3]`, `[{"logLevel": "debug", "more": 1}]`} {
		doc := strings.Replace(open.Replace(serviceJSON), `[{"logLevel": "debug"}]`, wrong, 1)
		if _, err := release.Parse([]byte(taskJSON), []byte(doc)); err == nil {
			t.Errorf("%s is read", wrong)
		}
	}
}

func TestDocumentsAndUnionsAreComparedByWhatTheySay(t *testing.T) {
	t.Parallel()
	d, err := release.Parse([]byte(taskJSON), []byte(open.Replace(serviceJSON)))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		details any
		level   types.ServiceConnectContainerLogLevel
		want    []string
	}{
		"the same":        {map[string]any{"url": "https://x", "tries": []any{1, 2.5}}, types.ServiceConnectContainerLogLevelDebug, nil},
		"other details":   {map[string]any{"url": "https://y", "tries": []any{1, 2.5}}, types.ServiceConnectContainerLogLevelDebug, []string{"deployment.lifecycleHooks"}},
		"another level":   {map[string]any{"url": "https://x", "tries": []any{1, 2.5}}, types.ServiceConnectContainerLogLevelInfo, []string{"service connect.containerConfigurations"}},
		"nothing of both": {nil, "", []string{"service connect.containerConfigurations", "deployment.lifecycleHooks"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := running(registered(7))
			hook := types.DeploymentLifecycleHook{HookTargetArn: ptr("f"), LifecycleStages: []types.DeploymentLifecycleHookStage{"PRE_SCALE_UP"}}
			connect := &types.ServiceConnectConfiguration{Enabled: true, Namespace: ptr("shop")}
			if c.details != nil {
				hook.HookDetails = document.NewLazyDocument(c.details)
				connect.ContainerConfigurations = []types.ServiceConnectContainerConfiguration{&types.ServiceConnectContainerConfigurationMemberLogLevel{Value: c.level}}
			}
			live.Service.DeploymentConfiguration.LifecycleHooks = []types.DeploymentLifecycleHook{hook}
			live.Service.Deployments[0].ServiceConnectConfiguration = connect
			want := release.Definition{Task: d.Task, Service: d.Service}
			got := release.Compare(live, want).Changes
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("the reasons differ (-want +got):\n%s", diff)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestServiceConnectSaysWhatECSFillsIn(t *testing.T) {
	t.Parallel()
	const service = `{"portName": "port-80", "discoveryName": "web-sc", "clientAliases": [{"port": 80, "dnsName": "web"}]`
	for name, c := range map[string]struct {
		timeout string
		live    *types.TimeoutConfiguration
		want    []string
	}{
		"nothing said":          {"", nil, nil},
		"for ever":              {`, "timeout": {"idleTimeoutSeconds": 0}`, nil, []string{"service connect.services"}},
		"for ever, already":     {`, "timeout": {"idleTimeoutSeconds": 0}`, &types.TimeoutConfiguration{IdleTimeoutSeconds: ptr(int32(0))}, nil},
		"ECS's own, once again": {"", &types.TimeoutConfiguration{PerRequestTimeoutSeconds: ptr(int32(30))}, []string{"service connect.services"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := strings.Replace(serviceJSON, `{"enabled": false}`, `{"enabled": true, "namespace": "shop", "services": [`+service+c.timeout+`}], "accessLogConfiguration": {"format": "TEXT"}}`, 1)
			d, err := release.Parse([]byte(taskJSON), []byte(doc))
			if err != nil {
				t.Fatal(err)
			}
			live := running(registered(7))
			live.Service.Deployments[0].ServiceConnectConfiguration = &types.ServiceConnectConfiguration{
				Enabled: true, Namespace: ptr("shop"),
				Services: []types.ServiceConnectService{{
					PortName: ptr("port-80"), DiscoveryName: ptr("web-sc"), Timeout: c.live,
					ClientAliases: []types.ServiceConnectClientAlias{{Port: ptr(int32(80)), DnsName: ptr("web")}},
				}},
				AccessLogConfiguration:  &types.ServiceConnectAccessLogConfiguration{Format: "TEXT", IncludeQueryParameters: "DISABLED"},
				ContainerConfigurations: []types.ServiceConnectContainerConfiguration{&types.ServiceConnectContainerConfigurationMemberLogLevel{Value: "info"}},
			}
			if diff := cmp.Diff(c.want, release.Compare(live, d).Changes); diff != "" {
				t.Errorf("the reasons differ (-want +got):\n%s", diff)
			}
		})
	}
}
