package plan

import (
	"time"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/schedule"
)

// Job is how a Scheduled Job comes to run. The schedule starts the task itself where that is all there is to do, and else
// the runner, which stops what lasts too long, tries again what failed, and leaves out a run while one is under way.
type Job struct {
	Schedule *JobSchedule // nil: it runs on demand only
	Runner   *JobRunner   // nil: the schedule starts the task
}

// JobSchedule is a schedule of EventBridge Scheduler's.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
type JobSchedule struct {
	Name, Role string
	Expression string // cron(…), rate(…) or at(…)
	TimeZone   string
	Start, End string // in UTC; "" = no bound
	Window     int    // minutes by which a run may come later; 0 = none
	Enabled    bool
	Patience   int // seconds for which a start that AWS refuses is tried again
}

// JobRunner is a state machine of Step Functions'.
type JobRunner struct {
	Name, Role string
	Timeout    int // seconds; 0 = none
	Retries    int
	Skip       bool
}

// Limits of names, in characters: CreateSchedule (Name) and CreateStateMachine (name).
const (
	maxScheduleName     = 64
	maxStateMachineName = 80
)

// newJob decides how a job is started, or returns nil for a service.
func newJob(s Service) *Job {
	m := s.Manifest.Job
	if m == nil {
		return nil
	}
	j := &Job{}
	if m.Timeout > 0 || m.Retries > 0 || m.Overlap == "skip" {
		j.Runner = &JobRunner{
			Name: shorten(s.Stack, maxStateMachineName), Role: shorten(s.Stack+"-runner", maxRoleName),
			Timeout: seconds(m.Timeout), Retries: m.Retries, Skip: m.Overlap == "skip",
		}
	}
	when, err := schedule.Parse(m.Schedule)
	if err != nil || when.Expression() == "" { // package manifest has reported what is wrong
		return j
	}
	j.Schedule = &JobSchedule{
		Name: shorten(s.Stack, maxScheduleName), Role: shorten(s.Stack+"-schedule", maxRoleName), Expression: when.Expression(),
		TimeZone: m.TimeZone, Start: utc(m.Start), End: utc(m.End), Window: int(m.Window / time.Minute), Enabled: m.Enabled,
		Patience: patience(when),
	}
	return j
}

// patience is an hour, and less where the next run comes sooner.
func patience(s schedule.Schedule) int {
	const least, most = time.Minute, time.Hour // Scheduler takes no less
	if r := s.Rate(); r > 0 {
		return seconds(min(max(r, least), most))
	}
	return seconds(most)
}

func utc(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// The outputs of a job's stack that say when it runs.
const (
	OutputSchedule         = "Schedule" // an expression, or none
	OutputScheduleTimezone = "ScheduleTimezone"
	OutputScheduleState    = "ScheduleState" // ENABLED or DISABLED
	OutputScheduleStart    = "ScheduleStart"
	OutputScheduleEnd      = "ScheduleEnd"
)

// LiveSchedule reads from the outputs of a job's stack when it runs; nil where that is on demand only, or where it is none.
func LiveSchedule(outputs map[string]string) *JobSchedule {
	expression, ok := outputs[OutputSchedule]
	if !ok || expression == schedule.None {
		return nil
	}
	return &JobSchedule{
		Expression: expression, TimeZone: outputs[OutputScheduleTimezone], Start: outputs[OutputScheduleStart],
		End: outputs[OutputScheduleEnd], Enabled: outputs[OutputScheduleState] == "ENABLED",
	}
}

// From leaves out a start that has passed: it changes nothing any more, and Scheduler refuses it.
func (j *JobSchedule) From(now time.Time) {
	if t, err := time.Parse(time.RFC3339, j.Start); err == nil && !t.After(now) {
		j.Start = ""
	}
}

// Next returns the job's first run after a moment; zero where there is none, or where only Scheduler knows it.
func (j *JobSchedule) Next(after time.Time) time.Time {
	when, err := schedule.Parse(j.Expression)
	zone, errZone := schedule.Zone(j.TimeZone)
	if err != nil || errZone != nil || !j.Enabled {
		return time.Time{}
	}
	if start, err := time.Parse(time.RFC3339, j.Start); err == nil && start.After(after) {
		after = start.Add(-time.Second)
	}
	next := when.Next(after, zone)
	if end, err := time.Parse(time.RFC3339, j.End); err == nil && next.After(end) {
		return time.Time{}
	}
	return next
}

// Rate is how much time lies between two runs; 0 where a clock says when they are.
func (j *JobSchedule) Rate() time.Duration {
	when, err := schedule.Parse(j.Expression)
	if err != nil {
		return 0
	}
	return when.Rate()
}

// IsJob tells whether the workload runs to its end, instead of staying.
func (s Service) IsJob() bool { return s.Manifest.Type == manifest.ScheduledJob }

// ClusterARN and FamilyARN are texts for Fn::Sub. The family's has no revision: what starts it takes the newest.
func (s Service) ClusterARN() string { return substARN("ecs", "cluster/"+s.Cluster) }

// FamilyARN names the task definition without a revision; see ClusterARN.
func (s Service) FamilyARN() string { return substARN("ecs", "task-definition/"+s.Family) }

// SchedulePolicies returns what EventBridge Scheduler may do for the job: start its runner, or else its task, and keep what it
// could not start.
func (s Service) SchedulePolicies() []Policy {
	missed := Statement{Sid: "KeepMissedRuns", Actions: []string{"sqs:SendMessage"}, Resources: []string{"${MissedRuns.Arn}"}}
	if s.Job.Runner != nil {
		start := Statement{Sid: "StartTheRunner", Actions: []string{"states:StartExecution"}, Resources: []string{"${Runner}"}}
		return []Policy{{Name: "start", Statements: []Statement{start, missed}}}
	}
	return []Policy{{Name: "start", Statements: append(s.runTask(), missed)}}
}

// RunnerPolicies returns what the job's runner may do: start its task, follow it and stop it.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
func (s Service) RunnerPolicies() []Policy {
	here := map[string]map[string][]string{"ArnEquals": {"ecs:cluster": {s.ClusterARN()}}}
	all := append(s.runTask(),
		Statement{Sid: "FollowTasks", Actions: []string{"ecs:DescribeTasks", "ecs:StopTask"},
			Resources: []string{substARN("ecs", "task/"+s.Cluster+"/*")}, Conditions: here},
		Statement{Sid: "HearOfTheirEnd", Actions: []string{"events:DescribeRule", "events:PutRule", "events:PutTargets"},
			Resources: []string{substARN("events", "rule/StepFunctionsGetEventsForECSTaskRule")}},
	)
	if s.Job.Runner.Skip { // of a family's tasks ECS knows no resource to name
		all = append(all, Statement{Sid: "LookForTasks", Actions: []string{"ecs:ListTasks"}, Resources: []string{"*"}, Conditions: here})
	}
	return []Policy{{Name: "run", Statements: all}}
}

// runTask is what starting the job's task needs.
func (s Service) runTask() []Statement {
	return []Statement{
		{
			Sid: "StartTasks", Actions: []string{"ecs:RunTask"}, Resources: []string{s.FamilyARN(), s.FamilyARN() + ":*"},
			Conditions: map[string]map[string][]string{"ArnEquals": {"ecs:cluster": {s.ClusterARN()}}},
		},
		{
			Sid: "TagTasks", Actions: []string{"ecs:TagResource"}, Resources: []string{substARN("ecs", "task/"+s.Cluster+"/*")},
			Conditions: map[string]map[string][]string{"StringEquals": {"ecs:CreateAction": {"RunTask"}}},
		},
		{
			Sid: "GiveThemTheirRoles", Actions: []string{"iam:PassRole"}, Resources: []string{roleResource(s.Manifest.ExecutionRole, "ExecutionRole"), roleResource(s.Manifest.TaskRole, "TaskRole")},
			Conditions: map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {"ecs-tasks.amazonaws.com"}}},
		},
	}
}
