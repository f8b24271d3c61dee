package release

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/fault"
)

// Place is where the tasks of a service are to run, as far as ECS cannot change it freely.
type Place struct {
	LaunchType types.LaunchType // "" with capacity providers
	Daemon     bool
	Express    bool // in Express Mode
	Interfaces bool // each task has a network interface of its own
}

// Unchangeable is what keeps a live service from being moved to a place: ECS has no update for it. It is a *fault.Error, or
// nil.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html
func Unchangeable(live Live, next Place) error {
	if live.Service == nil || aws.ToString(live.Service.Status) != "ACTIVE" {
		return nil
	}
	now, name := *live.Service, aws.ToString(live.Service.ServiceName)
	anew := fmt.Sprintf("delete the service first: ferry delete service %s; it is down until the next deploy", name)
	if express := InExpressMode(now); express != next.Express {
		return refusal(name, "who keeps the load balancer", keeper(express), keeper(next.Express), anew)
	}
	if daemon := now.SchedulingStrategy == types.SchedulingStrategyDaemon; daemon != next.Daemon {
		return refusal(name, "the scheduling", scheduling(daemon), scheduling(next.Daemon), anew)
	}
	if hadNetwork(now) && !next.Interfaces {
		return refusal(name, "the network mode", "awsvpc", "one without interfaces of its own", anew)
	}
	from, to := now.LaunchType, next.LaunchType
	switch {
	case from == to, from == "", to == "", len(now.CapacityProviderStrategy) > 0: // from and to capacity providers every way is open
		return nil
	case to == types.LaunchTypeFargate && from != types.LaunchTypeExternal:
		return refusal(name, "the launch type", string(from), string(to), "write capacity_providers: [FARGATE] instead of launch_type")
	case to == types.LaunchTypeEc2 && from != types.LaunchTypeExternal:
		return refusal(name, "the launch type", string(from), string(to), "name a group of instances in capacity_providers instead of launch_type")
	}
	return refusal(name, "the launch type", string(from), string(to), anew)
}

func scheduling(daemon bool) string {
	if daemon {
		return "daemon"
	}
	return "replica"
}

func keeper(express bool) string {
	if express {
		return "ECS in Express Mode"
	}
	return "ferry"
}

func hadNetwork(s types.Service) bool {
	return s.NetworkConfiguration != nil && s.NetworkConfiguration.AwsvpcConfiguration != nil && len(s.NetworkConfiguration.AwsvpcConfiguration.Subnets) > 0
}

func refusal(service, what, from, to, hint string) error {
	return &fault.Error{
		Code: fault.Refused, What: fmt.Sprintf("ECS cannot change %s of service %s from %s to %s", what, service, from, to), Hint: hint,
	}
}
