package deploy

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// Package renders, offline, what a deploy would give to AWS: the environment's and each service's template, and each
// service's task and service definition, or in Express Mode what stands in its place. Placeholders stand for what only AWS knows. With mistakes in the manifests it
// returns their diagnostics and no files. None named: all services. A static site is its template and the list of its files.
func Package(t Target, services []string) ([]File, diag.List, error) {
	jobs, list, err := t.load(services)
	if err != nil || list.HasErrors() {
		return nil, list, err
	}
	e, _, err := t.environmentPlan(needs(jobs))
	if err != nil {
		return nil, list, err
	}
	env, err := render.EnvironmentStack(e)
	if err != nil {
		return nil, list, err
	}
	if err := placeOffline(jobs); err != nil {
		return nil, list, err
	}
	more := make([][]File, len(jobs))
	var images image.Planner
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, j := range jobs {
		g.Go(func() (err error) { more[i], err = j.files(t, &images); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, list, err
	}
	return append([]File{{Name: "environment.stack.yml", Data: env}}, slices.Concat(more...)...), list, nil
}

// placeOffline gives the listener rules of services that are packaged together numbers that do not meet. What else is on
// the listeners only AWS knows.
func placeOffline(jobs []job) error {
	taken := map[string]map[int]string{}
	for _, j := range jobs {
		if j.plan.Routing == nil {
			continue
		}
		for _, output := range j.plan.Routing.ListenerOutputs() {
			if taken[output] == nil {
				taken[output] = map[int]string{}
			}
		}
		if err := j.plan.PlacePriorities(taken, ""); err != nil {
			return err
		}
	}
	return nil
}

func (j job) files(t Target, images *image.Planner) ([]File, error) {
	if j.plan.IsSite() {
		return j.sitePackage(t)
	}
	release, err := j.offlineImages(t, images)
	if err != nil {
		return nil, err
	}
	stack, err := render.ServiceStack(j.plan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	task, err := render.TaskDefinition(j.plan, release)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	last, how := j.name+".service.json", render.ServiceDefinition
	switch {
	case j.plan.Express != nil:
		last, how = j.name+".express.json", render.ExpressDefinition
	case j.plan.IsJob():
		last, how = j.name+".run-task.json", render.RunTask
	}
	starts, err := how(j.plan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	files := []File{
		{Name: j.name + ".stack.yml", Data: stack},
		{Name: j.name + ".taskdef.json", Data: task},
		{Name: last, Data: starts},
	}
	scaling, err := render.ScalingDefinition(j.plan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.name, err)
	}
	if scaling != nil {
		files = append(files, File{Name: j.name + ".scaling.json", Data: scaling})
	}
	return files, nil
}

// offlineImages names images by the tags of their inputs: their digests exist only once they have been built.
func (j job) offlineImages(t Target, images *image.Planner) (plan.Release, error) {
	specs, err := j.images(t, images)
	if err != nil {
		return plan.Release{}, err
	}
	r := plan.Release{Image: t.offlineImage(specs[0])}
	for _, spec := range specs[1:] {
		if r.Images == nil {
			r.Images = map[string]string{}
		}
		r.Images[spec.Container] = t.offlineImage(spec)
	}
	return r, nil
}

func (t Target) offlineImage(spec image.Spec) string {
	if spec.Location != "" {
		return spec.Location
	}
	account, region := t.Env.Account, t.environment().Region
	account = cmp.Or(account, plan.AccountRef)
	region = cmp.Or(region, plan.RegionRef)
	suffix := ".amazonaws.com"
	if plan.Partition(region) == "aws-cn" {
		suffix += ".cn"
	}
	return account + ".dkr.ecr." + region + suffix + "/" + spec.Repository + ":" + spec.Tag
}
