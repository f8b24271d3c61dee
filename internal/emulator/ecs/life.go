package ecs

import (
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// How long the steps take that the runtime does not take time for, on the clock.
const (
	attachTakes = time.Second
	detachTakes = time.Second
)

// start sets a task going. Its goroutine ends with the task. The caller holds the lock.
func (s *Service) start(t *task) {
	s.run(func() { s.live(t) })
}

// live takes a task through its states, from PROVISIONING to STOPPED.
func (s *Service) live(t *task) {
	defer t.cancel()
	if err := s.bringUp(t); err == nil {
		s.watch(t)
	} else if t.ctx.Err() == nil {
		s.fail(t, types.TaskStopCodeTaskFailedToStart, err.Error())
	}
	s.bringDown(t)
}

// to moves a task to its next state.
func (s *Service) to(t *task, status string) {
	s.change(t, func() { t.Task.LastStatus = aws.String(status) })
}

// change changes a task under the lock and wakes who depends on it.
func (s *Service) change(t *task, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	t.Task.Version++
	if svc := t.cluster.Services[t.Service]; svc != nil {
		svc.wake()
	}
	select {
	case t.events <- struct{}{}:
	default:
	}
}

// fail stops a task that ended by itself; it counts for the circuit breaker. When somebody asked it to stop before, that
// reason stays.
func (s *Service) fail(t *task, code types.TaskStopCode, reason string) {
	s.change(t, func() {
		if t.wanted() {
			t.Failed = true
			s.ask(t, code, reason)
		}
	})
}

// bringUp provisions a task, starts its containers in the order of their dependencies, and registers it with its load
// balancers. The error is the stopped reason.
func (s *Service) bringUp(t *task) error {
	if err := s.Clock.Wait(t.ctx, attachTakes); err != nil {
		return err
	}
	s.change(t, func() {
		t.Task.LastStatus = aws.String(statusPending)
		t.Task.Connectivity, t.Task.ConnectivityAt = types.ConnectivityConnected, s.now()
		t.attachment("ATTACHED")
	})
	boxes, err := s.prepare(t)
	if err != nil {
		return err
	}
	s.change(t, func() { t.boxes = boxes })
	spec := s.spec(t)
	if spec.Volumes, err = s.volumes(t); err != nil {
		return err
	}
	spec.Aliases = s.called(t)
	if t.run, err = s.Runtime.StartTask(t.ctx, spec); err != nil {
		return errors.New("CannotStartTaskError: " + err.Error())
	}
	s.introduce(t)
	for _, b := range boxes {
		b.spec.Env = s.environment(t, b)
	}
	if err := s.startAll(t); err != nil {
		return err
	}
	s.to(t, statusActivating)
	if err := s.register(t); err != nil {
		return err
	}
	if err := s.name(t); err != nil {
		return err
	}
	s.change(t, func() {
		t.Task.LastStatus, t.Task.StartedAt = aws.String(statusRunning), s.now()
	})
	return nil
}

func (t *task) attachment(status string) {
	for i := range t.Task.Attachments {
		t.Task.Attachments[i].Status = aws.String(status)
	}
}

// spec is what the runtime needs to know of the task as a whole.
func (s *Service) spec(t *task) runtime.TaskSpec {
	spec := runtime.TaskSpec{ID: t.id(), Family: aws.ToString(t.Definition.Family)}
	for _, c := range t.Definition.ContainerDefinitions {
		spec.Ports = append(spec.Ports, ports(c)...)
	}
	if host := s.endpointHost(); host != "" {
		spec.Hosts = []string{host}
	}
	return spec
}

// endpointHost is the endpoint's host:port.
func (s *Service) endpointHost() string {
	if s.Endpoint == nil {
		return ""
	}
	_, host, _ := strings.Cut(s.Endpoint(), "://")
	return strings.TrimSuffix(host, "/")
}

// ports are the container ports of a container that can be called from this machine: those of TCP.
func ports(c types.ContainerDefinition) []int {
	var out []int
	for _, p := range c.PortMappings {
		if p.ContainerPort != nil && p.Protocol != types.TransportProtocolUdp {
			out = append(out, int(*p.ContainerPort))
		}
	}
	return out
}

// watch waits until the task shall stop, or an essential container has stopped.
func (s *Service) watch(t *task) {
	for {
		if s.essentialStopped(t) {
			s.fail(t, types.TaskStopCodeEssentialContainerExited, "Essential container in task exited")
			return
		}
		select {
		case <-t.ctx.Done():
			return
		case <-t.events:
		}
	}
}

func (s *Service) essentialStopped(t *task) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range t.boxes {
		if b.essential() && b.state == boxStopped {
			return true
		}
	}
	return false
}

// bringDown deregisters a task from its load balancers, lets connections drain, stops its containers in reverse order of
// their dependencies, and frees what it held.
func (s *Service) bringDown(t *task) {
	ctx := s.ctx
	s.unname(ctx, t)
	if len(t.Targets) > 0 {
		s.to(t, statusDeactivating)
		s.deregister(ctx, t)
	}
	s.to(t, statusStopping)
	s.stopAll(ctx, t)
	if t.run != nil {
		if err := t.run.Close(); err != nil {
			s.change(t, func() { t.note("the runtime could not clean up: " + err.Error()) })
		}
	}
	s.change(t, func() { t.Task.ExecutionStoppedAt = s.now() })
	s.to(t, statusDeprovisioning)
	if len(t.Task.Attachments) > 0 {
		s.Clock.Wait(ctx, detachTakes) //nolint:errcheck // when the service closes there is nothing to wait for
	}
	for _, b := range t.boxes {
		b.wait()
	}
	s.change(t, func() {
		for i := range t.Task.Containers {
			t.Task.Containers[i].LastStatus = aws.String(statusStopped)
		}
		t.attachment("DELETED")
		t.Task.LastStatus, t.Task.StoppedAt = aws.String(statusStopped), s.now()
		if t.wanted() { // the service closed
			t.Task.DesiredStatus = aws.String(statusStopped)
		}
	})
}

// note adds to the reason of the first container, where there is no better place.
func (t *task) note(text string) {
	c := &t.Task.Containers[0]
	c.Reason = aws.String(strings.TrimSpace(aws.ToString(c.Reason) + " " + text))
}
