package release_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ferry.dev/ferry/internal/release"
)

// What leaves the definition is taken away by saying so, one block at a time: what is not named ECS keeps, and naming
// another block would drop or change that.
func TestABlockThatGoesIsNamedAloneAndIsEmpty(t *testing.T) {
	t.Parallel()
	blocks := map[string]struct {
		live func(*types.Service)
		want *ecs.UpdateServiceInput
	}{
		"load balancer": {
			func(s *types.Service) { s.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: aws.String("tg")}} },
			&ecs.UpdateServiceInput{LoadBalancers: []types.LoadBalancer{}},
		},
		"service registries": {
			func(s *types.Service) {
				s.ServiceRegistries = []types.ServiceRegistry{{RegistryArn: aws.String("registry")}}
			},
			&ecs.UpdateServiceInput{ServiceRegistries: []types.ServiceRegistry{}},
		},
		"service connect": {
			func(s *types.Service) {
				s.Deployments[0].ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true, Namespace: aws.String("shop")}
			},
			&ecs.UpdateServiceInput{ServiceConnectConfiguration: &types.ServiceConnectConfiguration{Enabled: false}},
		},
		"volumes": {
			func(s *types.Service) {
				s.Deployments[0].VolumeConfigurations = []types.ServiceVolumeConfiguration{{Name: aws.String("data")}}
			},
			&ecs.UpdateServiceInput{VolumeConfigurations: []types.ServiceVolumeConfiguration{}},
		},
		"placement strategy": {
			func(s *types.Service) {
				s.PlacementStrategy = []types.PlacementStrategy{{Type: types.PlacementStrategyTypeSpread}}
			},
			&ecs.UpdateServiceInput{PlacementStrategy: []types.PlacementStrategy{}},
		},
		"health check grace period": {
			func(s *types.Service) { s.HealthCheckGracePeriodSeconds = aws.Int32(60) },
			&ecs.UpdateServiceInput{HealthCheckGracePeriodSeconds: aws.Int32(0)},
		},
	}
	for name, b := range blocks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, l := wanted(t), running(registered(7))
			d.Service.LoadBalancers, d.Service.ServiceRegistries, d.Service.ServiceConnectConfiguration = nil, nil, nil
			b.live(l.Service)
			p := release.Compare(l, d)
			if diff := cmp.Diff(b.want, p.Update, ignoreSerde(), cmpopts.IgnoreUnexported(types.ServiceConnectConfiguration{})); diff != "" {
				t.Errorf("the update differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatADeploymentIsToldNoMoreIsSwitchedOff(t *testing.T) {
	t.Parallel()
	d, l := wanted(t), running(registered(7))
	live := l.Service.DeploymentConfiguration
	live.Alarms = &types.DeploymentAlarms{AlarmNames: []string{"errors"}, Enable: true, Rollback: true}
	live.EarlySuccessCriteria = &types.DeploymentEarlySuccessCriteria{Enable: true, HealthyPercent: aws.Int32(100), SourceServiceRevisionCleanup: types.ServiceRevisionCleanupBlocking}
	live.LifecycleHooks = []types.DeploymentLifecycleHook{{TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreScaleUp}}}
	u := release.Compare(l, d).Update
	if u == nil || u.DeploymentConfiguration == nil {
		t.Fatalf("%+v", u)
	}
	got, want := *u.DeploymentConfiguration, *d.Service.DeploymentConfiguration
	want.Alarms, want.EarlySuccessCriteria, want.LifecycleHooks = &types.DeploymentAlarms{AlarmNames: []string{}}, &types.DeploymentEarlySuccessCriteria{}, []types.DeploymentLifecycleHook{}
	if diff := cmp.Diff(text(t, want), text(t, got)); diff != "" {
		t.Error(diff)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
