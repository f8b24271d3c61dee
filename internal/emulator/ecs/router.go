package ecs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// A log router (FireLens) is not run here: its lines would go to places that this machine has no credentials for. The
// container stands, runs as long as its task, and says so in its own log. What containers give to it, the endpoint keeps in
// the log group of the router, in streams of their own: nothing is lost, and nothing is sent.

// router stands for a log router.
type router struct {
	once sync.Once
	done chan struct{}
}

var _ runtime.Container = (*router)(nil)

func newRouter(out io.Writer, def types.ContainerDefinition) *router {
	fmt.Fprintf(out, "the local endpoint runs no log router (%s): what containers send to it is kept in this log group\n", aws.ToString(def.Image))
	return &router{done: make(chan struct{})}
}

// Done is closed once it has been stopped.
func (r *router) Done() <-chan struct{} { return r.done }

// Exit is that of a program that ends when it is asked to.
func (r *router) Exit() runtime.Exit { return runtime.Exit{Code: 143} }

// Exec answers health checks: it is well.
func (r *router) Exec(context.Context, []string) (int, error) { return 0, nil }

// Stop ends it.
func (r *router) Stop(context.Context, time.Duration) error {
	r.once.Do(func() { close(r.done) })
	return nil
}

// prepareRouter needs no image.
func (s *Service) prepareRouter(t *task, b *box) error {
	out, err := s.logWriter(t, b.def)
	if err != nil {
		return err
	}
	b.out = out
	return nil
}

// begin starts the container, or what stands for it.
func (b *box) begin(ctx context.Context) (runtime.Container, error) {
	if b.def.FirelensConfiguration != nil {
		return newRouter(b.out, b.def), nil
	}
	return b.task.run.Start(ctx, b.spec)
}

// routed is the log configuration that a container's output has here: that of its task's router, where it gives it to one.
func routed(t *task, def types.ContainerDefinition) *types.LogConfiguration {
	lc := def.LogConfiguration
	if lc == nil || lc.LogDriver != types.LogDriverAwsfirelens {
		return lc
	}
	i := slices.IndexFunc(t.Definition.ContainerDefinitions, func(c types.ContainerDefinition) bool { return c.FirelensConfiguration != nil })
	if i < 0 {
		return lc
	}
	return t.Definition.ContainerDefinitions[i].LogConfiguration
}
