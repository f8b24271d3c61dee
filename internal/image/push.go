package image

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"ferry.dev/ferry/internal/event"
)

// progressEvery bounds how often a push reports.
const progressEvery = 250 * time.Millisecond

// push sends the image and gives it its tags. Layers that the registry has are not sent, and what fails on the way is
// tried again.
func (r *repository) push(ctx context.Context, spec Spec, img v1.Image, sink event.Sink) (Published, error) {
	l, err := r.token(ctx)
	if err != nil {
		return Published{}, err
	}
	host := l.endpoint.Host
	var opts []name.Option
	if l.endpoint.Scheme == "http" {
		opts = append(opts, name.Insecure)
	}
	repo, err := name.NewRepository(host+"/"+r.name, opts...)
	if err != nil {
		return Published{}, err
	}
	p := pusher{repo: repo, opts: []remote.Option{remote.WithContext(ctx), remote.WithAuth(l.auth), remote.WithJobs(4)}}
	digest, err := p.push(spec, img, sink)
	if err != nil {
		return Published{}, pushFailed(ctx, spec, host, err)
	}
	return Published{Ref: fmt.Sprintf("%s/%s@%s", host, r.name, digest), Digest: digest.String(), Tag: spec.Tag, Built: true, Pushed: true}, nil
}

type pusher struct {
	repo name.Repository
	opts []remote.Option
}

// push sends the image by digest first and tags it then. Where somebody else tagged the same inputs in the meantime, theirs
// is the image: a tag that moved would leave behind an image without one, which the lifecycle policy expires.
func (p pusher) push(spec Spec, img v1.Image, sink event.Sink) (v1.Hash, error) {
	digest, err := img.Digest()
	if err != nil {
		return v1.Hash{}, err
	}
	updates := make(chan v1.Update, 64)
	reported := make(chan struct{})
	go func() {
		defer close(reported)
		report(spec.Service, updates, sink)
	}()
	err = remote.Write(p.repo.Digest(digest.String()), img, append(p.opts, remote.WithProgress(updates))...)
	<-reported
	if err != nil {
		return v1.Hash{}, err
	}
	desc, err := remote.Head(p.repo.Tag(spec.Tag), p.opts...)
	switch {
	case err == nil:
		digest = desc.Digest
	case !absent(err):
		return v1.Hash{}, err
	default:
		if err := remote.Tag(p.repo.Tag(spec.Tag), img, p.opts...); err != nil {
			return v1.Hash{}, err
		}
	}
	return digest, p.extra(spec.ExtraTag, digest)
}

// extra gives the image the user's own tag.
func (p pusher) extra(tag string, digest v1.Hash) error {
	if tag == "" {
		return nil
	}
	desc, err := remote.Get(p.repo.Digest(digest.String()), p.opts...)
	if err != nil {
		return err
	}
	return remote.Tag(p.repo.Tag(tag), desc, p.opts...)
}

// absent tells whether a registry said that it does not have something. A HEAD request has no body to say more in.
func absent(err error) bool {
	var t *transport.Error
	return errors.As(err, &t) && t.StatusCode == http.StatusNotFound
}

// report turns the registry client's updates into events, a few a second and the last one always.
func report(service string, updates <-chan v1.Update, sink event.Sink) {
	var last time.Time
	var latest, sent v1.Update
	emit := func() {
		sent, last = latest, time.Now()
		sink(event.PushProgress{Subject: service, Done: latest.Complete, Total: latest.Total})
	}
	for u := range updates {
		if u.Error != nil {
			continue
		}
		latest = u
		if time.Since(last) >= progressEvery {
			emit()
		}
	}
	if latest != sent {
		emit()
	}
}

// registryError is a registry's answer in few words: no request dump, no URL with a session in it.
func registryError(err error) error {
	var t *transport.Error
	if !errors.As(err, &t) {
		return err
	}
	var words []string
	for _, d := range t.Errors {
		words = append(words, strings.TrimSpace(d.Message+" ("+string(d.Code)+")"))
	}
	if len(words) == 0 {
		words = append(words, "the registry answered "+http.StatusText(t.StatusCode))
	}
	return &registryAnswer{strings.Join(words, "; "), err}
}

type registryAnswer struct {
	text string
	err  error
}

func (a *registryAnswer) Error() string { return a.text }
func (a *registryAnswer) Unwrap() error { return a.err }
