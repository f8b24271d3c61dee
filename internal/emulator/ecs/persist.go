package ecs

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// state is what survives a restart of the endpoint.
type state struct {
	Clusters  map[string]*cluster
	Families  map[string]*family
	Settings  map[string]string
	Providers map[string]*types.CapacityProvider
	Launched  int
}

// Save returns everything as JSON, at one moment.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(state{Clusters: s.clusters, Families: s.families, Settings: s.settings, Providers: s.providers, Launched: s.launched})
}

// Load replaces everything with what Save returned. Tasks of the earlier life are STOPPED and leave their target groups;
// services start new ones. Load a service that has nothing yet, after elb, cwlogs, ecr, ssm and secrets have been loaded.
func (s *Service) Load(data []byte) error {
	st := state{Clusters: map[string]*cluster{}, Families: map[string]*family{}, Settings: map[string]string{}}
	if err := json.Unmarshal(data, &st); err != nil {
		return fmt.Errorf("reading the clusters: %w", err)
	}
	var left []targetRecord
	for _, c := range st.Clusters {
		left = append(left, s.restore(c)...)
	}
	s.leave(left)
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.Providers != nil {
		s.providers = st.Providers
	}
	s.clusters, s.families, s.settings, s.launched = st.Clusters, st.Families, st.Settings, st.Launched
	for _, c := range s.clusters {
		for _, svc := range c.Services {
			if svc.status() != "INACTIVE" {
				s.schedule(svc)
			}
		}
	}
	return nil
}

// restore makes what was loaded whole again and returns the registrations that its tasks left behind.
func (s *Service) restore(c *cluster) []targetRecord {
	if c.Services == nil {
		c.Services = map[string]*service{}
	}
	if c.Tasks == nil {
		c.Tasks = map[string]*task{}
	}
	for _, svc := range c.Services {
		svc.cluster, svc.kick = c, make(chan struct{}, 1)
		s.refront(svc)
		svc.Failures, svc.Steady = 0, false
	}
	var left []targetRecord
	for _, t := range c.Tasks {
		t.cluster, t.events = c, make(chan struct{}, 1)
		t.ctx, t.cancel = context.WithCancel(s.ctx)
		t.cancel()
		if t.stopped() {
			continue
		}
		left = append(left, t.Targets...)
		s.unname(s.ctx, t)
		t.interrupted(s)
	}
	return left
}

// interrupted marks a task that ended with the endpoint.
func (t *task) interrupted(s *Service) {
	if t.wanted() {
		t.Task.StopCode, t.Task.StoppedReason = types.TaskStopCodeInfrastructureHealth, aws.String("The endpoint that ran the task was restarted.")
		t.Task.StoppingAt = s.now()
	}
	t.Task.DesiredStatus, t.Task.LastStatus = aws.String(statusStopped), aws.String(statusStopped)
	t.Task.StoppedAt, t.Task.ExecutionStoppedAt = s.now(), s.now()
	for i := range t.Task.Containers {
		t.Task.Containers[i].LastStatus = aws.String(statusStopped)
	}
	t.attachment("DELETED")
}

// leave takes registrations out of their target groups.
func (s *Service) leave(left []targetRecord) {
	for _, rec := range left {
		if s.ELB == nil {
			return
		}
		s.ELB.DeregisterTargets(s.ctx, &elbv2.DeregisterTargetsInput{TargetGroupArn: &rec.Group, Targets: rec.describe()}) //nolint:errcheck // a group that is gone has no target
		s.ELB.SetAddress(rec.ID, rec.Port, "")
	}
}
