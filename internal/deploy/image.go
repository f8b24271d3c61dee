package deploy

import (
	"context"
	"fmt"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/manifest"
)

// image computes what the service's image is made from. It reads files below the project only.
func (j job) image(t Target, p *image.Planner) (image.Spec, error) {
	project := ""
	if t.Workspace != nil {
		project = t.Workspace.Project
	}
	w := j.manifest
	if t.Host != (manifest.Platform{}) && w.Image.Build != nil && w.Image.Build.Builder == "go" {
		w.Platform = t.Host
	}
	return p.Plan(project, t.App.Name, j.name, w)
}

// imageOf plans a service's image before anything is written: a Dockerfile that is missing is found at once.
func (l *line) imageOf(j job) (image.Spec, error) {
	spec, err := j.image(l.target, &l.images)
	if err == nil || fault.ExitCode(err) != fault.Failed {
		return spec, err
	}
	return spec, &fault.Error{Code: fault.Usage, What: "the image cannot be made, so nothing was changed", Err: err, Hint: fault.Hint(err)}
}

// publish makes sure that the registry has the image. What it already has is neither built nor pushed.
func (l *line) publish(ctx context.Context, j job, spec image.Spec) (image.Published, error) {
	spec.ExtraTag = l.request.Tag
	spec.Tags = repositoryTags(j.plan.Tags)
	done := stage(l.sink, j.name, event.StageImage, spec.Tag)
	p, err := image.Publish(ctx, l.target.AWS, spec, l.sink)
	done(outcome(err, p.Built || p.Pushed), p.Ref)
	if err != nil {
		return p, unpublished(j.name, err)
	}
	return p, nil
}

// unpublished says that an image could not be had, unless the error says more already.
func unpublished(name string, err error) error {
	if fault.ExitCode(err) != fault.Failed {
		return err
	}
	return &fault.Error{What: fmt.Sprintf("the image of %s could not be published, so nothing was deployed", name), Err: err, Hint: fault.Hint(err)}
}

// repositoryTags are the service's without the environment: the repository serves all of them.
func repositoryTags(tags map[string]string) map[string]string {
	m := make(map[string]string, len(tags))
	for k, v := range tags {
		if k != "ferry:environment" {
			m[k] = v
		}
	}
	return m
}
