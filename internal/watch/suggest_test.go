package watch

import (
	"strings"
	"testing"

	"ferry.dev/ferry/internal/event"
)

func TestEveryKnownEndOfATaskGetsOneThingToDo(t *testing.T) {
	t.Parallel()
	hints := Hints{Manifest: "ferry/web/manifest.yml", HealthPath: "/healthz", Port: 8080, MemoryMiB: 512, Platform: "linux/amd64"}
	exit := func(n int) *int { return &n }
	cases := map[string]struct {
		task event.TaskStopped
		want string // part of the suggestion
	}{
		"out of memory":          {event.TaskStopped{Reason: "OutOfMemoryError: Container killed due to memory usage", ExitCode: exit(137)}, "raise memory (now 512 MiB) in ferry/web/manifest.yml"},
		"another architecture":   {event.TaskStopped{Reason: "Essential container in task exited", ExitCode: exit(255), LogTail: []string{"exec /app: exec format error"}}, "build it for linux/amd64"},
		"image gone":             {event.TaskStopped{Reason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): repo@sha256:1: not found"}, "does not exist"},
		"registry out of reach":  {event.TaskStopped{Reason: "CannotPullContainerError: dial tcp 10.0.0.1:443: i/o timeout"}, "cannot reach the registry: set network.vpc.placement: public in ferry/web/manifest.yml, or give the private subnets a NAT gateway; or the host in image.location is a wrong one"},
		"registry's host wrong":  {event.TaskStopped{Reason: "CannotPullContainerError: failed to resolve ref 127.0.0.1:1/nope:1: dial tcp 127.0.0.1:1: connect: connection refused"}, "image.location in ferry/web/manifest.yml names: correct it; if it is right, the task cannot reach it: set network.vpc.placement: public"},
		"registry's name wrong":  {event.TaskStopped{Reason: "CannotPullContainerError: failed to resolve ref nope.example/web:1: dial tcp: lookup nope.example: no such host"}, "image.location in ferry/web/manifest.yml names: correct it; if it is right"},
		"registry refuses":       {event.TaskStopped{Reason: "CannotPullContainerError: pull access denied"}, "image.credentials"},
		"secret gone":            {event.TaskStopped{Reason: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: ResourceNotFoundException: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}, "secret:db-AbCdEf could not be read"},
		"parameter gone, by ARN": {event.TaskStopped{Reason: "ResourceInitializationError: unable to retrieve secrets from ssm: invalid parameters: arn:aws:ssm:eu-west-1:111122223333:parameter/shop/token: ParameterNotFound"}, "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/token could not be read"},
		"parameter gone":         {event.TaskStopped{Reason: "ResourceInitializationError: unable to pull secrets: invalid ssm parameters: [/shop/token]"}, "/shop/token could not be read"},
		"AWS out of reach":       {event.TaskStopped{Reason: "ResourceInitializationError: unable to pull registry auth from Amazon ECR: i/o timeout"}, "cannot reach AWS"},
		"command missing":        {event.TaskStopped{Reason: `CannotStartContainerError: exec: "serve": executable file not found in $PATH`}, "entrypoint and command"},
		"health check, code":     {event.TaskStopped{Reason: "Task failed ELB health checks in (target-group arn:tg)", Target: "Health checks failed with these codes: [404]"}, "path /healthz does not answer on port 8080 as expected"},
		"health check, timeout":  {event.TaskStopped{Reason: "Task failed ELB health checks in (target-group arn:tg)", Target: "Request timed out"}, "no good answer on port 8080 at /healthz"},
		"container's own check":  {event.TaskStopped{Reason: "Task failed container health checks"}, "image.healthcheck"},
		"no room":                {event.TaskStopped{Reason: "Capacity is unavailable at this time"}, "no room"},
		"spot":                   {event.TaskStopped{StopCode: "SpotInterruption", Reason: "Your Spot Task was interrupted."}, "use FARGATE"},
		"ended with success":     {event.TaskStopped{Reason: "Essential container in task exited", ExitCode: exit(0)}, "keep running"},
		"killed":                 {event.TaskStopped{Reason: "Essential container in task exited", ExitCode: exit(137)}, "was killed"},
		"failed without a word":  {event.TaskStopped{Reason: "Essential container in task exited", ExitCode: exit(1)}, "before it wrote a log line"},
		"failed with a last cry": {event.TaskStopped{Reason: "Essential container in task exited", ExitCode: exit(1), LogTail: []string{"panic: no port"}}, "last log lines say why"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := suggest(c.task, hints); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want a text with %q", got, c.want)
			}
		})
	}
}
