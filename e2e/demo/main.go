// Command demo shows ferry's main job on environment local, with no Docker and no account: it runs the very commands
// that a user would type, in a directory of its own, and leaves nothing behind.
//
// It owns only the order of the commands and the request through the load balancer; ferry does the rest.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	ferry := flag.String("ferry", "bin/ferry", "the ferry binary to show")
	app := flag.String("app", "e2e/sampleapp", "the Go web application to deploy")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *ferry, *app, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		stop()
		os.Exit(1)
	}
}

// run plays the demo in a temporary directory and stops everything that it started, also when it fails half-way.
func run(ctx context.Context, ferry, app string, out io.Writer) (err error) {
	bin, err := filepath.Abs(ferry)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ferry-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	project := filepath.Join(dir, "project")
	if err := os.CopyFS(project, os.DirFS(app)); err != nil {
		return err
	}
	s := &show{bin: bin, dir: project, env: environment(dir), out: out}
	defer func() {
		// The context may have ended: what was started is stopped all the same.
		err = errors.Join(err, s.quiet(context.WithoutCancel(ctx), "local", "reset", "--yes"))
	}()
	return s.play(ctx)
}

// environment is the user's own without anything of AWS, and with a state directory of the demo's.
func environment(dir string) []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "AWS_") && !strings.HasPrefix(kv, "FERRY_") {
			env = append(env, kv)
		}
	}
	return append(env, "FERRY_LOCAL_DIR="+filepath.Join(dir, "local"))
}

type show struct {
	bin, dir string
	env      []string
	out      io.Writer
}

func (s *show) play(ctx context.Context) error {
	s.say("1. The wizard's answers, given as flags, become a manifest.")
	if err := s.ferry(ctx, "init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service",
		"--port", "8080", "--env", "local", "--yes"); err != nil {
		return err
	}
	if err := s.cat(filepath.Join("ferry", "web", "manifest.yml")); err != nil {
		return err
	}
	s.say("2. Build without Docker, push, make the infrastructure, release, watch.")
	if err := s.ferry(ctx, "deploy", "web", "--env", "local", "--yes"); err != nil {
		return err
	}
	s.say("3. A request through the load balancer.")
	if err := s.request(ctx); err != nil {
		return err
	}
	s.say("4. The application's own log lines, through the CloudWatch Logs API.")
	if err := s.ferry(ctx, "logs", "web", "--env", "local", "-n", "5"); err != nil {
		return err
	}
	s.say("5. The same command again: nothing changed, so nothing is built, pushed or deployed.")
	if err := s.ferry(ctx, "deploy", "web", "--env", "local", "--yes"); err != nil {
		return err
	}
	s.say("6. Take it away again.")
	if err := s.ferry(ctx, "delete", "application", "--env", "local", "--yes"); err != nil {
		return err
	}
	s.say("That was all of it. To try next, in a project of yours with a Dockerfile or a Go module:")
	fmt.Fprintf(s.out, "\n    %s init            # asks, writes ferry/, offers to deploy\n", s.bin)
	fmt.Fprintf(s.out, "    %s deploy --env local\n    %s logs --env local -f\n    %s status --env local\n", s.bin, s.bin, s.bin)
	return nil
}

func (s *show) say(text string) { fmt.Fprintf(s.out, "\n── %s\n", text) }

// ferry runs one command as a user would and shows what it prints.
func (s *show) ferry(ctx context.Context, args ...string) error {
	fmt.Fprintf(s.out, "$ ferry %s\n", quoted(args))
	cmd := s.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = s.out, s.out
	return named(args, cmd.Run())
}

func (s *show) quiet(ctx context.Context, args ...string) error {
	if out, err := s.command(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", named(args, err), out)
	}
	return nil
}

func (s *show) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.bin, args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// request asks ferry for the service's address and sends one request to it.
func (s *show) request(ctx context.Context) error {
	args := []string{"status", "web", "--env", "local", "--output", "json"}
	cmd := s.command(ctx, args...)
	data, err := cmd.Output()
	if err != nil {
		return named(args, err)
	}
	var status struct {
		Services []struct {
			URL string `json:"url"`
		} `json:"services"`
	}
	if err := json.Unmarshal(data, &status); err != nil || len(status.Services) != 1 {
		return fmt.Errorf("ferry status did not name one service: %s", data)
	}
	url := status.Services[0].URL
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "$ curl %s\n%s\n", url, strings.TrimSpace(string(body)))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s answered %s", url, resp.Status)
	}
	return nil
}

func (s *show) cat(path string) error {
	data, err := os.ReadFile(filepath.Join(s.dir, path))
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "$ cat %s\n%s", filepath.ToSlash(path), data)
	return nil
}

func named(args []string, err error) error {
	if err != nil {
		return fmt.Errorf("ferry %s: %w", args[0], err)
	}
	return nil
}

func quoted(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a
		if strings.ContainsRune(a, ' ') {
			words[i] = `"` + a + `"`
		}
	}
	return strings.Join(words, " ")
}
