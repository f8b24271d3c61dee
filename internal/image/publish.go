package image

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// Publish makes sure that ECR has the image, and returns its reference by digest. It emits BuildOutput and PushProgress with
// the service as subject. An image that is there costs one call: it is neither built nor pushed. A prebuilt image costs
// one where its tag is in ECR, else none. A cancelled context ends the build engine with all its children and leaves no temporary file.
//
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
func Publish(ctx context.Context, cfg aws.Config, spec Spec, sink event.Sink) (Published, error) {
	if spec.Location != "" {
		return prebuilt(ctx, cfg, spec, sink)
	}
	if spec.builder == nil || spec.Tag == "" {
		return Published{}, fmt.Errorf("the image of %s has no plan", spec.name())
	}
	r := newRepository(cfg, spec)
	there, err := r.look(ctx)
	if err != nil {
		return Published{}, err
	}
	if there.digest != "" {
		return r.reuse(ctx, spec, there)
	}
	if err := spec.builder.check(ctx); err != nil {
		return Published{}, err
	}
	return r.buildAndPush(ctx, spec, there, sink)
}

// reuse answers for an image that is there, and adds the user's own tag where it lacks that.
func (r *repository) reuse(ctx context.Context, spec Spec, there found) (Published, error) {
	host, err := r.host(ctx, there.registryID)
	if err != nil {
		return Published{}, err
	}
	if spec.ExtraTag != "" && !there.has(spec.ExtraTag) {
		if err := r.addTag(ctx, there.digest, spec.ExtraTag); err != nil {
			return Published{}, err
		}
	}
	return Published{Ref: fmt.Sprintf("%s/%s@%s", host, r.name, there.digest), Digest: there.digest, Tag: spec.Tag}, nil
}

// buildAndPush builds, with all that the push will need from ECR beside it. The repository is made last, so that a build
// that fails leaves nothing behind.
func (r *repository) buildAndPush(ctx context.Context, spec Spec, there found, sink event.Sink) (_ Published, err error) {
	scratch, err := makeScratch()
	if err != nil {
		return Published{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	var img v1.Image
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		img, err = spec.builder.build(groupCtx, scratch, func(line string) {
			sink(event.BuildOutput{Subject: spec.Service, Line: line})
		})
		return err
	})
	group.Go(func() error {
		_, err := r.token(groupCtx)
		return err
	})
	if there.repository {
		group.Go(func() error { return r.healPolicy(groupCtx) })
	}
	if err := group.Wait(); err != nil {
		return Published{}, err
	}
	if err := checkPlatform(spec.name(), img, platformOf(spec.Platform)); err != nil {
		return Published{}, err
	}
	if !there.repository {
		if err := r.create(ctx, spec.Tags); err != nil {
			return Published{}, err
		}
	}
	return r.push(ctx, spec, img, sink)
}

// pushFailed is the error of a push.
func pushFailed(ctx context.Context, spec Spec, host string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &fault.Error{
		What: fmt.Sprintf("%s: pushing the image to %s failed", spec.Service, host),
		Hint: "run the command again: layers that are there are not sent again",
		Err:  registryError(err),
	}
}
