package process

import (
	"cmp"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// command is what a container runs, from the image's configuration and the container's own.
type command struct {
	Argv []string
	Env  []string
	Dir  string
	User string
	Stop string // the stop signal's name or number; "" = SIGTERM
}

// defaultPath is what engines set where an image sets none.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// merge puts a container's settings over its image's, as engines do: an entry point of its own drops the image's command.
func merge(image *v1.ConfigFile, c runtime.ContainerSpec) (command, error) {
	cfg := image.Config
	out := command{Dir: cfg.WorkingDir, User: cfg.User, Stop: cfg.StopSignal, Env: variables(append(append([]string{"PATH=" + defaultPath}, cfg.Env...), c.Env...))}
	entry, args := cfg.Entrypoint, cfg.Cmd
	if c.Entrypoint != nil {
		entry, args = c.Entrypoint, nil
	}
	if c.Command != nil {
		args = c.Command
	}
	out.Argv = append(append([]string{}, entry...), args...)
	if len(out.Argv) == 0 {
		return out, errors.New("no command specified: neither the image nor the container definition has an entry point or a command")
	}
	if c.WorkingDir != "" {
		out.Dir = c.WorkingDir
	}
	if c.User != "" {
		out.User = c.User
	}
	out.Dir = cmp.Or(out.Dir, "/")
	return out, nil
}

// variables keeps the last value of each name, in the order in which the names first came.
func variables(env []string) []string {
	at := map[string]int{}
	var out []string
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if i, seen := at[name]; seen {
			out[i] = kv
			continue
		}
		at[name] = len(out)
		out = append(out, kv)
	}
	return out
}

// value looks a variable up.
func value(env []string, name string) string {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// checkPlatform refuses an image that this machine cannot run.
func checkPlatform(image *v1.ConfigFile) error {
	if image.OS == goruntime.GOOS && image.Architecture == goruntime.GOARCH {
		return nil
	}
	return &runtime.PullError{Err: fmt.Errorf(
		"image manifest does not contain a descriptor matching platform '%s/%s': it is for %s/%s, which needs a container engine (docker, finch, podman) here",
		goruntime.GOOS, goruntime.GOARCH, image.OS, image.Architecture)}
}
