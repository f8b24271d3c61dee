package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// container follows one container of the engine: its output is copied and its end awaited by one attached process.
type container struct {
	engine *Engine
	id     string
	done   chan struct{}
	exit   runtime.Exit // valid once done is closed

	stdout, stderr copied
	started        bool
	removing       sync.Once
	removal        error
}

var _ runtime.Container = (*container)(nil)

func newContainer(e *Engine, id string, output io.Writer) *container {
	if output == nil {
		output = io.Discard
	}
	c := &container{engine: e, id: id, done: make(chan struct{})}
	c.stdout.to, c.stderr.to = output, output
	return c
}

// copied passes output on and counts it, so that what was passed on already can be left out when it is read again.
type copied struct {
	to         io.Writer
	skip, done int64
}

func (c *copied) Write(p []byte) (int, error) {
	left := p[min(int64(len(p)), c.skip):]
	c.skip -= int64(len(p) - len(left))
	if len(left) > 0 {
		if _, err := c.to.Write(left); err != nil {
			return 0, err
		}
		c.done += int64(len(left))
	}
	return len(p), nil
}

// again makes the next reading begin where the last one ended.
func (c *copied) again() { c.skip = c.done }

// start starts the container and the two commands that follow it: logs and wait. They end with the container.
func (c *container) start(ctx context.Context) error {
	if _, err := c.engine.run(ctx, nil, "start", c.id); err != nil {
		return err
	}
	c.started = true
	logs := c.engine.command(context.Background(), "logs", "--follow", c.id)
	logs.Stdout, logs.Stderr = &c.stdout, &c.stderr
	if err := logs.Start(); err != nil {
		return fmt.Errorf("follow the container's output: %w", err)
	}
	go c.await(logs)
	return nil
}

// await waits for the container's end, then for the last of its output, and reads how it ended.
func (c *container) await(logs *exec.Cmd) {
	defer close(c.done)
	ctx := context.Background()
	code, err := c.engine.run(ctx, nil, "wait", c.id)
	_ = logs.Wait() // ends with the container
	c.rest(ctx)
	c.exit = c.inspect(ctx, code, err)
}

// rest reads what following has missed: an engine may end it too early when the container ends as soon as it has started.
func (c *container) rest(ctx context.Context) {
	c.stdout.again()
	c.stderr.again()
	logs := c.engine.command(ctx, "logs", c.id)
	logs.Stdout, logs.Stderr = &c.stdout, &c.stderr
	_ = logs.Run() // a container that was removed has no more output
}

func (c *container) inspect(ctx context.Context, code string, waitErr error) runtime.Exit {
	n, err := strconv.Atoi(lastLine(code))
	if waitErr != nil || err != nil {
		// Removed while it ran: that is a kill.
		return runtime.Exit{Code: 137}
	}
	exit := runtime.Exit{Code: n}
	if state, err := c.engine.run(ctx, nil, "inspect", "--format", "{{.State.OOMKilled}}|{{.State.Error}}", c.id); err == nil {
		oom, reason, _ := strings.Cut(state, "|")
		exit.OutOfMem, exit.Reason = oom == "true", reason
	}
	return exit
}

// Done is closed once the container has ended.
func (c *container) Done() <-chan struct{} { return c.done }

// Exit tells how it ended.
func (c *container) Exit() runtime.Exit { return c.exit }

// Exec runs a command in the container. An engine that cannot run it answers 126 or 127, as a shell does.
func (c *container) Exec(ctx context.Context, argv []string) (int, error) {
	err := c.engine.command(ctx, append([]string{"exec", c.id}, argv...)...).Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		return exit.ExitCode(), nil
	}
	return 0, errors.Join(err, ctx.Err())
}

// Stop asks the container to end and waits until it has; the engine kills it once grace has passed.
func (c *container) Stop(ctx context.Context, grace time.Duration) error {
	seconds := strconv.Itoa(int((grace + time.Second - 1) / time.Second))
	if _, err := c.engine.run(ctx, nil, "stop", "--time", seconds, c.id); err != nil && !c.ended() {
		return err
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *container) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// remove kills and removes the container, once, and waits until its followers have ended.
func (c *container) remove(ctx context.Context) error {
	c.removing.Do(func() {
		_, c.removal = c.engine.run(ctx, nil, "rm", "--force", "--volumes", c.id)
		if c.started {
			<-c.done
		}
	})
	return c.removal
}
