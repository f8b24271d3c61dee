package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// boxState is how far a container is.
type boxState int

const (
	boxWaiting boxState = iota // for its dependencies
	boxStarting
	boxRunning
	boxStopped
)

// box is one container of a task that is being run. Its state is guarded by the service's lock.
type box struct {
	service   *Service
	task      *task
	def       types.ContainerDefinition // with the task's overrides
	spec      runtime.ContainerSpec
	secrets   map[string]string
	out       *logWriter
	variables map[string]string // of its environment files
	late      bool              // its start time-out has passed

	state  boxState
	begun  bool // its goroutine has been started
	run    runtime.Container
	exit   runtime.Exit
	err    error // why it could not start
	health types.HealthStatus
	done   chan struct{} // closed when its goroutine has ended
}

func (b *box) name() string { return aws.ToString(b.def.Name) }

func (b *box) essential() bool { return b.def.Essential == nil || *b.def.Essential }

// wait waits until the container's goroutine has ended, if it ever began.
func (b *box) wait() {
	if b.begun {
		<-b.done
	}
}

// startAll starts the containers as their dependencies allow, and returns when all of them have started. An error is the
// task's stopped reason.
func (s *Service) startAll(t *task) error {
	for {
		waiting, err := s.startReady(t)
		if err != nil {
			return err
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-t.ctx.Done():
			return t.ctx.Err()
		case <-t.events:
		}
	}
}

// startReady starts every container whose dependencies are met, and counts those that are not running yet.
func (s *Service) startReady(t *task) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := 0
	for _, b := range t.boxes {
		switch b.state {
		case boxStopped:
			if b.err != nil {
				return 0, b.err
			}
			if b.essential() {
				t.Failed = true
				s.ask(t, types.TaskStopCodeEssentialContainerExited, "Essential container in task exited")
				return 0, errors.New("Essential container in task exited") //nolint:staticcheck // ECS's words
			}
		case boxWaiting:
			ready, err := b.ready()
			if err != nil {
				return 0, err
			}
			waiting++
			if ready {
				b.state, b.begun = boxStarting, true
				s.run(b.live)
			}
		case boxStarting:
			waiting++
		}
	}
	return waiting, nil
}

// ready tells whether a container's dependencies are met, or can never be. The caller holds the lock.
func (b *box) ready() (bool, error) {
	all := true
	for _, d := range b.def.DependsOn {
		i := slices.IndexFunc(b.task.boxes, func(o *box) bool { return o.name() == aws.ToString(d.ContainerName) })
		met, never := b.task.boxes[i].meets(d.Condition)
		if never {
			return false, fmt.Errorf("TaskFailedToStart: dependency graph: container ordering dependency [%s] for target [%s] has exited with an error", b.task.boxes[i].name(), b.name())
		}
		if !met && b.task.boxes[i].late {
			return false, fmt.Errorf("TaskFailedToStart: dependency graph: container ordering dependency [%s] for target [%s] timed out", b.task.boxes[i].name(), b.name())
		}
		all = all && met
	}
	return all, nil
}

func (b *box) meets(c types.ContainerCondition) (met, never bool) {
	stopped := b.state == boxStopped
	switch c {
	case types.ContainerConditionComplete:
		return stopped, false
	case types.ContainerConditionSuccess:
		return stopped && b.exit.Code == 0, stopped && b.exit.Code != 0
	case types.ContainerConditionHealthy:
		return b.health == types.HealthStatusHealthy, stopped || b.health == types.HealthStatusUnhealthy
	}
	return b.state == boxRunning || stopped, false
}

// live runs one container to its end, health checks and restarts included.
func (b *box) live() {
	s, t := b.service, b.task
	defer close(b.done)
	defer b.out.Close() //nolint:errcheck // it never fails
	for {
		run, err := b.begin(t.ctx)
		if err != nil {
			b.failed(err)
			return
		}
		began := s.Clock.Now()
		s.change(t, func() {
			b.state, b.run, b.health = boxRunning, run, types.HealthStatusUnknown
			c := t.container(b.name())
			c.LastStatus, c.RuntimeId = aws.String(statusRunning), aws.String(t.id()+"-"+b.name())
		})
		stop := b.limitStart()
		b.check(run)
		<-run.Done()
		stop()
		exit := run.Exit()
		if !b.restarts(exit, s.Clock.Since(began)) {
			b.ended(exit)
			return
		}
	}
}

// limitStart notes when the container's start time-out has passed; whoever still waits for it then gives up. The returned
// function ends that.
func (b *box) limitStart() func() {
	if b.def.StartTimeout == nil {
		return func() {}
	}
	timer := b.service.Clock.AfterFunc(time.Duration(*b.def.StartTimeout)*time.Second, func() {
		b.service.change(b.task, func() { b.late = true })
	})
	return func() { timer.Stop() }
}

// failed notes a container that could not start.
func (b *box) failed(err error) {
	kind := "CannotStartContainerError"
	var pull *runtime.PullError
	if errors.As(err, &pull) {
		kind = "CannotPullContainerError"
	}
	b.service.change(b.task, func() {
		b.state = boxStopped
		c := b.task.container(b.name())
		if b.task.ctx.Err() != nil { // it was asked to stop meanwhile
			c.LastStatus = aws.String(statusStopped)
			return
		}
		b.err = fmt.Errorf("%s: %w", kind, err)
		c.LastStatus, c.Reason = aws.String(statusStopped), aws.String(b.err.Error())
	})
}

// ended notes how a container ended.
func (b *box) ended(exit runtime.Exit) {
	b.service.change(b.task, func() {
		b.state, b.exit = boxStopped, exit
		c := b.task.container(b.name())
		c.LastStatus, c.ExitCode = aws.String(statusStopped), aws.Int32(int32(exit.Code))
		switch {
		case exit.OutOfMem:
			c.Reason = aws.String("OutOfMemoryError: Container killed due to memory usage")
		case exit.Reason != "":
			c.Reason = aws.String(exit.Reason)
		}
	})
}

// restarts tells whether the container's restart policy starts it again.
func (b *box) restarts(exit runtime.Exit, ran time.Duration) bool {
	p := b.def.RestartPolicy
	if p == nil || !aws.ToBool(p.Enabled) || b.task.ctx.Err() != nil || slices.Contains(p.IgnoredExitCodes, int32(exit.Code)) {
		return false
	}
	return ran >= time.Duration(aws.ToInt32(orInt(p.RestartAttemptPeriod, 300)))*time.Second
}

// check runs the container's health check until the container ends.
func (b *box) check(run runtime.Container) {
	if !hasCheck(b.def) {
		return
	}
	h := b.def.HealthCheck
	seconds := func(v *int32, byDefault int32) time.Duration {
		return time.Duration(*orInt(v, byDefault)) * time.Second
	}
	interval, timeout := seconds(h.Interval, 30), seconds(h.Timeout, 5)
	began, grace := b.service.Clock.Now(), b.service.spared(seconds(h.StartPeriod, 0))
	retries, misses := *orInt(h.Retries, 3), int32(0)
	ctx, cancel := context.WithCancel(b.service.ctx)
	stop := context.AfterFunc(b.task.ctx, cancel)
	defer stop()
	defer cancel()
	go func() { // ends with ctx, at the latest when check returns
		select {
		case <-run.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	for b.service.Clock.Wait(ctx, interval) == nil {
		ok := b.probe(ctx, run, h.Command, timeout)
		if ctx.Err() != nil {
			return
		}
		switch {
		case ok:
			misses = 0
			b.feels(types.HealthStatusHealthy)
		case b.service.Clock.Since(began) < grace:
		default:
			if misses++; misses >= retries {
				b.feels(types.HealthStatusUnhealthy)
			}
		}
	}
}

// probe runs the health check command once. Its time-out passes on the clock, but never in less than two seconds of the
// wall's: a command takes as long as it takes.
func (b *box) probe(ctx context.Context, run runtime.Container, command []string, timeout time.Duration) bool {
	argv := command[1:]
	if command[0] == "CMD-SHELL" {
		argv = append([]string{"/bin/sh", "-c"}, argv...)
	}
	ctx, cancel := context.WithTimeout(ctx, max(b.service.Clock.Shorten(timeout), 2*time.Second))
	defer cancel()
	code, err := run.Exec(ctx, argv)
	return err == nil && code == 0
}

// feels notes a container's health, and with it the task's: unhealthy when an essential container is, healthy when all
// that are checked are.
func (b *box) feels(health types.HealthStatus) {
	b.service.mu.Lock()
	same := b.health == health
	b.service.mu.Unlock()
	if same {
		return
	}
	b.service.change(b.task, func() {
		b.health = health
		b.task.container(b.name()).HealthStatus = health
		b.task.Task.HealthStatus = b.task.overall()
	})
}

func (t *task) overall() types.HealthStatus {
	out := types.HealthStatusUnknown
	for _, b := range t.boxes {
		if !b.essential() || !hasCheck(b.def) {
			continue
		}
		switch b.health {
		case types.HealthStatusUnhealthy:
			return types.HealthStatusUnhealthy
		case types.HealthStatusHealthy:
			if out == types.HealthStatusUnknown {
				out = types.HealthStatusHealthy
			}
		default:
			return types.HealthStatusUnknown
		}
	}
	return out
}

// stopAll stops the containers, those that others depend on last.
func (s *Service) stopAll(ctx context.Context, t *task) {
	for _, b := range slices.Backward(inOrder(t.boxes)) {
		s.mu.Lock()
		run := b.run
		s.mu.Unlock()
		if run == nil {
			continue
		}
		if err := run.Stop(context.WithoutCancel(ctx), s.grace(ctx, b.def)); err != nil {
			s.change(t, func() { t.container(b.name()).Reason = aws.String("CannotStopContainerError: " + err.Error()) })
		}
	}
}

// grace is how long a container may take to stop, in the wall's time. A real process gets a second even where the clock
// would give it less, and no more than that when the endpoint itself goes down.
func (s *Service) grace(ctx context.Context, def types.ContainerDefinition) time.Duration {
	asked := time.Duration(*orInt(def.StopTimeout, 30)) * time.Second
	switch {
	case s.Runtime.Name() == "virtual":
		return s.Clock.Shorten(asked)
	case ctx.Err() != nil:
		return min(asked, time.Second)
	}
	return max(s.Clock.Shorten(asked), min(asked, time.Second))
}

// inOrder sorts containers so that each comes after those that it depends on.
func inOrder(boxes []*box) []*box {
	var out []*box
	for len(out) < len(boxes) {
		before := len(out)
		for _, b := range boxes {
			free := !slices.ContainsFunc(b.def.DependsOn, func(d types.ContainerDependency) bool {
				return !slices.ContainsFunc(out, func(o *box) bool { return o.name() == aws.ToString(d.ContainerName) })
			})
			if free && !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
		if len(out) == before { // a circle, which registration refuses
			return boxes
		}
	}
	return out
}
