package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// labelKey marks the containers of an endpoint; its value is the endpoint's name.
const labelKey = "ferry.local"

// repository is the name under which images of the local registry are loaded; localhost/ keeps an engine from looking
// for it elsewhere.
const repository = "localhost/ferry-local"

// Runtime runs tasks on an engine.
type Runtime struct {
	engine *Engine
	label  string // labelKey=<endpoint>

	mu     sync.Mutex
	tasks  map[*task]struct{}
	closed bool

	joining sync.Mutex
	network string // that all tasks are in; "" = not made yet
}

var _ runtime.Runtime = (*Runtime)(nil)

// New makes a runtime on the engine. The endpoint's name (its state directory) tells its containers from those of
// another endpoint; what an earlier life of the same endpoint left running is removed.
func New(ctx context.Context, engine *Engine, endpoint string) (*Runtime, error) {
	r := &Runtime{engine: engine, label: labelKey + "=" + endpoint, tasks: map[*task]struct{}{}}
	if err := r.sweep(ctx); err != nil {
		return nil, fmt.Errorf("remove the containers of an earlier run: %w", err)
	}
	return r, nil
}

// Engine is the name of the engine's command line.
func (r *Runtime) Engine() string { return filepath.Base(r.engine.Bin) }

// Name is "docker".
func (r *Runtime) Name() string { return "docker" }

// StartTask makes a task without containers.
func (r *Runtime) StartTask(_ context.Context, spec runtime.TaskSpec) (runtime.Task, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("the docker runtime is closed")
	}
	t := &task{runtime: r, spec: spec}
	r.tasks[t] = struct{}{}
	return t, nil
}

// Close removes every container and waits until their followers have ended. Images stay with the engine: they are its cache.
func (r *Runtime) Close() error {
	r.mu.Lock()
	r.closed = true
	tasks := make([]*task, 0, len(r.tasks))
	for t := range r.tasks {
		tasks = append(tasks, t)
	}
	r.mu.Unlock()
	var errs []error
	for _, t := range tasks {
		errs = append(errs, t.Close())
	}
	return errors.Join(append(errs, r.sweepNetworks(context.Background()))...)
}

func (r *Runtime) forget(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tasks, t)
}

// sweep removes all containers, volumes and networks that carry this endpoint's label.
func (r *Runtime) sweep(ctx context.Context) error {
	ids, err := r.engine.run(ctx, nil, "ps", "--all", "--quiet", "--filter", "label="+r.label)
	if err == nil && ids != "" {
		_, err = r.engine.run(ctx, nil, append([]string{"rm", "--force", "--volumes"}, strings.Fields(ids)...)...)
	}
	return errors.Join(err, r.sweepVolumes(ctx), r.sweepNetworks(ctx))
}

// Purge removes the endpoint's containers, and the images that were loaded into the engine by this or another endpoint.
func (r *Runtime) Purge(ctx context.Context) error {
	if err := r.sweep(ctx); err != nil {
		return err
	}
	refs, err := r.engine.run(ctx, nil, "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference="+repository)
	if err != nil || refs == "" {
		return err
	}
	_, err = r.engine.run(ctx, nil, append([]string{"rmi"}, strings.Fields(refs)...)...)
	return err
}

// image makes the image known to the engine and returns the reference to start it by. An image of the local registry is
// loaded under a name made from its digest, once; any other is pulled by the engine with the user's own credentials.
func (r *Runtime) image(ctx context.Context, c runtime.ContainerSpec) (string, error) {
	if c.Image == nil {
		return c.ImageRef, r.pull(ctx, c.ImageRef)
	}
	digest, err := c.Image.Digest()
	if err != nil {
		return "", &runtime.PullError{Err: err}
	}
	ref := repository + ":" + digest.Hex[:32]
	tag, err := name.NewTag(ref)
	if err != nil {
		return "", &runtime.PullError{Err: err}
	}
	if _, err := r.engine.run(ctx, nil, "image", "inspect", "--format", "{{.Id}}", ref); err == nil {
		return ref, nil
	}
	if err := r.load(ctx, tag, c.Image); err != nil {
		return "", &runtime.PullError{Err: err}
	}
	return ref, nil
}

// load streams the image into the engine.
func (r *Runtime) load(ctx context.Context, tag name.Tag, img v1.Image) error {
	in, out := io.Pipe()
	go func() { out.CloseWithError(tarball.Write(tag, img, out)) }()
	_, err := r.engine.run(ctx, in, "load", "--quiet")
	in.CloseWithError(io.ErrClosedPipe) // ends the writer where the engine did not read to the end
	return err
}

func (r *Runtime) pull(ctx context.Context, ref string) error {
	if _, err := r.engine.run(ctx, nil, "image", "inspect", "--format", "{{.Id}}", ref); err == nil {
		return nil
	}
	if _, err := r.engine.run(ctx, nil, "pull", "--quiet", ref); err != nil {
		return &runtime.PullError{Err: err}
	}
	return nil
}
