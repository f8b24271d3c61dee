package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/fault"
)

// onLocal points the shell's environment local at an endpoint in this process, whose tasks are virtual.
func onLocal(t *testing.T, s *shell) *emulatortest.Handle {
	t.Helper()
	h := emulatortest.Start(t)
	s.file(".local/endpoint.json", fmt.Sprintf(`{"pid": %d, "url": %q, "token": %q, "runtime": "virtual"}`, os.Getpid(), h.URL, emulatortest.Token))
	return h
}

// worker makes a workspace with one backend service that needs no build.
func worker(t *testing.T) *shell {
	t.Helper()
	s := newShell(t)
	s.ok("init", "--app", "demo", "--name", "worker", "--type", "Backend Service", "--image", "nginx:1.27", "--port", "0", "--env", "local", "--yes")
	onLocal(t, s)
	return s
}

// lines decodes stdout in JSON mode: events, then the final object.
func lines(t *testing.T, o outcome) (events []string, final json.RawMessage) {
	t.Helper()
	all := strings.Split(strings.TrimSpace(o.Stdout), "\n")
	for i, l := range all {
		var v struct {
			Event string `json:"event"`
		}
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatalf("line %d is no object: %v\n%s", i+1, err, l)
		}
		if last := i == len(all)-1; last != (v.Event == "") {
			t.Fatalf("line %d of %d: only the last line is no event\n%s", i+1, len(all), l)
		}
		if v.Event != "" && !slices.Contains(events, v.Event) {
			events = append(events, v.Event)
		}
	}
	return events, json.RawMessage(all[len(all)-1])
}

func TestADeployAsJSONIsEventsAndOneFinalObject(t *testing.T) {
	t.Parallel()
	s := worker(t)
	o := s.ok("deploy", "worker", "--env", "local", "--output", "json")
	events, final := lines(t, o)
	for _, want := range []string{"stageStarted", "stageEnded", "stackChanges", "deploymentProgress"} {
		if !slices.Contains(events, want) {
			t.Errorf("there is no event %s among %v", want, events)
		}
	}
	var got deploy.Result
	decoder := json.NewDecoder(bytes.NewReader(final))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got.Services) != 1 {
		t.Fatalf("got %+v", got)
	}
	got.Services[0].Seconds, got.Services[0].Deployment, got.Services[0].TaskDefinition = 0, "", ""
	want := deploy.Result{Application: "demo", Environment: "local", Services: []deploy.ServiceResult{{
		Service: "worker", Outcome: deploy.OutcomeLive, Release: "v1", Image: "nginx:1.27", Infrastructure: true, Changes: got.Services[0].Changes,
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(o.Stderr, "Try next") {
		t.Errorf("stderr:\n%s", o.Stderr)
	}
}

func TestAServiceIsDeployedLookedAtAndDeleted(t *testing.T) {
	t.Parallel()
	s := worker(t)
	deployed := s.ok("deploy")
	if want := "SERVICE  OUTCOME  RELEASE  URL\nworker   live     v1       -\n"; deployed.Stdout != want {
		t.Errorf("stdout:\n%s", deployed.Stdout)
	}
	if want := "\nTry next:\n  ferry logs worker --env local -f\n  ferry status --env local\n"; !strings.HasSuffix(deployed.Stderr, want) {
		t.Errorf("stderr:\n%s", deployed.Stderr)
	}
	if n := strings.Count(deployed.Stderr, "\n"); n > 25 {
		t.Errorf("%d lines of progress:\n%s", n, deployed.Stderr)
	}
	if again := s.ok("deploy"); !strings.Contains(again.Stdout, "worker   unchanged  v1") {
		t.Errorf("stdout:\n%s", again.Stdout)
	}
	if waited := s.ok("wait"); !strings.Contains(waited.Stdout, "worker   live") {
		t.Errorf("stdout:\n%s", waited.Stdout)
	}
	for args, want := range map[string]string{
		"status": "worker   ACTIVE  v1       1 of 1 running",
		"ls":     "worker   Backend Service  yes       local",
		"show":   "Live         v1 nginx:1.27",
	} {
		if o := s.ok(args); !strings.Contains(o.Stdout, want) {
			t.Errorf("%s lacks %q:\n%s", args, want, o.Stdout)
		}
	}
	deleted := s.ok("delete", "application", "--env", "local", "--yes")
	if !strings.HasSuffix(deleted.Stdout, "Left in local: nothing\n") {
		t.Errorf("stdout:\n%s", deleted.Stdout)
	}
	if o := s.ok("status"); !strings.Contains(o.Stdout, "not deployed yet") {
		t.Errorf("stdout:\n%s", o.Stdout)
	}
}

func TestWhatIsNotThereIsSaidWithAWayOut(t *testing.T) {
	t.Parallel()
	s := worker(t)
	for args, want := range map[string]string{
		"open": "hint: it is not deployed, or not behind a load balancer; see ferry status worker --env local\n",
		"logs": "hint: ",
		"wait": "hint: run: ferry deploy worker --env local\n",
	} {
		o := s.ferry(args)
		if o.Code == fault.OK || !strings.Contains(o.Stderr, want) {
			t.Errorf("%s: exit %d\n%s", args, o.Code, o.Stderr)
		}
	}
}

func TestLocalSaysWhereItIsAndHowToPointAtIt(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	if o := s.ok("local", "status"); o.Stdout != "environment local: not running\n" {
		t.Errorf("stdout %q", o.Stdout)
	}
	h := onLocal(t, s)
	if o := s.ok("local", "status"); !strings.HasPrefix(o.Stdout, "environment local: running at "+h.URL+" (process ") {
		t.Errorf("stdout %q", o.Stdout)
	}
	want := "export AWS_ENDPOINT_URL=" + h.URL + `
export AWS_REGION=us-east-1
export AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=local
export AWS_SECRET_ACCESS_KEY=local
unset AWS_SESSION_TOKEN AWS_PROFILE
`
	if diff := cmp.Diff(want, s.ok("local", "env").Stdout); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLsAsksOnlyTheEnvironmentThatIsNamed(t *testing.T) {
	t.Parallel()
	s := worker(t)
	s.ok("init", "--name", "web", "--type", "Backend Service", "--image", "nginx", "--port", "80", "--env", "test", "--account", "123456789012", "--yes")
	s.ok("deploy", "worker", "--env", "local")
	o := s.ferry("ls", "--env", "local")
	want := `Application demo

ENVIRONMENT  ACCOUNT       REGION     STATE
local        000000000000  us-east-1  CREATE_COMPLETE

SERVICE  TYPE             MANIFEST  DEPLOYED IN
web      Backend Service  yes       -
worker   Backend Service  yes       local
`
	if diff := cmp.Diff(want, o.Stdout); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, o.Stderr)
	}
}
