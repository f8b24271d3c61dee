package watch

import (
	"context"
	"fmt"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/fault"
)

// finished tells whether a deployment has come to its end.
func finished(s types.ServiceDeploymentStatus) bool {
	switch s {
	case types.ServiceDeploymentStatusSuccessful, types.ServiceDeploymentStatusStopped,
		types.ServiceDeploymentStatusRollbackSuccessful, types.ServiceDeploymentStatusRollbackFailed:
		return true
	}
	return false
}

// well tells whether nothing has gone wrong so far.
func well(s types.ServiceDeploymentStatus) bool {
	switch s {
	case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusSuccessful:
		return true
	}
	return false
}

// judge turns ECS's end of the deployment into ours.
func (f *following) judge(ctx context.Context) (fault.Code, error) {
	switch f.now.Status {
	case types.ServiceDeploymentStatusSuccessful:
		return f.ours(ctx)
	case types.ServiceDeploymentStatusRollbackSuccessful:
		if f.First {
			return fault.Broken, nil
		}
		return fault.RolledBack, nil
	case types.ServiceDeploymentStatusStopped:
		return f.stoppedBy(ctx)
	}
	return fault.Broken, nil
}

// ours makes sure that the revision which ended SUCCESSFUL is the one that this run made. A revision that cannot be read
// proves nothing.
func (f *following) ours(ctx context.Context) (fault.Code, error) {
	if f.TaskDefinition == "" {
		return fault.OK, nil
	}
	if f.now.TargetServiceRevision == nil {
		return fault.Failed, fmt.Errorf("ECS does not say what deployment %s brought live", id(f.Deployment))
	}
	out, err := f.ECS.DescribeServiceRevisions(ctx, &ecs.DescribeServiceRevisionsInput{
		ServiceRevisionArns: []string{aws.ToString(f.now.TargetServiceRevision.Arn)},
	})
	if err != nil {
		return fault.Failed, fmt.Errorf("reading what deployment %s brought live: %w", id(f.Deployment), err)
	}
	if len(out.ServiceRevisions) == 0 {
		return fault.Failed, fmt.Errorf("ECS does not know the service revision that deployment %s brought live", id(f.Deployment))
	}
	for _, r := range out.ServiceRevisions {
		if aws.ToString(r.TaskDefinition) != f.TaskDefinition {
			return fault.Superseded, nil
		}
	}
	return fault.OK, nil
}

// stoppedBy tells a deployment that another one replaced from one that was just stopped.
func (f *following) stoppedBy(ctx context.Context) (fault.Code, error) {
	in := &ecs.ListServiceDeploymentsInput{Cluster: &f.Cluster, Service: &f.Service}
	if f.now.CreatedAt != nil {
		in.CreatedAt = &types.CreatedAt{After: f.now.CreatedAt}
	}
	out, err := f.ECS.ListServiceDeployments(ctx, in)
	if err != nil {
		return fault.Broken, fmt.Errorf("looking for what stopped deployment %s: %w", id(f.Deployment), err)
	}
	for _, d := range out.ServiceDeployments {
		if aws.ToString(d.ServiceDeploymentArn) != f.Deployment && aws.ToTime(d.CreatedAt).After(aws.ToTime(f.now.CreatedAt)) {
			return fault.Superseded, nil
		}
	}
	return fault.Broken, nil
}

// id is the last part of an ARN.
func id(arn string) string { return path.Base(arn) }
