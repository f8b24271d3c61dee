package image

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/manifest"
)

type builder interface{}

func plan(ctx context.Context, project, app, service string, w manifest.Workload) (Spec, error) {
	return Spec{}, errors.ErrUnsupported
}

func publish(ctx context.Context, cfg aws.Config, spec Spec, sink event.Sink) (Published, error) {
	return Published{}, errors.ErrUnsupported
}

// Detect lists what in dir an image could be built from.
func Detect(dir string) (Detected, error) { return Detected{}, errors.ErrUnsupported }
