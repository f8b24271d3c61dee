package release_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/release"
)

func TestWhatECSCannotChangeIsRefusedWithAWayThatIsOpen(t *testing.T) {
	t.Parallel()
	service := func(launch types.LaunchType, change ...func(*types.Service)) *types.Service {
		s := &types.Service{ServiceName: aws.String("web"), Status: aws.String("ACTIVE"), LaunchType: launch}
		for _, c := range change {
			c(s)
		}
		return s
	}
	strategy := func(s *types.Service) {
		s.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE")}}
	}
	daemon := func(s *types.Service) { s.SchedulingStrategy = types.SchedulingStrategyDaemon }
	express := func(s *types.Service) { s.ResourceManagementType = types.ResourceManagementTypeEcs }
	network := func(s *types.Service) {
		s.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}}
	}
	const anew = "delete the service first: ferry delete service web; it is down until the next deploy"
	for name, c := range map[string]struct {
		live       *types.Service
		next       release.Place
		what, hint string
	}{
		"a new service":       {next: release.Place{LaunchType: "EC2"}},
		"the same":            {live: service("FARGATE", network), next: release.Place{LaunchType: "FARGATE", Interfaces: true}},
		"to providers":        {live: service("FARGATE"), next: release.Place{}},
		"from providers":      {live: service("", strategy), next: release.Place{LaunchType: "FARGATE"}},
		"instances later":     {live: service("EC2"), next: release.Place{LaunchType: "EC2", Interfaces: true}},
		"Fargate to EC2":      {live: service("FARGATE"), next: release.Place{LaunchType: "EC2"}, what: "the launch type of service web from FARGATE to EC2", hint: "name a group of instances in capacity_providers instead of launch_type"},
		"EC2 to Fargate":      {live: service("EC2"), next: release.Place{LaunchType: "FARGATE"}, what: "the launch type of service web from EC2 to FARGATE", hint: "write capacity_providers: [FARGATE] instead of launch_type"},
		"EC2 to External":     {live: service("EC2"), next: release.Place{LaunchType: "EXTERNAL"}, what: "the launch type of service web from EC2 to EXTERNAL", hint: anew},
		"a daemon":            {live: service("EC2"), next: release.Place{LaunchType: "EC2", Daemon: true}, what: "the scheduling of service web from replica to daemon", hint: anew},
		"no daemon any more":  {live: service("EC2", daemon), next: release.Place{LaunchType: "EC2"}, what: "the scheduling of service web from daemon to replica", hint: anew},
		"to Express Mode":     {live: service("FARGATE", network), next: release.Place{LaunchType: "FARGATE", Interfaces: true, Express: true}, what: "who keeps the load balancer of service web from ferry to ECS in Express Mode", hint: anew},
		"from Express Mode":   {live: service("FARGATE", network, express), next: release.Place{LaunchType: "FARGATE", Interfaces: true}, what: "who keeps the load balancer of service web from ECS in Express Mode to ferry", hint: anew},
		"in Express Mode":     {live: service("FARGATE", network, express), next: release.Place{LaunchType: "FARGATE", Interfaces: true, Express: true}},
		"a network of no use": {live: service("EC2", network), next: release.Place{LaunchType: "EC2"}, what: "the network mode of service web from awsvpc to one without interfaces of its own", hint: anew},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := release.Unchangeable(release.Live{Service: c.live}, c.next)
			if c.what == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var got *fault.Error
			if !errors.As(err, &got) {
				t.Fatalf("%v", err)
			}
			want := fault.Error{Code: fault.Refused, What: "ECS cannot change " + c.what, Hint: c.hint}
			if diff := cmp.Diff(want, *got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
