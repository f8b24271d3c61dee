// Package image owns the container image of a workload: what it is built from, the digest of those inputs, how it is
// built (a Docker-compatible engine, the built-in Go builder, or not at all) and how it comes into Amazon ECR.
//
// Plan only reads: it computes the tag from the inputs. Publish does the rest and does only what is missing: an image
// that ECR has under that tag is neither built nor pushed. Which image a release then uses, and when, belongs to others.
package image

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// Spec is an image that is to be published. Make it with Plan.
type Spec struct {
	App, Service string
	Container    string            // whose image it is, where that is not the service's own container
	Repository   string            // ECR repository: <app>/<service>; "" for a prebuilt image
	Tag          string            // digest of the build inputs: 32 hexadecimal digits; "" for a prebuilt image
	ExtraTag     string            // the user's own tag, pushed beside Tag; "" = none. The caller sets it
	Tags         map[string]string // tags of the repository, should it have to be made. The caller may add to them
	Retention    Retention         // of the repository. The caller sets it
	Platform     manifest.Platform // of the task; an image for another one is refused
	Location     string            // a prebuilt image's reference, as written; "" = the image is built

	builder builder
	volumes []string // paths of volumes that are empty at first and that the container may write to
}

// Published is an image that a task definition can refer to.
type Published struct {
	Ref    string // <registry>/<repository>@sha256:…; a prebuilt image's reference as written where it is not in ECR
	Digest string // sha256:… of the manifest; "" for a prebuilt image that names none
	Tag    string // the input tag; "" for a prebuilt image
	Built  bool   // false: ECR had it, or it is prebuilt
	Pushed bool
}

// builder makes an image from inputs. The Dockerfile and the Go package are its two implementations.
type builder interface {
	// inputs adds everything that decides what the image will be. It writes nothing and asks no network.
	inputs(ctx context.Context, p *Planner, f *fingerprint) error
	// check tells early whether build can work here at all: an engine, a toolchain. The error is for the user.
	check(ctx context.Context) error
	// build makes the image. What it leaves in scratch, a directory, must outlive the image. Each line of output goes to out.
	build(ctx context.Context, scratch string, out func(line string)) (v1.Image, error)
}

var (
	_ builder = (*dockerfileBuild)(nil)
	_ builder = (*goBuild)(nil)
)

// Plan reads what the image of w's own container is made from, below the directory project, and computes its tag. The same
// inputs give the same tag on any machine and at any time. It asks no network; for the built-in Go builder it runs `go list`.
// Errors are *fault.Error with code Refused where something that the manifest names is missing or unreadable.
func (p *Planner) Plan(project, app, service string, w manifest.Workload) (Spec, error) {
	return p.plan(project, Spec{App: app, Service: service, Platform: w.Platform, volumes: ownVolumes(w)}, w.Image)
}

// PlanSidecar is Plan for another container of the task. The image stands in the service's repository: one repository goes
// when the service does, and cannot be mistaken for that of a service named like it; the tags, digests of inputs, do not meet.
func (p *Planner) PlanSidecar(project, app, service, container string, w manifest.Workload) (Spec, error) {
	spec := Spec{App: app, Service: service, Container: container, Platform: w.Platform, volumes: emptyVolumes(w.Storage, w.Sidecars[container].MountPoints)}
	return p.plan(project, spec, w.Sidecars[container].Image)
}

func (p *Planner) plan(project string, spec Spec, m manifest.Image) (Spec, error) {
	if spec.Location = m.Location; m.Build == nil {
		if m.Location == "" {
			return Spec{}, &fault.Error{Code: fault.Usage, What: spec.name() + ": the manifest names neither image.build nor image.location"}
		}
		return spec, nil
	}
	root, err := filepath.Abs(project)
	if err != nil {
		return Spec{}, err
	}
	spec.Location = ""
	spec.Repository = strings.ToLower(spec.App + "/" + spec.Service) // ECR takes no capitals; a service's name may have some
	spec.Tags = map[string]string{"ferry:application": spec.App, "ferry:service": spec.Service}
	if spec.builder, err = newBuilder(root, spec, m); err != nil {
		return Spec{}, err
	}
	f := newFingerprint()
	f.add("platform", platformOf(spec.Platform).String())
	if err := spec.builder.inputs(context.Background(), p, f); err != nil {
		return Spec{}, err
	}
	spec.Tag = f.tag()
	return spec, nil
}

// name is the container that the image is for, as errors call it.
func (s Spec) name() string { return cmp.Or(s.Container, s.Service) }

// newBuilder picks the builder that the manifest names.
func newBuilder(root string, spec Spec, m manifest.Image) (builder, error) {
	b := *m.Build
	switch b.Builder {
	case "", "docker":
		return newDockerfileBuild(root, spec, b), nil
	case "go":
		return &goBuild{
			root: root, service: spec.name(), spec: b, platform: platformOf(spec.Platform), port: m.Port, volumes: spec.volumes,
			windowsServer: strings.HasPrefix(spec.Platform.OS, "WINDOWS_"),
		}, nil
	}
	return nil, &fault.Error{
		Code: fault.Usage,
		What: fmt.Sprintf("%s: there is no builder %q", spec.name(), b.Builder),
		Hint: "builder is docker (a Dockerfile) or go (a Go package, without Docker)",
	}
}
