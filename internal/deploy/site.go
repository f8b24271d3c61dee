package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/site"
	"ferry.dev/ferry/internal/stack"
)

// siteFiles reads which files a site is made of. A directory that is missing is found before anything is written.
func (j job) siteFiles(t Target) ([]site.File, error) {
	project := ""
	if t.Workspace != nil {
		project = t.Workspace.Project
	}
	return site.Files(project, j.manifest.Site.Files)
}

// bringSite takes a static site along the line: its stack, which leans on nothing of the environment's, beside that, then
// its files. There is no image, no task and nothing to follow: the site is live as soon as CloudFront forgets what was.
func (l *line) bringSite(ctx context.Context, j job, s standing, env func() (stack.Stack, error), result *ServiceResult) error {
	var in infrastructure
	var errEnv, errStack error
	ready := make(chan bool, 1)
	ready <- true // there is no build to wait for
	var wg sync.WaitGroup
	wg.Go(func() { _, errEnv = env() })
	wg.Go(func() { in, errStack = l.serviceStack(ctx, j, s, stack.Stack{}, ready) })
	wg.Wait()
	result.Infrastructure = in.change != nil
	result.URL = j.plan.URL(in.stack.Outputs)
	if err := worst(errEnv, errStack); err != nil {
		return err
	}
	done := stage(l.sink, j.name, event.StageRelease, "")
	d, err := l.releaseSite(ctx, j, s.files, in.stack.Outputs, result)
	done(outcome(err, !d.Empty()), sent(d))
	switch {
	case err != nil:
		return l.siteFailed(ctx, j, in, result, err)
	case d.Empty() && in.change == nil:
		result.Outcome = OutcomeUnchanged
	default:
		result.Outcome = OutcomeLive
	}
	return nil
}

// errHalf is a release of files that went too far to be taken back.
type errHalf struct{ error }

func (e errHalf) Unwrap() error { return e.error }

func (l *line) releaseSite(ctx context.Context, j job, files []site.File, outputs map[string]string, result *ServiceResult) (site.Diff, error) {
	bucket, distribution := outputs[plan.OutputSiteBucket], outputs[plan.OutputSiteDistribution]
	d, err := l.sites.Compare(ctx, bucket, distribution, files)
	if err != nil || d.Empty() {
		return d, err
	}
	for _, f := range d.Send {
		result.Changes = append(result.Changes, "files: "+f.Key)
	}
	for _, key := range d.Gone {
		result.Changes = append(result.Changes, "files: "+key+" is gone")
	}
	undone, err := l.sites.Release(ctx, l.target.Workspace.Project, bucket, distribution, d)
	if err != nil && !undone {
		err = errHalf{err}
	}
	return d, err
}

// sent says in short what a release of files did.
func sent(d site.Diff) string {
	text := counted(len(d.Send), "file") + " sent"
	if len(d.Gone) > 0 {
		text += ", " + counted(len(d.Gone), "file") + " removed"
	}
	if d.Kept > 0 {
		text += fmt.Sprintf(", %d as before", d.Kept)
	}
	return text
}

// siteFailed says what a failed release left. Where the files were taken back the stack goes back too, and the site is what it was.
func (l *line) siteFailed(ctx context.Context, j job, in infrastructure, result *ServiceResult, cause error) error {
	cause = awsconf.Explain(cause)
	var half errHalf
	if errors.As(cause, &half) {
		if fault.ExitCode(cause) == fault.Interrupted {
			return cause
		}
		return &fault.Error{Code: fault.Broken, What: j.name + ": the release of the files ended halfway", Err: cause,
			Hint: fmt.Sprintf("finish it with: ferry deploy %s --env %s", j.name, j.plan.Env)}
	}
	if err := l.undo(ctx, j, in, cause); err != nil && !errors.Is(err, cause) {
		return err
	}
	if fault.ExitCode(cause) == fault.Interrupted {
		return cause
	}
	if in.change.New() {
		return &fault.Error{What: j.name + ": the files could not be sent", Err: cause, Hint: fault.Hint(cause)}
	}
	result.Outcome = OutcomeRolledBack
	return &fault.Error{Code: fault.RolledBack, What: j.name + ": the files could not be sent, and the site is what it was", Err: cause, Hint: fault.Hint(cause)}
}

// sitePackage is what a site's files are, offline: its template, and the list of the files with what they are served as.
func (j job) sitePackage(t Target) ([]File, error) {
	template, err := render.ServiceStack(j.plan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	files, err := j.siteFiles(t)
	if err != nil {
		return nil, err
	}
	list, err := json.MarshalIndent(files, "", "  ")
	if err != nil {
		return nil, err
	}
	return []File{{Name: j.name + ".stack.yml", Data: template}, {Name: j.name + ".files.json", Data: append(list, '\n')}}, nil
}

// siteStatus reads how a site stands: its stack, and what is in its bucket.
func (l *line) siteStatus(ctx context.Context, j job) (ServiceStatus, error) {
	r := ServiceStatus{Service: j.name, State: NotDeployed}
	s, err := l.stacks.Describe(ctx, j.plan.Stack)
	if err != nil || !s.Exists() {
		return r, err
	}
	r.State, r.URL = string(s.Status), j.plan.URL(s.Outputs)
	if s.Holds() {
		r.State = "ACTIVE"
		files, bytes, err := l.sites.Count(ctx, s.Outputs[plan.OutputSiteBucket])
		if err != nil {
			return r, err
		}
		r.Site = &SiteStatus{Files: files, Bytes: bytes, Bucket: s.Outputs[plan.OutputSiteBucket], Distribution: s.Outputs[plan.OutputSiteDistribution]}
	}
	return r, nil
}

// awaitSite says what waiting for a site comes to: it is live when its release returns.
func (l *line) awaitSite(ctx context.Context, j job, result *ServiceResult) error {
	s, err := l.siteStatus(ctx, j)
	if err != nil {
		return refused(err)
	}
	if s.State == NotDeployed {
		return notDeployed(j)
	}
	result.URL, result.Outcome = s.URL, OutcomeUnchanged
	return nil
}

// emptySite removes a site's files, which would keep its bucket from being deleted. What stands tells that it is a site: the
// manifest may be gone.
func (d *deletion) emptySite(ctx context.Context, live stack.Stack) error {
	if live.Outputs[plan.OutputSiteDistribution] == "" {
		return nil
	}
	bucket := live.Outputs[plan.OutputSiteBucket]
	n, err := d.sites.Empty(ctx, bucket)
	d.deleted(n > 0, counted(n, "version")+" of files in bucket "+bucket)
	return err
}
