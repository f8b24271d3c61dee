package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// startLimit bounds how long a new endpoint may take until it answers. Looking for a container engine takes the most.
const startLimit = 30 * time.Second

// pollEvery is how often a file or a process is looked at that is about to change.
const pollEvery = 10 * time.Millisecond

// Start returns the endpoint of the directory, starting it with the command line argv where none answers. Of several
// that start at the same time one does it, and the others find what it started. It goes on when this process ends.
func Start(ctx context.Context, dir string, argv []string) (Endpoint, error) {
	if e, err := Find(ctx, dir); err == nil || !errors.Is(err, ErrNotRunning) {
		return e, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Endpoint{}, err
	}
	unlock, err := lockedfile.MutexAt(lockFile(dir)).Lock()
	if err != nil {
		return Endpoint{}, err
	}
	defer unlock()
	if e, err := Find(ctx, dir); err == nil || !errors.Is(err, ErrNotRunning) {
		return e, err
	}
	return spawn(ctx, dir, argv)
}

// spawn starts the process and waits until it answers, or ends and says why.
func spawn(ctx context.Context, dir string, argv []string) (Endpoint, error) {
	log, err := os.OpenFile(logFile(dir), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return Endpoint{}, err
	}
	defer log.Close()
	cmd := exec.Command(argv[0], argv[1:]...) // not bound to ctx: it outlives this process
	cmd.Dir = dir                             // keeps no directory of the user's busy
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "FERRY_LOCAL_DIR="+dir)
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return Endpoint{}, fmt.Errorf("start the local endpoint: %w", err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	e, err := awaitAnswer(ctx, dir, cmd.Process.Pid, ended)
	if err != nil {
		_ = cmd.Process.Kill()
		<-ended
	}
	return e, err
}

func awaitAnswer(ctx context.Context, dir string, pid int, ended <-chan struct{}) (Endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if e, err := read(dir); err == nil && e.PID == pid {
			if _, err := e.health(ctx); err == nil {
				return e, nil
			}
		}
		select {
		case <-tick.C:
		case <-ended:
			return Endpoint{}, fmt.Errorf("the local endpoint ended at once: %s", lastLogLine(dir))
		case <-ctx.Done():
			return Endpoint{}, fmt.Errorf("the local endpoint did not answer: %w (its log is %s)", ctx.Err(), logFile(dir))
		}
	}
}

func lastLogLine(dir string) string {
	data, err := os.ReadFile(logFile(dir))
	if err != nil {
		return err.Error()
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "it said nothing in " + logFile(dir)
	}
	return text[strings.LastIndexByte(text, '\n')+1:]
}
