package deploy

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/stack"
	"ferry.dev/ferry/internal/watch"
)

// NotDeployed is the state of a service of the workspace that does not stand in the environment.
const NotDeployed = "NOT DEPLOYED"

// mostMessages is how many of a service's own messages a status shows.
const mostMessages = 5

// Status reads the state of services in an environment; none named: those of the workspace and those that run there.
// It makes two calls side by side, or three where the environment names its account, then one for every ten services, then two for each service
// side by side, and three more for each that auto scaling changes.
func Status(ctx context.Context, t Target, services []string) (StatusResult, error) {
	r := StatusResult{Application: t.App.Name, Environment: t.Env.Name, Region: t.environment().Region, Services: []ServiceStatus{}}
	l := newLine(t, Request{}, event.Discard)
	var env stack.Stack
	var running []string
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		env, err = l.stacks.Describe(gctx, plan.EnvironmentStack(t.App.Name, t.Env.Name))
		return err
	})
	g.Go(func() error { return t.Guard(gctx) })
	if len(services) == 0 {
		g.Go(func() (err error) { running, err = l.running(gctx); return err })
	}
	if err := g.Wait(); err != nil {
		return r, awsconf.Explain(err)
	}
	names, err := t.union(services, running)
	if err != nil {
		return r, err
	}
	r.Deployed = env.Exists()
	r.Services, err = l.statuses(ctx, names, env)
	return r, awsconf.Explain(err)
}

// Guard refuses credentials of another account than the environment's, in which everything would look as if it were not
// there. It makes one call, and none where the environment names no account.
func (t Target) Guard(ctx context.Context) error {
	if t.Env.Account == "" {
		return nil
	}
	_, err := awsconf.Guard(ctx, t.AWS, t.Env.Account, t.environmentFile())
	return err
}

// cluster is the environment's.
func (t Target) cluster() string { return plan.ClusterName(t.App.Name, t.Env) }

// service is what ECS calls a service.
func (t Target) service(name string) string { return plan.ServiceName(t.App.Name, t.Env, name) }

// union joins the workspace's services with those that run. Services that are asked for by name stand alone.
func (t Target) union(asked, running []string) ([]string, error) {
	if len(asked) > 0 {
		return asked, nil
	}
	names := slices.Clone(running)
	if t.Workspace != nil {
		known, err := t.Workspace.Services()
		if err != nil {
			return nil, err
		}
		names = append(names, known...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// running lists the names of the services in the environment's cluster; none where there is no cluster.
// In a cluster that exists already there are others' services too: the stacks tell ours.
func (l *line) running(ctx context.Context) ([]string, error) {
	var names []string
	if l.target.Env.Cluster.Name != "" {
		return nil, nil
	}
	pages := ecs.NewListServicesPaginator(l.ecs, &ecs.ListServicesInput{Cluster: aws.String(l.target.cluster()), MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		var none *types.ClusterNotFoundException
		if errors.As(err, &none) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("listing the services of %s: %w", l.target.cluster(), err)
		}
		for _, arn := range out.ServiceArns {
			names = append(names, path.Base(arn))
		}
	}
	return names, nil
}

// statuses reads several services, ten with a call, and then each one's release and health side by side.
func (l *line) statuses(ctx context.Context, names []string, env stack.Stack) ([]ServiceStatus, error) {
	live := map[string]types.Service{}
	for rest := names; len(rest) > 0; rest = rest[min(10, len(rest)):] {
		if err := l.describe(ctx, rest[:min(10, len(rest))], live); err != nil {
			return nil, err
		}
	}
	all := make([]ServiceStatus, len(names))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, name := range names {
		s, stands := live[name]
		if j, list, err := l.target.known(name); !stands && err == nil && !list.HasErrors() && j.plan.IsJob() {
			g.Go(func() (err error) { all[i], err = l.jobStatus(gctx, j); return err })
			continue
		}
		if !stands {
			all[i] = ServiceStatus{Service: name, State: NotDeployed}
			if j, list, err := l.target.known(name); err == nil && !list.HasErrors() && j.plan.IsSite() {
				g.Go(func() (err error) { all[i], err = l.siteStatus(gctx, j); return err })
			}
			continue
		}
		g.Go(func() (err error) { all[i], err = l.status(gctx, name, s, env); return err })
	}
	return all, g.Wait()
}

func (l *line) describe(ctx context.Context, names []string, into map[string]types.Service) error {
	ours, theirs := map[string]string{}, make([]string, len(names))
	for i, name := range names {
		theirs[i] = l.target.service(name)
		ours[theirs[i]] = name
	}
	out, err := l.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String(l.target.cluster()), Services: theirs,
		Include: []types.ServiceField{types.ServiceFieldTags}})
	var none *types.ClusterNotFoundException
	if errors.As(err, &none) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the services of %s: %w", l.target.cluster(), err)
	}
	for _, s := range out.Services {
		if aws.ToString(s.Status) != "INACTIVE" {
			into[ours[aws.ToString(s.ServiceName)]] = s
		}
	}
	return nil
}

func (l *line) status(ctx context.Context, name string, s types.Service, env stack.Stack) (ServiceStatus, error) {
	r := ServiceStatus{
		Service: name, State: aws.ToString(s.Status), Desired: int(s.DesiredCount), Running: int(s.RunningCount),
		Pending: int(s.PendingCount), Deployment: newest(s), Messages: messages(s), Targets: len(s.LoadBalancers) > 0,
	}
	g, gctx := errgroup.WithContext(ctx)
	if release.InExpressMode(s) {
		r.Express = true
		g.Go(func() error { return l.express(gctx, s, &r) })
	} else if j, list, err := l.target.known(name); err == nil && !list.HasErrors() {
		g.Go(func() (err error) { r.URL, err = l.address(gctx, j, env); return err })
	}
	g.Go(func() error { return l.released(gctx, s, &r) })
	if (release.Live{Service: &s}).Scales() {
		g.Go(func() (err error) { r.Scaling, err = l.scaling(gctx, name); return err })
	}
	if r.Targets {
		g.Go(func() error { return l.health(gctx, aws.ToString(s.LoadBalancers[0].TargetGroupArn), &r) })
	}
	return r, g.Wait()
}

// address is where the service answers. Only that of a load balancer which is not the environment's is in its own stack.
func (l *line) address(ctx context.Context, j job, env stack.Stack) (string, error) {
	if !j.plan.OwnAddress() {
		return j.plan.URL(env.Outputs), nil
	}
	own, err := l.stacks.Describe(ctx, j.plan.Stack)
	return j.plan.URL(env.Outputs, own.Outputs), err
}

// released tells which release is live. A service whose task definition was deleted still has its number.
func (l *line) released(ctx context.Context, s types.Service, r *ServiceStatus) error {
	t, err := l.releases.Task(ctx, release.TaskDefinition(s))
	if err != nil || t == nil {
		return err
	}
	r.Release, r.Commit = releaseName(int(t.Revision)), t.Tags[release.CommitTag]
	if len(t.ContainerDefinitions) > 0 {
		r.Image = aws.ToString(t.ContainerDefinitions[0].Image)
	}
	return nil
}

func (l *line) health(ctx context.Context, group string, r *ServiceStatus) error {
	out, err := l.elb.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &group})
	if err != nil {
		return fmt.Errorf("reading the health of %s's targets: %w", r.Service, err)
	}
	h := watch.CountTargets(out.TargetHealthDescriptions)
	r.Healthy, r.Unhealthy = h.Healthy, h.Unhealthy+h.Initial
	return nil
}

// newest is the service's primary deployment.
func newest(s types.Service) *DeploymentStatus {
	for _, d := range s.Deployments {
		if aws.ToString(d.Status) == "PRIMARY" {
			return &DeploymentStatus{ID: aws.ToString(d.Id), Status: string(d.RolloutState), Reason: aws.ToString(d.RolloutStateReason),
				Created: aws.ToTime(d.CreatedAt)}
		}
	}
	return nil
}

func messages(s types.Service) []Message {
	events := slices.Clone(s.Events)
	slices.SortStableFunc(events, func(a, b types.ServiceEvent) int { return aws.ToTime(b.CreatedAt).Compare(aws.ToTime(a.CreatedAt)) })
	var all []Message
	for _, e := range events[:min(mostMessages, len(events))] {
		all = append(all, Message{Time: aws.ToTime(e.CreatedAt).Truncate(time.Millisecond), Text: aws.ToString(e.Message)})
	}
	return all
}
