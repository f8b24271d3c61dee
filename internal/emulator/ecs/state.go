package ecs

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime"
)

// The states that a task goes through, in order.
const (
	statusProvisioning   = "PROVISIONING"
	statusPending        = "PENDING"
	statusActivating     = "ACTIVATING"
	statusRunning        = "RUNNING"
	statusDeactivating   = "DEACTIVATING"
	statusStopping       = "STOPPING"
	statusDeprovisioning = "DEPROVISIONING"
	statusStopped        = "STOPPED"
)

// service is one ECS service. A deleted one stays as INACTIVE until its name is used again.
type service struct {
	Service  types.Service // counts, deployments, events and tags are filled when it is described
	Tags     []types.Tag
	Token    string // the client token that made it
	Events   []types.ServiceEvent
	Revision map[string]*revision // by revision ID, all that there ever were
	History  []*rollout           // service deployments, oldest first

	Deployments []*deployment // the primary first, then those that still have tasks
	Completed   string        // the revision ID that a rollback goes back to: the last that completed

	Express *express // nil: its customer keeps what leads requests to it

	Failures int       // tasks that failed one after another: the next start waits
	FailedAt time.Time // the last of them
	Steady   bool

	cluster *cluster
	kick    chan struct{} // wakes the scheduler
}

// revision is a service revision: what the tasks of one deployment are made from.
type revision struct {
	ID       string
	Revision types.ServiceRevision
	Express  *types.ExpressGatewayServiceConfiguration // in Express Mode; without what is filled in when it is described
}

// deployment is one entry of a service's deployments: a revision, and how far it is.
type deployment struct {
	ID      string // the revision's ID: "ecs-svc/" + ID is the deployment's
	Created time.Time
	Updated time.Time
	Rollout types.DeploymentRolloutState
	Reason  string
	Failed  int32
	Halted  bool // the circuit breaker opened and there was nothing to go back to: no more tasks
}

// rollout is a service deployment, the newer API's view.
type rollout struct {
	Deployment types.ServiceDeployment // counts are filled when it is described
	Target     string                  // revision IDs
	Sources    []string
	RollbackTo string
	Failures   int32
	BackFails  int32 // failures since the rollback began
}

// task is one task.
type task struct {
	Task       types.Task
	Definition types.TaskDefinition
	Deployment string // the deployment's ID; "" for a task that a service did not start
	Service    string
	Failed     bool // it failed by itself: counts for the circuit breaker
	Counted    bool
	WasHealthy bool
	Instance   string // the EC2 instance that it is on; "" = none of one's own
	Targets    []targetRecord
	Balancers  []types.LoadBalancer
	Registries []types.ServiceRegistry
	disks      disks

	cluster  *cluster
	run      runtime.Task
	boxes    []*box
	ctx      context.Context // ends when the task shall stop
	cancel   context.CancelFunc
	events   chan struct{} // something about a container changed
	met      bool          // it has been told names, and is told those that come
	known    []string      // the names that it has been told, with their ports
	balance  types.HealthStatus
	badGroup string // the target group that finds it unhealthy
	badWhy   string // why it does
}

// targetRecord is a task's registration with a target group.
type targetRecord struct {
	Group string
	ID    string
	Port  int32
}

func (svc *service) status() string { return aws.ToString(svc.Service.Status) }

func (svc *service) name() string { return aws.ToString(svc.Service.ServiceName) }

// wake asks the scheduler to look at the service.
func (svc *service) wake() {
	select {
	case svc.kick <- struct{}{}:
	default:
	}
}

// primary is the deployment that the service moves to.
func (svc *service) primary() *deployment { return svc.Deployments[0] }

// current is the newest service deployment.
func (svc *service) current() *rollout {
	if len(svc.History) == 0 {
		return nil
	}
	return svc.History[len(svc.History)-1]
}

// inProgress tells whether a service deployment has not reached an end.
func (r *rollout) inProgress() bool {
	switch r.Deployment.Status {
	case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusStopRequested,
		types.ServiceDeploymentStatusRollbackRequested, types.ServiceDeploymentStatusRollbackInProgress:
		return true
	}
	return false
}

// tasks are the service's tasks that have not stopped, oldest first.
func (svc *service) tasks() []*task {
	var out []*task
	for _, t := range svc.cluster.Tasks {
		if t.Service == svc.name() && !t.stopped() {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *task) int {
		if c := a.Task.CreatedAt.Compare(*b.Task.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(*a.Task.TaskArn, *b.Task.TaskArn)
	})
	return out
}

func (t *task) id() string { return last(aws.ToString(t.Task.TaskArn)) }

func (t *task) stopped() bool { return aws.ToString(t.Task.LastStatus) == statusStopped }

// wanted tells whether nobody has asked the task to stop yet.
func (t *task) wanted() bool { return aws.ToString(t.Task.DesiredStatus) == statusRunning }

func (t *task) running() bool { return aws.ToString(t.Task.LastStatus) == statusRunning }

func (t *task) starting() bool {
	switch aws.ToString(t.Task.LastStatus) {
	case statusProvisioning, statusPending, statusActivating:
		return true
	}
	return false
}

// settle is how long a task without any health check must have run before it counts as healthy.
const settle = 40 * time.Second

// healthy tells whether a running task may count for a deployment: its container health checks and its load balancers
// say so, or it has none and has been running for a while.
func (t *task) healthy(clk *clock.Clock) bool {
	switch {
	case !t.running() || !t.wanted():
		return false
	case t.Task.HealthStatus == types.HealthStatusUnhealthy:
		return false
	case len(t.Targets) > 0 && t.balance != types.HealthStatusHealthy:
		return false
	case t.checked():
		return t.Task.HealthStatus == types.HealthStatusHealthy
	case len(t.Targets) > 0:
		return true
	}
	return clk.Since(*t.Task.StartedAt) >= settle
}

// checked tells whether an essential container has a health check.
func (t *task) checked() bool {
	return slices.ContainsFunc(t.Definition.ContainerDefinitions, func(c types.ContainerDefinition) bool {
		return aws.ToBool(c.Essential) && hasCheck(c)
	})
}

func hasCheck(c types.ContainerDefinition) bool {
	return c.HealthCheck != nil && len(c.HealthCheck.Command) > 0 && c.HealthCheck.Command[0] != "NONE"
}

// bounds are the rolling deployment's limits, in tasks: ECS rounds the maximum down and the minimum up.
func (svc *service) bounds() (minimum, maximum int) {
	n := float64(svc.Service.DesiredCount)
	c := svc.Service.DeploymentConfiguration
	return int(math.Ceil(n * float64(aws.ToInt32(c.MinimumHealthyPercent)) / 100)),
		int(math.Floor(n * float64(aws.ToInt32(c.MaximumPercent)) / 100))
}
