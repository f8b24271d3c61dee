package deploy

import (
	"fmt"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// Package renders, offline, what a deploy would give to AWS: the environment's and each service's template, and each
// service's task and service definition. Placeholders stand for what only AWS knows. With mistakes in the manifests it
// returns their diagnostics and no files. None named: all services.
func Package(t Target, services []string) ([]File, diag.List, error) {
	jobs, list, err := t.load(services)
	if err != nil || list.HasErrors() {
		return nil, list, err
	}
	env, err := render.EnvironmentStack(plan.NewEnvironment(t.App, t.environment(), needs(jobs)))
	if err != nil {
		return nil, list, err
	}
	files := []File{{Name: "environment.stack.yml", Data: env}}
	for _, j := range jobs {
		more, err := j.files(t)
		if err != nil {
			return nil, list, fmt.Errorf("%s: %w", j.name, err)
		}
		files = append(files, more...)
	}
	return files, list, nil
}

func (j job) files(t Target) ([]File, error) {
	ref, err := j.offlineImage(t)
	if err != nil {
		return nil, err
	}
	stack, err := render.ServiceStack(j.plan)
	if err != nil {
		return nil, err
	}
	task, err := render.TaskDefinition(j.plan, plan.Release{Image: ref})
	if err != nil {
		return nil, err
	}
	service, err := render.ServiceDefinition(j.plan)
	return []File{
		{Name: j.name + ".stack.yml", Data: stack},
		{Name: j.name + ".taskdef.json", Data: task},
		{Name: j.name + ".service.json", Data: service},
	}, err
}

// offlineImage names the image by the tag of its inputs: its digest exists only once it has been built.
func (j job) offlineImage(t Target) (string, error) {
	spec, err := j.image(t)
	if err != nil {
		return "", err
	}
	if spec.Location != "" {
		return spec.Location, nil
	}
	account, region := t.Env.Account, t.environment().Region
	if account == "" {
		account = plan.AccountRef
	}
	if region == "" {
		region = plan.RegionRef
	}
	suffix := ".amazonaws.com"
	if plan.Partition(region) == "aws-cn" {
		suffix += ".cn"
	}
	return account + ".dkr.ecr." + region + suffix + "/" + spec.Repository + ":" + spec.Tag, nil
}
