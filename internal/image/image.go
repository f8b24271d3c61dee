// Package image owns the container image of a workload: what it is built from, the digest of those inputs, how it is
// built (a Docker-compatible engine, the built-in Go builder, or not at all) and how it comes into Amazon ECR.
//
// Plan is pure but for reading files: it computes the tag from the inputs. Publish does the rest and does only what is
// missing: an image that ECR has under that tag is neither built nor pushed. Which image a release then uses, and when,
// belongs to others.
package image

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/manifest"
)

// Spec is an image that is to be published. Make it with Plan.
type Spec struct {
	App, Service string
	Repository   string            // ECR repository: <app>/<service>; "" for a prebuilt image
	Tag          string            // digest of the build inputs: 32 hexadecimal digits; "" for a prebuilt image
	ExtraTag     string            // the user's own tag, pushed beside Tag; "" = none. The caller sets it
	Tags         map[string]string // tags of the repository, should it have to be made. The caller may add to them
	Platform     manifest.Platform
	Location     string // a prebuilt image's reference, as written; "" = the image is built

	recipe builder
}

// Published is an image that a task definition can refer to.
type Published struct {
	Ref    string // <registry>/<repository>@sha256:…; a prebuilt image's reference as written
	Digest string // sha256:… of the manifest; "" for a prebuilt image that names none
	Tag    string // the input tag; "" for a prebuilt image
	Built  bool   // false: ECR had it, or it is prebuilt
	Pushed bool
}

// Plan reads what the image of w is made from, below the directory project, and computes its tag.
func Plan(project, app, service string, w manifest.Workload) (Spec, error) {
	return plan(context.Background(), project, app, service, w)
}

// Publish makes sure that ECR has the image and returns its reference by digest. It emits BuildOutput and PushProgress
// with the service as subject. A cancelled context ends the build engine with all its children and leaves no temporary file.
func Publish(ctx context.Context, cfg aws.Config, spec Spec, sink event.Sink) (Published, error) {
	return publish(ctx, cfg, spec, sink)
}
