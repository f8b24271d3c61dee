package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/manifest"
)

// images computes what the images of the service's containers are made from, its own first. It reads files below the project
// only.
func (j job) images(t Target, p *image.Planner) ([]image.Spec, error) {
	project := ""
	if t.Workspace != nil {
		project = t.Workspace.Project
	}
	specs := make([]image.Spec, 0, 1+len(j.manifest.Sidecars))
	own, err := p.Plan(project, t.App.Name, j.name, t.forHost(j.manifest, j.manifest.Image))
	if err != nil {
		return nil, err
	}
	specs = append(specs, own)
	for _, name := range slices.Sorted(maps.Keys(j.manifest.Sidecars)) {
		spec, err := p.PlanSidecar(project, t.App.Name, j.name, name, t.forHost(j.manifest, j.manifest.Sidecars[name].Image))
		if err != nil {
			return nil, err
		}
		specs = append(specs, spec)
	}
	return specs, nil
}

// forHost gives an image that the built-in builder makes the platform of this machine, where tasks run on it.
func (t Target) forHost(w manifest.Workload, m manifest.Image) manifest.Workload {
	if t.Host != (manifest.Platform{}) && m.Build != nil && m.Build.Builder == "go" {
		w.Platform = t.Host
	}
	return w
}

// imagesOf plans a service's images before anything is written: a Dockerfile that is missing is found at once.
func (l *line) imagesOf(j job) ([]image.Spec, error) {
	specs, err := j.images(l.target, &l.images)
	if err == nil || fault.ExitCode(err) != fault.Failed {
		return specs, err
	}
	return specs, &fault.Error{Code: fault.Usage, What: "the image cannot be made, so nothing was changed", Err: err, Hint: fault.Hint(err)}
}

// published are a service's images: its own, and those of its other containers by their names.
type published struct {
	own      image.Published
	sidecars map[string]image.Published
}

// refs are the references of the other containers' images; nil where there are none.
func (p published) refs() map[string]string {
	var m map[string]string
	for name, one := range p.sidecars {
		if m == nil {
			m = map[string]string{}
		}
		m[name] = one.Ref
	}
	return m
}

// built and pushed tell whether any image had to be.
func (p published) built() bool {
	return p.any(func(i image.Published) bool { return i.Built })
}

func (p published) pushed() bool {
	return p.any(func(i image.Published) bool { return i.Pushed })
}

func (p published) any(is func(image.Published) bool) bool {
	return is(p.own) || slices.ContainsFunc(slices.Collect(maps.Values(p.sidecars)), is)
}

// publish makes sure that the registry has the images, side by side. What it already has is neither built nor pushed.
func (l *line) publish(ctx context.Context, j job, specs []image.Spec) (published, error) {
	done := stage(l.sink, j.name, event.StageImage, specs[0].Tag)
	all := make([]image.Published, len(specs))
	g, gctx := errgroup.WithContext(ctx)
	for i, spec := range specs {
		spec.Tags, spec.Retention = repositoryTags(j.plan.Tags), retention(l.target.App.Images)
		if spec.ExtraTag = l.request.Tag; spec.ExtraTag != "" && spec.Container != "" {
			spec.ExtraTag += "-" + spec.Container
		}
		g.Go(func() (err error) { all[i], err = image.Publish(gctx, l.target.AWS, spec, l.sink); return err })
	}
	err := g.Wait()
	p := published{own: all[0], sidecars: map[string]image.Published{}}
	for i, spec := range specs[1:] {
		p.sidecars[spec.Container] = all[i+1]
	}
	done(outcome(err, p.built() || p.pushed()), p.own.Ref)
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

// retention is what the application's image repositories keep.
func retention(m manifest.Images) image.Retention {
	return image.Retention{Images: m.Keep, UntaggedDays: int(m.Untagged / (24 * time.Hour)), Unscanned: m.ScanOnPush == "false", Said: m.Said()}
}
