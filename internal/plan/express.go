package plan

import (
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Express is what ECS is told of a service that it runs in Express Mode, beside its task definition and its place. Load balancer,
// address, scaling and the way of a release are ECS's own then.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-overview.html
type Express struct {
	Role       string // IAM role name, ≤ 64 characters: with it ECS makes and deletes what leads requests to the service
	HealthPath string
	Min, Max   int    // tasks
	Metric     string // that ECS scales by, in its own words
	Target     int    // the metric's value that it keeps to
}

// expressContainer is how the container that gets the requests must be called, which elsewhere has the service's name.
const expressContainer = "Main"

// newExpress returns nil for a service that is not in Express Mode. A fixed count is a range of one number, in which the
// metric, ECS's own default, has nothing to choose.
func newExpress(s Service) *Express {
	m := s.Manifest
	if !m.Express {
		return nil
	}
	e := &Express{
		Role: shorten(s.Stack+"-express", maxRoleName), HealthPath: "/" + strings.TrimPrefix(m.HTTP.HealthCheck.Path, "/"),
		Min: m.Count, Max: m.Count, Metric: "AVERAGE_CPU", Target: 60,
	}
	c := m.Scaling
	if c == nil {
		return e
	}
	e.Min, e.Max = c.Min, c.Max
	switch {
	case c.Memory != nil:
		e.Metric, e.Target = "AVERAGE_MEMORY", int(c.Memory.Value)
	case c.Requests != nil:
		e.Metric, e.Target = "REQUEST_COUNT_PER_TARGET", int(c.Requests.Value)
	case c.CPU != nil:
		e.Target = int(c.CPU.Value)
	}
	return e
}

// MainContainer is the name of the service's own container.
func (s Service) MainContainer() string {
	if s.Express != nil {
		return expressContainer
	}
	return s.Name
}

// ExpressRoleARN is the role with which ECS keeps what Express Mode needs.
func (s Service) ExpressRoleARN() string { return s.RoleARN(s.Express.Role) }

// TaskDefinitionARN names the task definition without a revision: ECS takes the newest, as it does for the family.
func (s Service) TaskDefinitionARN() string { return s.arn("ecs", "task-definition/"+s.Family) }

// expressPrivate tells whether a workload's tasks are in private subnets since the load balancer of Express Mode, which is in
// the same, is to be internal.
func expressPrivate(w manifest.Workload) bool {
	return w.Express && w.HTTP != nil && w.HTTP.Private && len(w.Network.Subnets)+len(w.Network.SubnetTags) == 0
}
