package scheduler_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// began is a Sunday morning; an hour passes in half a second.
func began() time.Time { return time.Date(2026, 11, 22, 9, 0, 30, 0, time.UTC) }

const speed = 7200

// world is an endpoint with a cluster "demo" and a task definition "report" whose container ends at once.
type world struct {
	*emulatortest.Handle
	ecs       *ecs.Client
	scheduler *scheduler.Client
}

func start(t *testing.T, options ...emulatortest.Option) *world {
	t.Helper()
	h := emulatortest.Start(t, append(options, emulatortest.WithClock(clock.Scaled(began(), speed)))...)
	w := &world{h, ecs.NewFromConfig(h.Config), scheduler.NewFromConfig(h.Config)}
	h.Runtime.Script(virtual.Script{ExitCode: new(int)})
	_, err := w.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("demo")})
	if err != nil {
		t.Fatal(err)
	}
	w.register(t)
	return w
}

func (w *world) register(t *testing.T) {
	t.Helper()
	_, err := w.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("report"), NetworkMode: ecstypes.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []ecstypes.Compatibility{ecstypes.CompatibilityFargate},
		ContainerDefinitions:    []ecstypes.ContainerDefinition{{Name: aws.String("report"), Image: aws.String("report:1"), Essential: aws.Bool(true)}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// schedule is what every test begins with.
func schedule(expression string) *scheduler.CreateScheduleInput {
	return &scheduler.CreateScheduleInput{
		Name: aws.String("report"), ScheduleExpression: aws.String(expression),
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target: &types.Target{
			Arn: aws.String(ids.Default().ARN("ecs", "cluster/demo")), RoleArn: aws.String("arn:aws:iam::000000000000:role/schedule"),
			EcsParameters: &types.EcsParameters{
				TaskDefinitionArn: aws.String(ids.Default().ARN("ecs", "task-definition/report")), LaunchType: types.LaunchTypeFargate,
				NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}},
			},
		},
	}
}

func (w *world) create(t *testing.T, in *scheduler.CreateScheduleInput) {
	t.Helper()
	if _, err := w.scheduler.CreateSchedule(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// tasks waits until there were so many, and returns when each was made, to the minute.
func (w *world) tasks(t *testing.T, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	seen := map[string]bool{}
	var at []string
	for len(at) < n {
		for _, status := range []ecstypes.DesiredStatus{ecstypes.DesiredStatusRunning, ecstypes.DesiredStatusStopped} {
			list, err := w.ecs.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String("demo"), DesiredStatus: status})
			if err != nil {
				t.Fatal(err)
			}
			for _, arn := range list.TaskArns {
				if seen[arn] {
					continue
				}
				seen[arn] = true
				out, err := w.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String("demo"), Tasks: []string{arn}})
				if err != nil {
					t.Fatal(err)
				}
				if by := aws.ToString(out.Tasks[0].StartedBy); by != "chronos-schedule/report" {
					t.Errorf("started by %q", by)
				}
				at = append(at, out.Tasks[0].CreatedAt.Format("Mon 15h"))
			}
		}
		if err := w.Clock.Wait(ctx, 5*time.Minute); err != nil {
			t.Fatalf("%d tasks so far: %v", len(at), err)
		}
	}
	return at[:n]
}

func TestAScheduleStartsItsTaskAtEachOfItsTimesInItsZone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		expression, zone string
		want             []string
	}{
		"a rate":             {"rate(1 hour)", "UTC", []string{"Sun 10h", "Sun 11h", "Sun 12h"}},
		"a cron":             {"cron(0 12,18 * * ? *)", "UTC", []string{"Sun 12h", "Sun 18h"}},
		"a cron in New York": {"cron(0 12 ? * SUN *)", "America/New_York", []string{"Sun 17h"}},
		"one moment":         {"at(2026-11-22T11:00:00)", "UTC", []string{"Sun 11h"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, in := start(t), schedule(c.expression)
			in.ScheduleExpressionTimezone = &c.zone
			w.create(t, in)
			if diff := cmp.Diff(c.want, w.tasks(t, len(c.want))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFlexibleWindowDelaysARunAndAStartDateHoldsItBack(t *testing.T) {
	t.Parallel()
	w, in := start(t), schedule("cron(0 * * * ? *)")
	in.FlexibleTimeWindow = &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(30)}
	in.StartDate, in.EndDate = aws.Time(began().Add(4*time.Hour)), aws.Time(began().Add(5*time.Hour))
	w.create(t, in)
	if diff := cmp.Diff([]string{"Sun 14h"}, w.tasks(t, 1)); diff != "" {
		t.Error(diff)
	}
}

func TestAStartThatIsRefusedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w, in := start(t), schedule("at(2026-11-22T11:00:00)")
	in.Target.EcsParameters.TaskDefinitionArn = aws.String(ids.Default().ARN("ecs", "task-definition/later"))
	w.create(t, in)
	if err := w.Clock.Wait(t.Context(), 150*time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err := w.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("later"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: ecstypes.NetworkModeAwsvpc,
		ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("later"), Image: aws.String("later:1")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.tasks(t, 1)
}

func TestARunThatCannotBeStartedGoesToTheDeadLetterQueue(t *testing.T) {
	t.Parallel()
	w, in := start(t), schedule("at(2026-11-22T11:00:00)")
	queues := sqs.NewFromConfig(w.Config)
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("missed")})
	if err != nil {
		t.Fatal(err)
	}
	in.Target.EcsParameters.TaskDefinitionArn = aws.String(ids.Default().ARN("ecs", "task-definition/none"))
	in.Target.DeadLetterConfig = &types.DeadLetterConfig{Arn: aws.String(ids.Default().ARN("sqs", "missed"))}
	in.Target.RetryPolicy = &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(60)}
	w.create(t, in)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MessageAttributeNames: []string{"All"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) == 1 {
			a := got.Messages[0].MessageAttributes
			if diff := cmp.Diff([]string{"ClientException", "MaximumEventAgeInSeconds"}, []string{*a["ERROR_CODE"].StringValue, *a["EXHAUSTED_RETRY_CONDITION"].StringValue}); diff != "" {
				t.Error(diff)
			}
			return
		}
		if err := w.Clock.Wait(ctx, 5*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASchedulesStateOutlivesTheEndpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := emulatortest.New(emulatortest.WithDir(dir), emulatortest.WithClock(clock.Scaled(began(), speed)))
	if err != nil {
		t.Fatal(err)
	}
	in := schedule("cron(0 12 * * ? *)")
	in.State = types.ScheduleStateDisabled
	if _, err := scheduler.NewFromConfig(first.Config).CreateSchedule(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	w := start(t, emulatortest.WithDir(dir))
	got, err := w.scheduler.GetSchedule(t.Context(), &scheduler.GetScheduleInput{Name: in.Name})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cron(0 12 * * ? *)", "UTC", "DISABLED"}, []string{*got.ScheduleExpression, *got.ScheduleExpressionTimezone, string(got.State)}); diff != "" {
		t.Error(diff)
	}
	if _, err := w.scheduler.UpdateSchedule(t.Context(), &scheduler.UpdateScheduleInput{Name: in.Name, ScheduleExpression: aws.String("rate(1 hour)"),
		FlexibleTimeWindow: in.FlexibleTimeWindow, Target: in.Target}); err != nil {
		t.Fatal(err)
	}
	w.tasks(t, 1)
	if _, err := w.scheduler.DeleteSchedule(t.Context(), &scheduler.DeleteScheduleInput{Name: in.Name}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.scheduler.GetSchedule(t.Context(), &scheduler.GetScheduleInput{Name: in.Name}); emulatortest.Code(err) != "ResourceNotFoundException" {
		t.Errorf("after its end: %v", err)
	}
}

func TestWhatSchedulerWouldRefuseIsRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	for name, change := range map[string]func(*scheduler.CreateScheduleInput){
		"a crontab":           func(in *scheduler.CreateScheduleInput) { in.ScheduleExpression = aws.String("0 12 * * *") },
		"five fields":         func(in *scheduler.CreateScheduleInput) { in.ScheduleExpression = aws.String("cron(0 12 * * ?)") },
		"both days":           func(in *scheduler.CreateScheduleInput) { in.ScheduleExpression = aws.String("cron(0 12 * * * *)") },
		"no rate":             func(in *scheduler.CreateScheduleInput) { in.ScheduleExpression = aws.String("rate(0 minutes)") },
		"a weekday 0":         func(in *scheduler.CreateScheduleInput) { in.ScheduleExpression = aws.String("cron(0 12 ? * 0 *)") },
		"a zone of nowhere":   func(in *scheduler.CreateScheduleInput) { in.ScheduleExpressionTimezone = aws.String("Europe/Bonn") },
		"a start in the past": func(in *scheduler.CreateScheduleInput) { in.StartDate = aws.Time(began().Add(-time.Hour)) },
		"a window of no size": func(in *scheduler.CreateScheduleInput) {
			in.FlexibleTimeWindow.Mode = types.FlexibleTimeWindowModeFlexible
		},
		"eleven tasks": func(in *scheduler.CreateScheduleInput) { in.Target.EcsParameters.TaskCount = aws.Int32(11) },
		"a queue": func(in *scheduler.CreateScheduleInput) {
			in.Target.Arn = aws.String("arn:aws:sqs:us-east-1:000000000000:q")
			in.Target.EcsParameters = nil
		},
	} {
		in := schedule("cron(0 12 * * ? *)")
		change(in)
		if _, err := w.scheduler.CreateSchedule(t.Context(), in); emulatortest.Code(err) != "ValidationException" {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.create(t, schedule("cron(0 12 * * ? *)"))
	if _, err := w.scheduler.CreateSchedule(t.Context(), schedule("cron(0 12 * * ? *)")); emulatortest.Code(err) != "ConflictException" {
		t.Errorf("a second of that name: %v", err)
	}
}

func TestAGroupHoldsSchedulesAndTakesThemWithIt(t *testing.T) {
	t.Parallel()
	w, ctx := start(t), t.Context()
	made, err := w.scheduler.CreateScheduleGroup(ctx, &scheduler.CreateScheduleGroupInput{Name: aws.String("jobs"), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	if err != nil {
		t.Fatal(err)
	}
	tags, err := w.scheduler.ListTagsForResource(ctx, &scheduler.ListTagsForResourceInput{ResourceArn: made.ScheduleGroupArn})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Value != "b" {
		t.Errorf("%v %v", tags, err)
	}
	in := schedule("rate(1 day)")
	in.GroupName = aws.String("jobs")
	w.create(t, in)
	list, err := w.scheduler.ListSchedules(ctx, &scheduler.ListSchedulesInput{GroupName: in.GroupName})
	if err != nil || len(list.Schedules) != 1 {
		t.Errorf("%v %v", list, err)
	}
	if _, err := w.scheduler.DeleteScheduleGroup(ctx, &scheduler.DeleteScheduleGroupInput{Name: in.GroupName}); err != nil {
		t.Fatal(err)
	}
	if list, err = w.scheduler.ListSchedules(ctx, &scheduler.ListSchedulesInput{}); err != nil || len(list.Schedules) != 0 {
		t.Errorf("%v %v", list, err)
	}
}
