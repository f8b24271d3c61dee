package deploy

import (
	"cmp"
	"errors"
	"slices"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/watch"
)

// failed is a run that ended before any service was touched.
func (r Result) failed(err error) (Result, error) {
	r.ExitCode = int(fault.ExitCode(err))
	return r, err
}

// conclude gathers the services' ends. The worst error comes first, so that its exit code is the process's.
func (r Result) conclude(ends []end) (Result, error) {
	errs := make([]error, 0, len(ends))
	for _, e := range ends {
		r.Services = append(r.Services, e.result)
		errs = append(errs, e.err)
	}
	err := worst(errs...)
	r.ExitCode = int(fault.ExitCode(err))
	return r, err
}

// worst joins errors, the one with the gravest exit code first. The same error, met by several, is told once.
func worst(errs ...error) error {
	var all []error
	for _, err := range errs {
		if err != nil && !slices.ContainsFunc(all, func(e error) bool { return e.Error() == err.Error() }) {
			all = append(all, err)
		}
	}
	slices.SortStableFunc(all, func(a, b error) int {
		return severity(fault.ExitCode(b)) - severity(fault.ExitCode(a))
	})
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// note fills in what the start of a release tells.
func (s *ServiceResult) note(b begun) {
	s.Changes = b.plan.Changes
	s.Release = releaseName(b.started.Number())
	s.TaskDefinition = b.started.Task.ARN()
	s.Deployment = b.started.Deployment
	s.URL = cmp.Or(release.Endpoint(b.plan.Live.Express), s.URL)
}

// judge fills in what the end of a release tells.
func (s *ServiceResult) judge(v watch.Verdict, err error) {
	for _, f := range v.Failures {
		s.Failures = append(s.Failures, failure(f))
	}
	if err != nil {
		return
	}
	s.Outcome = cmp.Or(map[fault.Code]string{
		fault.OK: OutcomeLive, fault.RolledBack: OutcomeRolledBack, fault.TimedOut: OutcomeTimedOut, fault.Superseded: OutcomeSuperseded,
	}[v.Code], OutcomeFailed)
}

func failure(f event.TaskStopped) Failure {
	return Failure{
		Task: f.TaskID, StopCode: f.StopCode, Reason: f.Reason, Container: f.Container, ExitCode: f.ExitCode,
		LogTail: f.LogTail, Target: f.Target, Suggestion: f.Suggestion,
	}
}
