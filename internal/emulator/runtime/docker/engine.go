// Package docker is the runtime whose containers run on a Docker-compatible engine: docker, finch, podman or nerdctl.
//
// It drives the engine through its command line, which is what those four have in common, and hands images over by
// `load`, so that no credential of the local registry ever reaches the engine. Containers carry a label by which those
// that a killed endpoint left behind are found and removed.
//
// The containers of a task share the network of the first of them that still runs, where the ports are published on
// loopback. Addresses of the host are reached through host.docker.internal, which leads to the host's loopback on Docker
// Desktop, Finch and Podman machines. A native Linux engine has no way there, because ferry listens on nothing but loopback.
package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Engine is a Docker-compatible command line whose engine answered.
type Engine struct {
	Bin string   // a path, or a name on PATH
	Env []string // NAME=value, added to the process's own environment; for example DOCKER_HOST
}

// candidates are the engines in the order in which they are tried.
func candidates() []string { return []string{"docker", "finch", "podman", "nerdctl"} }

// probeLimit bounds how long an engine may take to answer: one that hangs must not hold up the endpoint's start.
const probeLimit = 3 * time.Second

// Find returns the first engine that answers: the one that FERRY_ENGINE names, or docker, finch, podman, nerdctl.
// The error says what was tried.
func Find(ctx context.Context) (*Engine, error) {
	names := candidates()
	if name := os.Getenv("FERRY_ENGINE"); name != "" {
		names = []string{name}
	}
	var tried []error
	for _, name := range names {
		bin, err := exec.LookPath(name)
		if err != nil {
			tried = append(tried, fmt.Errorf("%s: not installed", name))
			continue
		}
		e := &Engine{Bin: bin}
		if err := e.answers(ctx); err != nil {
			tried = append(tried, fmt.Errorf("%s: %w", name, err))
			continue
		}
		return e, nil
	}
	return nil, fmt.Errorf("no container engine answers: %w", errors.Join(tried...))
}

func (e *Engine) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	_, err := e.run(ctx, nil, "ps", "--quiet", "--last", "1")
	return err
}

// run runs one command of the engine and returns its standard output without the white space around it.
// The error is what the engine printed.
func (e *Engine) run(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	return e.runWith(ctx, nil, stdin, args...)
}

// runWith is run with variables of its own.
func (e *Engine) runWith(ctx context.Context, env []string, stdin io.Reader, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := e.command(ctx, args...)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			return "", &commandError{text: lastLine(text), err: err}
		}
		return "", &commandError{text: fmt.Sprintf("%s %s: %v", e.Bin, args[0], err), err: err}
	}
	return strings.TrimSpace(stdout.String()), nil
}

// command prepares one command. Ctrl-C in the user's terminal does not reach it: the runtime ends it.
func (e *Engine) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, e.Bin, args...)
	cmd.Env = append(os.Environ(), e.Env...)
	cmd.WaitDelay = time.Second
	ownGroup(cmd)
	return cmd
}

// commandError is what an engine said when it refused a command.
type commandError struct {
	text string
	err  error
}

func (e *commandError) Error() string { return e.text }
func (e *commandError) Unwrap() error { return e.err }

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }
