package release

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/event"
)

// Started is a release that ECS now works on.
type Started struct {
	Task       Task   // the task definition that is to be live
	Registered bool   // false: an identical revision was there
	First      bool   // the service was created
	Deployment string // ARN of the service deployment; "" when ECS needs none for what changed
	Service    types.Service
	Accepted   bool // ECS took the create or the update: whatever comes after, the release goes on
}

// Number is the release's number.
func (s Started) Number() int { return int(s.Task.Revision) }

// Start carries a plan out: it registers the task definition unless an identical one is there, creates or updates the
// service, tags it, and finds the service deployment that came of it.
func (c *Client) Start(ctx context.Context, p Plan, sink event.Sink) (Started, error) {
	s := Started{First: p.First(), Registered: p.Reuse == nil}
	task, err := c.register(ctx, p, sink)
	if err != nil {
		return s, err
	}
	s.Task = *task
	if p.First() {
		err = c.create(ctx, p, &s, sink)
	} else {
		err = c.update(ctx, p, &s, sink)
	}
	return s, err
}

// Expected is the release number that a task definition registered now will have: ECS counts up. It is used for a tag,
// which register puts right should another revision have come in between.
func (l Live) Expected() int {
	if l.Latest == nil {
		return 1
	}
	return int(l.Latest.Revision) + 1
}

func (c *Client) register(ctx context.Context, p Plan, sink event.Sink) (*Task, error) {
	if p.Reuse != nil {
		return p.Reuse, nil
	}
	in := clone(p.Definition.Task)
	var out *ecs.RegisterTaskDefinitionOutput
	err := c.withRole(ctx, aws.ToString(in.Family), sink, func(ctx context.Context) (err error) {
		out, err = c.ECS.RegisterTaskDefinition(ctx, &in)
		return err
	})
	if err != nil {
		return nil, explain(fmt.Sprintf("ECS refused the task definition %s", aws.ToString(in.Family)), err)
	}
	t := &Task{TaskDefinition: *out.TaskDefinition, Tags: tagMap(in.Tags)}
	return t, c.renumber(ctx, t)
}

// renumber corrects the release's tag where ECS gave another revision number than was expected.
func (c *Client) renumber(ctx context.Context, t *Task) error {
	got := fmt.Sprintf("v%d", t.Revision)
	if tag, ok := t.Tags[ReleaseTag]; !ok || tag == got {
		return nil
	}
	t.Tags[ReleaseTag] = got
	return c.tag(ctx, t.ARN(), map[string]string{ReleaseTag: got})
}

// ReleaseTag is the tag of a task definition that names its release.
const ReleaseTag = "ferry:release"

// CommitTag is the tag of a task definition that names the git commit it was deployed from.
const CommitTag = "ferry:commit"

// create makes the service. The client token makes a retry by the SDK after a broken connection harmless.
func (c *Client) create(ctx context.Context, p Plan, s *Started, sink event.Sink) error {
	if p.Definition.Express != nil {
		return c.createExpress(ctx, p, s, sink)
	}
	in := clone(p.Definition.Service)
	in.TaskDefinition = s.Task.TaskDefinitionArn
	in.ClientToken = aws.String(rand.Text())
	in.Tags = sdkTags(wantedTags(p.Definition))
	var out *ecs.CreateServiceOutput
	err := c.asking(ctx, aws.ToString(in.ServiceName), sink, func(ctx context.Context) (err error) {
		out, err = c.ECS.CreateService(ctx, &in)
		return err
	})
	if err != nil {
		return explain(fmt.Sprintf("ECS refused to create service %s", aws.ToString(in.ServiceName)), err)
	}
	s.Service, s.Accepted = *out.Service, true
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.Deployment, err = c.find(gctx, "", *out.Service, s.Task.ARN())
		return err
	})
	g.Go(func() error { return c.rescale(gctx, p.Rescale) })
	return g.Wait()
}

// update sends only what differs, and tells auto scaling and tags the service while it looks for the deployment. What chose
// the count ends before a count is written, which it would change again.
func (c *Client) update(ctx context.Context, p Plan, s *Started, sink event.Sink) error {
	s.Service = *p.Live.Service
	if p.Rescale.End {
		if err := c.endScaling(ctx, &p.Rescale.ID, p.Rescale.OldAlarms); err != nil {
			return err
		}
		p.Rescale.OldAlarms = nil
	}
	g, gctx := errgroup.WithContext(ctx)
	if p.Express != nil {
		if err := c.sendExpress(ctx, p, s, sink); err != nil {
			return err
		}
	}
	if p.Update != nil {
		if err := c.send(ctx, p, s, sink); err != nil {
			return err
		}
		if p.Restarts {
			g.Go(func() (err error) {
				s.Deployment, err = c.find(gctx, aws.ToString(p.Live.Service.CurrentServiceDeployment), s.Service, s.Task.ARN())
				return err
			})
		}
	}
	g.Go(func() error { return c.Finish(gctx, p) })
	return g.Wait()
}

// Finish tells auto scaling what it does not know yet, and then puts on the service the tags that it lacks: they say that
// all of it was done. Where nothing is missing it makes no call.
func (c *Client) Finish(ctx context.Context, p Plan) error {
	if err := c.rescale(ctx, p.Rescale); err != nil {
		return err
	}
	if len(p.Retag) == 0 {
		return nil
	}
	if err := c.retagAlarms(ctx, p); err != nil {
		return err
	}
	return c.tag(ctx, aws.ToString(p.Live.Service.ServiceArn), p.Retag)
}

func (c *Client) send(ctx context.Context, p Plan, s *Started, sink event.Sink) error {
	in := *p.Update
	in.Cluster, in.Service = p.Definition.Service.Cluster, p.Live.Service.ServiceName
	if s.Task.ARN() != TaskDefinition(*p.Live.Service) {
		in.TaskDefinition = s.Task.TaskDefinitionArn
	}
	var out *ecs.UpdateServiceOutput
	err := c.asking(ctx, aws.ToString(in.Service), sink, func(ctx context.Context) (err error) {
		out, err = c.ECS.UpdateService(ctx, &in)
		return err
	})
	if err != nil {
		return explain(fmt.Sprintf("ECS refused to update service %s", aws.ToString(in.Service)), err)
	}
	s.Service, s.Accepted = *out.Service, true
	return nil
}

// asking makes the call that starts a release, and tells how far it has come, for the case that the user leaves now.
func (c *Client) asking(ctx context.Context, service string, sink event.Sink, call func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err // nothing is sent any more
	}
	sink(event.ReleaseAsked{Subject: service, State: event.AskedSending})
	err := c.withRole(ctx, service, sink, call)
	var answer *smithyhttp.ResponseError
	switch {
	case err == nil:
		sink(event.ReleaseAsked{Subject: service, State: event.AskedAccepted})
	case errors.As(err, &answer) && answer.HTTPStatusCode()/100 == 4: // a plain no; all else leaves open what ECS did
		sink(event.ReleaseAsked{Subject: service, State: event.AskedRefused})
	}
	return err
}

func (c *Client) tag(ctx context.Context, arn string, tags map[string]string) error {
	_, err := c.ECS.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: &arn, Tags: sdkTags(tags)})
	if err != nil {
		return fmt.Errorf("tagging %s: %w", arn, err)
	}
	return nil
}

func sdkTags(m map[string]string) []types.Tag {
	tags := make([]types.Tag, 0, len(m))
	for _, k := range sortedKeys(m) {
		tags = append(tags, types.Tag{Key: aws.String(k), Value: aws.String(m[k])})
	}
	return tags
}
