package deploy

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/stack"
)

// The states of a job that is deployed.
const (
	JobScheduled = "SCHEDULED" // it runs when its schedule says so
	JobResting   = "RESTING"   // its schedule is not enabled
	JobOnDemand  = "ON DEMAND" // it has no schedule
)

// JobStatus is when a job runs, and how its last runs ended.
type JobStatus struct {
	Schedule string     `json:"schedule"` // EventBridge Scheduler's expression, or none
	TimeZone string     `json:"timezone,omitempty"`
	Next     *time.Time `json:"next,omitempty"` // nil where only Scheduler knows it, or where there is none
	Runs     []JobRun   `json:"runs"`           // that ECS still knows, newest first
}

// JobRun is one task of a job.
type JobRun struct {
	Task     string     `json:"task"`
	Status   string     `json:"status"` // ECS's own: RUNNING, STOPPED, …
	Started  time.Time  `json:"started"`
	Stopped  *time.Time `json:"stopped,omitempty"`
	ExitCode *int       `json:"exitCode,omitempty"`
	Reason   string     `json:"reason,omitempty"` // why it failed
}

// mostRuns is how many runs a status shows.
const mostRuns = 5

// jobStatus reads how a job stands: its stack says when it runs, ECS which revision a run takes and what has run.
func (l *line) jobStatus(ctx context.Context, j job) (ServiceStatus, error) {
	r := ServiceStatus{Service: j.name, State: NotDeployed}
	var s stack.Stack
	var live *release.Task
	var tasks []types.Task
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { s, err = l.stacks.Describe(gctx, j.plan.Stack); return err })
	g.Go(func() (err error) { live, err = l.releases.Task(gctx, j.plan.Family); return err })
	g.Go(func() (err error) { tasks, err = l.releases.Recent(gctx, j.plan.Cluster, j.plan.Family); return err })
	if err := g.Wait(); err != nil || live == nil || !s.Exists() {
		return r, err
	}
	r.Release, r.Commit = releaseName(int(live.Revision)), live.Tags[release.CommitTag]
	if len(live.ContainerDefinitions) > 0 {
		r.Image = aws.ToString(live.ContainerDefinitions[0].Image)
	}
	r.Job = &JobStatus{Schedule: cmp.Or(s.Outputs[plan.OutputSchedule], "none"), TimeZone: s.Outputs[plan.OutputScheduleTimezone], Runs: runs(tasks)}
	for _, t := range tasks {
		if aws.ToString(t.LastStatus) == "RUNNING" {
			r.Running++
		}
	}
	when := plan.LiveSchedule(s.Outputs)
	switch {
	case when == nil:
		r.State = JobOnDemand
	case !when.Enabled:
		r.State = JobResting
	default:
		r.State, r.Job.Next = JobScheduled, next(when, tasks)
	}
	return r, nil
}

// next is when the job runs next. A rate is counted from the last run that the schedule started.
func next(s *plan.JobSchedule, tasks []types.Task) *time.Time {
	now := time.Now()
	if rate := s.Rate(); rate > 0 {
		var last time.Time
		for _, t := range tasks {
			if by := aws.ToString(t.StartedBy); aws.ToTime(t.CreatedAt).After(last) && by != "ferry" {
				last = aws.ToTime(t.CreatedAt)
			}
		}
		if last.IsZero() || now.Sub(last) > rate {
			return nil
		}
		due := last.Add(rate).Truncate(time.Second)
		return &due
	}
	if t := s.Next(now); !t.IsZero() {
		return &t
	}
	return nil
}

func runs(tasks []types.Task) []JobRun {
	tasks = slices.Clone(tasks)
	slices.SortStableFunc(tasks, func(a, b types.Task) int { return aws.ToTime(b.CreatedAt).Compare(aws.ToTime(a.CreatedAt)) })
	all := []JobRun{}
	for _, t := range tasks[:min(mostRuns, len(tasks))] {
		run := JobRun{Task: path.Base(aws.ToString(t.TaskArn)), Status: aws.ToString(t.LastStatus), Started: aws.ToTime(t.CreatedAt).Truncate(time.Second)}
		if t.StoppedAt != nil {
			run.Stopped = aws.Time(t.StoppedAt.Truncate(time.Second))
		}
		for _, c := range t.Containers {
			if c.ExitCode != nil && (run.ExitCode == nil || *run.ExitCode == 0) {
				code := int(*c.ExitCode)
				run.ExitCode = &code
			}
		}
		if run.Stopped != nil && (run.ExitCode == nil || *run.ExitCode != 0) {
			run.Reason = strings.TrimSpace(aws.ToString(t.StoppedReason))
		}
		all = append(all, run)
	}
	return all
}
