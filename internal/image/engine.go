package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// engineAnswers bounds how long an engine may take to say whether it is there.
const engineAnswers = 10 * time.Second

// engine is a Docker-compatible command line. The engine's own environment (DOCKER_HOST, contexts) is honoured, because
// ferry leaves it alone.
type engine struct {
	kind    string // docker, finch, podman, nerdctl
	command string // path
	builder string // subcommand: "build" or "buildx build"
	env     []string
}

// candidates are looked for in this order.
func candidates() []string { return []string{"docker", "finch", "podman", "nerdctl"} }

// noEngineError lists what was looked for, and why each would not do.
type noEngineError struct{ tried []string }

func (e *noEngineError) Error() string { return strings.Join(e.tried, "; ") }

// findEngine returns the first engine that answers. FERRY_ENGINE, a command, leaves no choice.
func findEngine(ctx context.Context) (engine, error) {
	names := candidates()
	if own := os.Getenv("FERRY_ENGINE"); own != "" {
		names = []string{own}
	}
	none := &noEngineError{}
	for _, name := range names {
		command, err := exec.LookPath(name)
		if err != nil {
			none.tried = append(none.tried, name+": not installed")
			continue
		}
		if reason := probe(ctx, command, "info"); reason != "" {
			none.tried = append(none.tried, name+": "+reason)
			continue
		}
		return newEngine(ctx, command), nil
	}
	if err := ctx.Err(); err != nil {
		return engine{}, err
	}
	return engine{}, none
}

// newEngine finds out how the engine wants to build: with BuildKit where it can.
func newEngine(ctx context.Context, command string) engine {
	kind := strings.TrimSuffix(filepath.Base(command), ".exe")
	// Attestations would make an index of every image, and differ from build to build.
	e := engine{kind: kind, command: command, builder: "build", env: []string{"BUILDX_NO_DEFAULT_ATTESTATIONS=1"}}
	if kind != "docker" {
		return e
	}
	if probe(ctx, command, "buildx", "version") == "" {
		e.builder = "buildx build"
		return e
	}
	// Without the plug-in a client before 23 has BuildKit built in, and a later one refuses to use it.
	buildkit := "0"
	if v := clientVersion(ctx, command); v > 0 && v < 23 {
		buildkit = "1"
	}
	e.env = append(e.env, "DOCKER_BUILDKIT="+buildkit)
	return e
}

// clientVersion is the docker client's major version, or 0.
func clientVersion(ctx context.Context, command string) int {
	out, err := exec.CommandContext(ctx, command, "version", "--format", "{{.Client.Version}}").Output()
	if err != nil {
		return 0
	}
	major, _, _ := strings.Cut(string(out), ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return n
}

// probe runs a short question and returns why it failed, or "".
func probe(ctx context.Context, command string, args ...string) string {
	limited, cancel := context.WithTimeout(ctx, engineAnswers)
	defer cancel()
	cmd := exec.CommandContext(limited, command, args...)
	own(cmd)
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return ""
	case limited.Err() != nil && ctx.Err() == nil:
		return fmt.Sprintf("did not answer in %s", engineAnswers)
	}
	if line := reasonIn(string(out)); line != "" {
		return line
	}
	return err.Error()
}

// reasonIn is the line that says why: the one marked as an error, else the last.
func reasonIn(output string) string {
	for line := range strings.Lines(output) {
		if reason, ok := strings.CutPrefix(strings.TrimSpace(line), "ERROR: "); ok {
			return reason
		}
	}
	return lastLine(output)
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// save exports an image as a docker archive. It goes through a pipe, because an engine in a virtual machine may not see the file.
func (e engine) save(ctx context.Context, name, file string) (err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	args := []string{"save", name}
	if e.kind == "podman" {
		args = []string{"save", "--format", "docker-archive", name}
	}
	cmd := e.cmd(ctx, args...)
	cmd.Stdout = f
	tail := &tail{}
	cmd.Stderr = tail
	if err := run(ctx, cmd); err != nil {
		return fmt.Errorf("exporting the image from %s: %w", e.kind, tail.explain(err))
	}
	return nil
}

// untag removes a name that only this build used. A failure leaves a name behind and harms nothing.
func (e engine) untag(ctx context.Context, name string) {
	limited, cancel := context.WithTimeout(ctx, engineAnswers)
	defer cancel()
	_ = e.cmd(limited, "rmi", name).Run()
}

func (e engine) cmd(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, e.command, args...)
	cmd.Env = append(os.Environ(), e.env...)
	own(cmd)
	return cmd
}
