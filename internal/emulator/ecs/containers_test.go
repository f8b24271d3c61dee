package ecs_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// lines returns what is in a log stream of /demo.
func (w *world) lines(stream string) []string {
	w.t.Helper()
	out, err := w.logs.GetLogEvents(w.t.Context(), &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/demo"), LogStreamName: &stream})
	var lines []string
	for _, e := range get(w.t, out, err).Events {
		lines = append(lines, *e.Message)
	}
	return lines
}

func TestWhatGoesToALogRouterIsKeptInTheRoutersLogGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Script(virtual.Script{Logs: []string{"one", "two"}})
	web := container("web", "web:1")
	web.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens, Options: map[string]string{"Name": "datadog"}}
	router := container("log_router", "fluent-bit:1")
	router.PortMappings = nil
	router.FirelensConfiguration = &types.FirelensConfiguration{Type: types.FirelensConfigurationTypeFluentbit}
	task := *w.runTask(w.register(definition("web", web, router))).TaskArn
	w.reaches(task, "RUNNING")
	if diff := cmp.Diff([]string{"one", "two"}, w.lines("ferry/web/"+last(task))); diff != "" {
		t.Error(diff)
	}
	got := w.lines("ferry/log_router/" + last(task))
	if len(got) != 1 || !strings.Contains(got[0], "runs no log router (fluent-bit:1)") {
		t.Errorf("the router says %q", got)
	}
}

// objects is an S3 with what is in the map, by bucket and key.
type objects map[string]string

func (o objects) Open(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	text, ok := o[bucket+"/"+key]
	if !ok {
		return nil, errors.New("The specified key does not exist.") //nolint:staticcheck // S3's words
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func TestATaskWhoseEnvironmentFileIsMissingDoesNotStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *ecs.Deps) { d.Objects = objects{"config/web.env": "A=1\n# no\nB=two=2\n"} })
	for file, want := range map[string]string{
		"arn:aws:s3:::config/web.env":  "RUNNING",
		"arn:aws:s3:::config/none.env": "STOPPED",
	} {
		web := container("web", "web:1")
		web.EnvironmentFiles = []types.EnvironmentFile{{Type: types.EnvironmentFileTypeS3, Value: &file}}
		got := w.reaches(*w.runTask(w.register(definition("web", web))).TaskArn, want)
		if want == "STOPPED" && !strings.Contains(*got.StoppedReason, "failed to download env files") {
			t.Errorf("%s: %s", file, *got.StoppedReason)
		}
	}
}

func TestAContainerThatWaitsTooLongForAnotherEndsTheTask(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Script(virtual.Script{Unhealthy: true})
	web, slow := container("web", "web:1"), container("slow", "slow:1")
	slow.PortMappings = nil
	slow.StartTimeout = aws.Int32(20)
	slow.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "x"}, Interval: aws.Int32(300)}
	web.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("slow"), Condition: types.ContainerConditionHealthy}}
	got := w.reaches(*w.runTask(w.register(definition("web", web, slow))).TaskArn, "STOPPED")
	if !strings.Contains(*got.StoppedReason, "[slow] for target [web] timed out") {
		t.Errorf("it ended with %s", *got.StoppedReason)
	}
}
