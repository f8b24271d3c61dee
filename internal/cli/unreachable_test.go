package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/fault"
)

func TestWhoeverOnlyReadsIsRefusedLikeADeployWhereAWSCannotBeRead(t *testing.T) {
	t.Parallel()
	s := worker(t)
	s.file(".local/endpoint.json", "")
	h := onLocal(t, s)
	s.ok("deploy", "worker", "--env", "local")
	for _, service := range []string{"ecs", "cloudformation", "logs"} {
		h.Fault(emulator.Fault{Service: service, Code: "AccessDeniedException", Message: "not you", Status: 400})
	}
	for _, args := range []string{"status", "show", "ls", "open", "logs", "logs -f", "wait", "deploy"} {
		o := s.ferry(append(strings.Fields(args), "--env", "local")...)
		if o.Code != fault.Refused || !strings.Contains(o.Stderr, "not you") {
			t.Errorf("%s: exit %d\n%s", args, o.Code, o.Stderr)
		}
	}
}

func TestFollowingSaysWhyItEnds(t *testing.T) {
	t.Parallel()
	s := worker(t)
	h := onLocal(t, s)
	s.ok("deploy", "worker", "--env", "local")
	client := ecs.NewFromConfig(h.Config)
	cluster := "demo-local"
	tasks, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: &cluster})
	if err != nil || len(tasks.TaskArns) != 1 {
		t.Fatalf("%+v, %v", tasks, err)
	}
	arn := tasks.TaskArns[0]
	id := arn[strings.LastIndexByte(arn, '/')+1:]
	zero := int32(0)
	if _, err := client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: &cluster, Service: new("worker"), DesiredCount: &zero}); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{arn, id[:8]} {
		o := s.ok("logs", "worker", "--env", "local", "-f", "--task", named)
		if want := "No task " + id[:min(len(id), len(filepath.Base(named)))] + " runs any more: no more lines will come.\n"; !strings.Contains(o.Stderr, want) {
			t.Errorf("--task %s lacks %q:\n%s", named, want, o.Stderr)
		}
	}
	until := time.Now().Add(2 * time.Second).UTC().Format(time.RFC3339)
	o := s.ok("logs", "worker", "--env", "local", "-f", "--until", until)
	if want := "It is past " + until + ": that was all.\n"; !strings.Contains(o.Stderr, want) {
		t.Errorf("it lacks %q:\n%s", want, o.Stderr)
	}
}

func TestATaskThatNeverWasIsNotFollowed(t *testing.T) {
	t.Parallel()
	s := worker(t)
	s.ok("deploy", "worker", "--env", "local")
	o := s.ferry("logs", "worker", "--env", "local", "-f", "--task", "nope,none")
	want := "error: worker in local has no task nope or none, and the logs have no line of one\n" +
		"hint: each log line begins with the ID of its task: ferry logs worker --env local\n"
	if o.Code != fault.Failed || o.Stderr != want {
		t.Errorf("exit %d\n%s", o.Code, o.Stderr)
	}
}

func TestADirectoryThatCannotBeMadeForLocalIsNamedWithTheReason(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.file("taken", "a file")
	s.env["FERRY_LOCAL_DIR"] = filepath.Join(s.dir, "taken", "local")
	o := s.ferry("local", "start")
	want := "error: the directory " + s.env["FERRY_LOCAL_DIR"] + " for environment local cannot be made: not a directory\n" +
		"hint: FERRY_LOCAL_DIR names another directory\n"
	if o.Code != fault.Failed || o.Stderr != want {
		t.Errorf("exit %d\n%s\nwant\n%s", o.Code, o.Stderr, want)
	}
	if _, err := os.Stat(s.env["FERRY_LOCAL_DIR"]); err == nil {
		t.Error("it was made")
	}
}

// The SDK reads the process's environment: this test does not run in parallel.
func TestNothingIsReadInAnotherAccountThanTheEnvironments(t *testing.T) {
	s := worker(t)
	h := onLocal(t, s)
	for _, v := range h.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	s.file("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\nregion: us-east-1\naccount: \"123456789012\"\n")
	for _, args := range []string{"status", "show", "ls", "logs"} {
		o := s.ferry(args, "--env", "test")
		if o.Code != fault.Refused || !strings.Contains(o.Stderr, "the credentials belong to account 000000000000") {
			t.Errorf("%s: exit %d\n%s%s", args, o.Code, o.Stdout, o.Stderr)
		}
	}
	if o := s.ok("ls"); !strings.Contains(o.Stderr, "test was not asked: the credentials belong to account 000000000000") {
		t.Errorf("ls:\n%s%s", o.Stdout, o.Stderr)
	}
}
