package process

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// probe finds out by trying: it runs a container that holds nothing but this program's own file, in each of the ways,
// best first. What the kernel, a security module or an engine around us forbids shows itself here and not in a user's task.
func probe(dir string) isolation {
	var why []string
	users := []bool{false, true}
	if os.Geteuid() != 0 {
		users = users[1:]
	}
	for _, u := range users {
		for _, overlay := range []bool{true, false} {
			how := isolation{namespaces: true, users: u, overlay: overlay}
			err := try(dir, how)
			if err == nil {
				return how
			}
			why = append(why, err.Error())
		}
	}
	return isolation{reason: "this machine does not allow namespaces (" + strings.Join(why, "; ") + ")"}
}

// try starts a container whose program is not there: init gets as far as looking for it only when everything else works.
func try(dir string, how isolation) error {
	tmp, err := os.MkdirTemp(filepath.Join(dir, "tasks"), "probe-")
	if err != nil {
		return err
	}
	defer removeTree(tmp) //nolint:errcheck // New clears the directory
	lower, merged := filepath.Join(tmp, "lower"), filepath.Join(tmp, "merged")
	for _, d := range []string{lower, merged} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r := &Runtime{how: how, tasks: map[string]runtime.Task{}}
	task, err := newSandbox(ctx, r, runtime.TaskSpec{ID: "probe"}, filepath.Join(tmp, "task"))
	if err != nil {
		return err
	}
	defer task.Close() //nolint:errcheck // it was never of use
	s := task.(*sandbox)
	err = s.attempt(ctx, boxSpec{
		Command: command{Argv: []string{missing}, Dir: "/"}, Lower: lower, Dir: tmp, Overlay: how.overlay, Users: how.users, Hostname: "probe", Hosts: s.names.file,
	})
	if err != nil && strings.Contains(err.Error(), missing) {
		return nil
	}
	return fmt.Errorf("no container could be made: %w", err)
}

// missing is a program that no container has.
const missing = "/no-such-program"

// attempt starts a container that is expected to fail, and returns how.
func (s *sandbox) attempt(ctx context.Context, spec boxSpec) error {
	b := &box{execs: map[int]chan boxMessage{}}
	output, err := s.hand(b)
	if err != nil {
		return err
	}
	defer output.Close()
	defer b.control.Close()
	return b.begin(ctx, spec, json.NewDecoder(b.control))
}
