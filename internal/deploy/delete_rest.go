package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/stack"
)

// keepLogs changes the service's stack, where the log is to be kept, so that its deletion leaves the log group behind.
func (d *deletion) keepLogs(ctx context.Context, p place, live stack.Stack) error {
	if !d.request.KeepLogs || !live.Holds() || live.Outputs[plan.OutputSiteDistribution] != "" {
		return nil
	}
	j, list, err := d.target.known(p.name)
	if err != nil {
		return err
	}
	if err := valid(list); err != nil {
		return err
	}
	s := j.plan
	s.KeepLogs, s.KeepVolumeRole = true, live.Outputs[plan.OutputVolumeRole] != ""
	s.KeepPriorities(live.Outputs["RulePriorities"])
	template, err := render.ServiceStack(s)
	if err != nil {
		return err
	}
	// CloudFormation takes a new deletion policy only together with a change of a resource: a tag is one.
	tags := maps.Clone(s.Tags)
	tags["ferry:keep"] = "log group"
	_, _, err = d.stacks.Apply(ctx, live, stack.SpecOf(p.stack, template, tags), d.sink)
	return err
}

// logGroup removes a log group that the stack's deletion has left, from an earlier delete that kept it for example.
func (d *deletion) logGroup(ctx context.Context, p place) error {
	there, err := d.hasLogGroup(ctx, p)
	if err != nil || !there {
		return err
	}
	if d.request.KeepLogs {
		d.kept("log group " + p.logGroup)
		return nil
	}
	_, err = d.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &p.logGroup})
	var gone *logtypes.ResourceNotFoundException
	if err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("deleting log group %s: %w", p.logGroup, err)
	}
	d.deleted(true, "log group "+p.logGroup)
	return nil
}

func (d *deletion) hasLogGroup(ctx context.Context, p place) (bool, error) {
	out, err := d.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &p.logGroup})
	if err != nil {
		return false, fmt.Errorf("looking for log group %s: %w", p.logGroup, err)
	}
	for _, g := range out.LogGroups {
		if aws.ToString(g.LogGroupName) == p.logGroup {
			return true, nil
		}
	}
	return false, nil
}

// repository removes the images, unless another environment runs them.
func (d *deletion) repository(ctx context.Context, p place) error {
	if others := d.shared[p.name]; len(others) > 0 {
		d.kept(fmt.Sprintf("repository %s (used by environment %s)", p.repository, strings.Join(others, ", ")))
		return nil
	}
	if d.request.KeepRepository {
		there, err := d.hasRepository(ctx, p)
		if there {
			d.kept("repository " + p.repository)
		}
		return err
	}
	_, err := ecr.NewFromConfig(d.target.AWS).DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: &p.repository, Force: true})
	var gone *ecrtypes.RepositoryNotFoundException
	if errors.As(err, &gone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("deleting repository %s: %w", p.repository, err)
	}
	d.deleted(true, "repository "+p.repository)
	return nil
}

func (d *deletion) hasRepository(ctx context.Context, p place) (bool, error) {
	_, err := ecr.NewFromConfig(d.target.AWS).DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{p.repository}})
	var gone *ecrtypes.RepositoryNotFoundException
	if errors.As(err, &gone) {
		return false, nil
	}
	return err == nil, err
}

// left looks, by name, for what is left of a service.
func (d *deletion) left(ctx context.Context, p place) error {
	live, err := d.stacks.Describe(ctx, p.stack)
	if err != nil {
		return err
	}
	if live.Exists() {
		d.remains("stack " + p.stack)
	}
	ecsLive, err := d.releases.Inspect(ctx, p.cluster, p.service, p.family)
	if err != nil {
		return err
	}
	if ecsLive.Service != nil {
		d.remains("service " + p.name)
	}
	old, err := d.releases.Revisions(ctx, p.family, types.TaskDefinitionStatusInactive)
	if err != nil {
		return err
	}
	if ecsLive.Latest != nil {
		old = append(old, ecsLive.Latest.ARN())
	}
	for _, arn := range old {
		d.remains("task definition " + arn)
	}
	return d.leftBeside(ctx, p)
}

// leftBeside looks for the log group and the repository, where they were to go.
func (d *deletion) leftBeside(ctx context.Context, p place) error {
	if !d.request.KeepLogs {
		there, err := d.hasLogGroup(ctx, p)
		if err != nil {
			return err
		}
		if there {
			d.remains("log group " + p.logGroup)
		}
	}
	if d.request.KeepRepository || len(d.shared[p.name]) > 0 {
		return nil
	}
	there, err := d.hasRepository(ctx, p)
	if there {
		d.remains("repository " + p.repository)
	}
	return err
}

// leftEnvironment looks for stacks that carry the environment's tags, whatever their name.
func (d *deletion) leftEnvironment(ctx context.Context) error {
	if !d.request.Environment {
		return nil
	}
	stacks, err := d.tagged(ctx)
	for _, s := range stacks {
		d.remains("stack " + s.Name)
	}
	return err
}

// keptFiles says that a service's files in the environment's file system stay: with its stack only the access point goes.
func (d *deletion) keptFiles(p place, live stack.Stack) {
	if live.Outputs[plan.OutputAccessPoint] != "" {
		d.kept("files of " + p.name + " in the environment's file system, directory /" + p.name)
	}
}

// keptFileSystem says that the environment's file system stays, and bills, when its stack has gone.
func (d *deletion) keptFileSystem(live stack.Stack, err error) {
	if id := live.Outputs[plan.OutputFileSystem]; id != "" && err == nil {
		d.kept("file system " + id + " (aws efs delete-file-system --file-system-id " + id + " deletes it)")
	}
}
