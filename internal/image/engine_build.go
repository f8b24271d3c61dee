package image

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/fault"
)

// build runs the engine's build and gives the image the names in tags.
func (e engine) build(ctx context.Context, d *dockerfileBuild, tags []string, out func(string)) error {
	secrets, err := e.secretArgs(d)
	if err != nil {
		return err
	}
	args, env := e.buildArgs(d, tags)
	args = append(args[:len(args)-1:len(args)-1], append(secrets.args, args[len(args)-1])...)
	cmd := e.cmd(ctx, args...)
	cmd.Env = append(cmd.Env, env...)
	cmd.Dir = d.context
	lines := &tail{out: out, hide: secrets.hide()}
	cmd.Stdout, cmd.Stderr = lines, lines
	err = run(ctx, cmd)
	lines.flush()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &fault.Error{
		What: d.service + ": building " + d.shown + " with " + e.kind + " failed",
		Hint: e.hint(lines.text()),
		Err:  lines.explain(err),
	}
}

// hint knows the two failures that the engine does not explain itself.
func (e engine) hint(output string) string {
	switch {
	case strings.Contains(output, "BuildKit") && e.builder == "build" && e.kind == "docker":
		return "this Dockerfile needs BuildKit: install Docker's buildx plug-in"
	case strings.Contains(output, "exec format error"):
		return "the build runs programs of another architecture: install QEMU's binfmt handlers, or set platform: in the manifest"
	}
	return ""
}

// buildArgs is the command line of a build, and the environment that carries the values of its arguments: a command
// line can be read by every user of the machine.
func (e engine) buildArgs(d *dockerfileBuild, tags []string) (args, env []string) {
	args = strings.Fields(e.builder)
	if e.builder == "buildx build" {
		args = append(args, "--load")
	}
	if e.builder == "buildx build" || slices.Contains(e.env, "DOCKER_BUILDKIT=1") {
		args = append(args, "--progress", "plain")
	}
	args = append(args, "--platform", d.platform.String(), "--file", d.dockerfile)
	for _, t := range tags {
		args = append(args, "--tag", t)
	}
	for _, name := range slices.Sorted(maps.Keys(d.spec.Args)) {
		value := d.spec.Args[name]
		if e.throughEnvironment(name, value) {
			args = append(args, "--build-arg", name)
			env = append(env, name+"="+value)
			continue
		}
		args = append(args, "--build-arg", name+"="+value)
	}
	if d.spec.Target != "" {
		args = append(args, "--target", d.spec.Target)
	}
	for _, ref := range d.spec.CacheFrom {
		args = append(args, "--cache-from", ref)
	}
	return append(args, d.context), env
}

// throughEnvironment tells whether a build argument may be handed over as a variable of the engine's own environment. One
// that the engine's command would take for itself (PATH, HOME, DOCKER_HOST, a proxy) may not, and finch's virtual machine
// does not see the environment.
func (e engine) throughEnvironment(name, value string) bool {
	if e.kind == "finch" || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
		return false
	}
	for _, prefix := range []string{"DOCKER_", "BUILDKIT_", "BUILDX_", "CONTAINER", "XDG_", "LD_", "GO"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	current, set := os.LookupEnv(name)
	return !set || current == value
}

// run starts cmd, waits for it and leaves no process of its group behind.
func run(ctx context.Context, cmd *exec.Cmd) error {
	err := cmd.Run()
	if ctx.Err() != nil {
		killGroup(cmd)
		return ctx.Err()
	}
	return err
}
