package deploy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

const reportManifest = `name: report
type: Scheduled Job
image:
  location: registry.example/report:1
on:
  schedule: "0 6 * * MON-FRI"
  timezone: Europe/Berlin
`

// jobs is a repository with the job report, and its environment on a world of its own.
func jobs(t *testing.T, manifest string) (*world, *repo, func() deploy.Target) {
	t.Helper()
	w, r := start(t), newRepo(t)
	r.write("ferry/report/manifest.yml", manifest)
	return w, r, func() deploy.Target { return r.target(w.Config) }
}

func TestAJobsReleaseIsARevisionThatTheNextRunTakes(t *testing.T) {
	t.Parallel()
	w, r, target := jobs(t, reportManifest)
	first := mustRun(t, target(), only("report"))
	again := mustRun(t, target(), only("report"))
	r.edit("ferry/report/manifest.yml", "report:1", "report:2")
	next := mustRun(t, target(), only("report"))
	r.edit("ferry/report/manifest.yml", "0 6 *", "0 7 *")
	moved := mustRun(t, target(), only("report"))
	compare(t, []summary{
		{"report", deploy.OutcomeLive, "v1", fault.OK, []string{"new job"}, true},
		{"report", deploy.OutcomeUnchanged, "v1", fault.OK, nil, false},
		{"report", deploy.OutcomeLive, "v2", fault.OK, []string{"image"}, false},
		{"report", deploy.OutcomeLive, "v2", fault.OK, nil, true},
	}, append(append(append(summaries(first), summaries(again)...), summaries(next)...), summaries(moved)...))
	got, err := scheduler.NewFromConfig(w.Config).GetSchedule(t.Context(), &scheduler.GetScheduleInput{Name: ptr("shop-test-report")})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []string{"cron(0 7 ? * 2-6 *)", "Europe/Berlin", "arn:aws:ecs:us-east-1:000000000000:task-definition/shop-test-report"},
		[]string{*got.ScheduleExpression, *got.ScheduleExpressionTimezone, *got.Target.EcsParameters.TaskDefinitionArn})
	waited, err := deploy.Wait(t.Context(), target(), only("report"), event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []summary{{"report", deploy.OutcomeUnchanged, "v2", fault.OK, nil, false}}, summaries(waited))
}

func TestAJobThatIsRunEndsAsItsTaskDoes(t *testing.T) {
	t.Parallel()
	w, _, target := jobs(t, reportManifest)
	if _, err := deploy.Once(t.Context(), target(), deploy.OnceRequest{Service: "report"}, event.Discard); fault.ExitCode(err) != fault.Refused {
		t.Errorf("before its deploy: %v", err)
	}
	mustRun(t, target(), only("report"))
	w.Runtime.Script(virtual.Script{ExitCode: ptr(0), Logs: []string{"all is well"}})
	var lines recorded
	result, err := deploy.Once(t.Context(), target(), deploy.OnceRequest{Service: "report", Command: []string{"report", "--all"}, Variables: map[string]string{"A": "b"}}, lines.sink)
	if err != nil || result.Release != "v1" || len(result.Tasks) != 1 || *result.Tasks[0].ExitCode != 0 {
		t.Errorf("%+v %v", result, err)
	}
	if said := len(all[event.LogLine](&lines)); said != 1 {
		t.Errorf("%d log lines", said)
	}
	ran := w.Runtime.Started()
	compare(t, []string{"report", "--all"}, ran[len(ran)-1].Container.Command)
	w.Runtime.Script(virtual.Script{ExitCode: ptr(3)})
	result, err = deploy.Once(t.Context(), target(), deploy.OnceRequest{Service: "report"}, event.Discard)
	if fault.ExitCode(err) != fault.Failed || result.ExitCode != 1 || !strings.Contains(err.Error(), "report: container report ended with exit code 3") {
		t.Errorf("%+v %v", result, err)
	}
	status, err := deploy.Status(t.Context(), target(), []string{"report"})
	if err != nil {
		t.Fatal(err)
	}
	s := status.Services[0]
	var codes []int
	for _, run := range s.Job.Runs {
		codes = append(codes, *run.ExitCode)
	}
	compare(t, []int{3, 0}, codes)
	if s.State != deploy.JobScheduled || s.Release != "v1" || s.Job.Next == nil || s.Job.Next.Hour() != 6 {
		t.Errorf("%+v %+v", s, s.Job)
	}
}

func TestAJobGoesWithItsScheduleItsRunnerAndItsRuns(t *testing.T) {
	t.Parallel()
	w, _, target := jobs(t, reportManifest+"timeout: 1h\nretries: 2\n")
	mustRun(t, target(), only("report"))
	machines := sfn.NewFromConfig(w.Config)
	list, err := machines.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	if err != nil || len(list.StateMachines) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	if _, err := machines.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: list.StateMachines[0].StateMachineArn}); err != nil {
		t.Fatal(err)
	}
	if _, err := deploy.Once(t.Context(), target(), deploy.OnceRequest{Service: "report", Detach: true}, event.Discard); err != nil {
		t.Fatal(err)
	}
	gone, err := deploy.Delete(t.Context(), target(), deploy.DeleteRequest{Environment: true, Timeout: time.Minute}, event.Discard)
	if err != nil || len(gone.Left) != 0 {
		t.Fatalf("%+v %v", gone, err)
	}
	tasks, err := ecs.NewFromConfig(w.Config).ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop-test")})
	if err == nil && len(tasks.TaskArns) > 0 {
		t.Errorf("%d tasks run still", len(tasks.TaskArns))
	}
	schedules, errS := scheduler.NewFromConfig(w.Config).ListSchedules(t.Context(), &scheduler.ListSchedulesInput{})
	list, err = machines.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	roles, errR := iam.NewFromConfig(w.Config).ListRoles(t.Context(), &iam.ListRolesInput{})
	if err != nil || errS != nil || errR != nil || len(schedules.Schedules)+len(list.StateMachines)+len(roles.Roles) != 0 {
		t.Errorf("left: %+v %+v %+v", schedules.Schedules, list.StateMachines, roles.Roles)
	}
}
