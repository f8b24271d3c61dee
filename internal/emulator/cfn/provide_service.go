package cfn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	servicePoll  = time.Second
	servicePolls = 3 * 60 * 60 // CloudFormation gives a service three hours to become stable
)

// service is an ECS service; Ref is its ARN. Creation and update wait until its deployment has ended.
func (d Deps) service() provider {
	p := provider{
		createOnly: []string{"Cluster", "LaunchType", "SchedulingStrategy", "ServiceName", "Role", "DeploymentController"},
		properties: []string{"AvailabilityZoneRebalancing", "CapacityProviderStrategy", "DeploymentConfiguration", "DesiredCount", "EnableECSManagedTags", "EnableExecuteCommand",
			"HealthCheckGracePeriodSeconds", "LoadBalancers", "NetworkConfiguration", "PlacementConstraints", "PlacementStrategies", "PlatformVersion", "PropagateTags",
			"ServiceConnectConfiguration", "ServiceRegistries", "TaskDefinition", "VolumeConfigurations", "VpcLatticeConfigurations"},
		name: "ServiceName", tagged: true, attributes: []string{"Name", "ServiceArn"}, settle: d.serviceSettled,
	}
	renames := map[string]string{"PlacementStrategies": "PlacementStrategy"}
	p.create = func(ctx context.Context, r request) (string, error) {
		in := &ecs.CreateServiceInput{Tags: ecsTags(r.allTags())}
		if err := fill(in, r.Props, renames, "Tags"); err != nil {
			return "", err
		}
		if in.ServiceName == nil {
			in.ServiceName = aws.String(r.physical(255))
		}
		out, err := d.ECS.CreateService(ctx, in)
		if err != nil {
			return "", err
		}
		return aws.ToString(out.Service.ServiceArn), nil
	}
	p.update = func(ctx context.Context, r request) error {
		in := &ecs.UpdateServiceInput{Service: aws.String(r.ID)}
		if err := fill(in, r.Props, renames, "Tags", "LaunchType", "SchedulingStrategy", "ServiceName", "Role", "DeploymentController"); err != nil {
			return err
		}
		if _, err := d.ECS.UpdateService(ctx, in); err != nil {
			return err
		}
		return d.ecsRetag(ctx, r.ID, r)
	}
	p.remove = func(ctx context.Context, r request) error {
		_, err := d.ECS.DeleteService(ctx, &ecs.DeleteServiceInput{Service: aws.String(r.ID), Cluster: clusterOf(r), Force: aws.Bool(true)})
		if err != nil {
			return err
		}
		return d.serviceDrained(ctx, r.ID)
	}
	p.read = func(_ context.Context, r request) (map[string]any, error) {
		return map[string]any{"ServiceArn": r.ID, "Name": lastPart(r.ID)}, nil
	}
	return p
}

func clusterOf(r request) *string {
	if c := r.text("Cluster"); c != "" {
		return &c
	}
	return nil
}

// serviceSettled waits for the newest deployment to complete; one that failed is an error.
func (d Deps) serviceSettled(ctx context.Context, arn string) error {
	for range servicePolls {
		out, err := d.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Services: []string{arn}, Cluster: clusterInARN(arn)})
		if err != nil {
			return err
		}
		if len(out.Services) == 0 {
			return errors.New("the service has gone")
		}
		for _, dep := range out.Services[0].Deployments {
			if aws.ToString(dep.Status) != "PRIMARY" {
				continue
			}
			switch dep.RolloutState {
			case types.DeploymentRolloutStateCompleted:
				return nil
			case types.DeploymentRolloutStateFailed:
				return fmt.Errorf("ECS Deployment Circuit Breaker was triggered: %s", aws.ToString(dep.RolloutStateReason))
			}
		}
		if err := d.Clock.Wait(ctx, servicePoll); err != nil {
			return err
		}
	}
	return errors.New("Exceeded attempts to wait: the service did not become stable") //nolint:staticcheck // CloudFormation's own words
}

// serviceDrained waits until the last task has stopped: only then is the service gone, and may its cluster go.
func (d Deps) serviceDrained(ctx context.Context, arn string) error {
	for range servicePolls {
		out, err := d.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Services: []string{arn}, Cluster: clusterInARN(arn)})
		if err != nil {
			return err
		}
		if len(out.Services) == 0 || aws.ToString(out.Services[0].Status) == "INACTIVE" {
			return nil
		}
		if err := d.Clock.Wait(ctx, servicePoll); err != nil {
			return err
		}
	}
	return errors.New("Exceeded attempts to wait: the service did not drain") //nolint:staticcheck // CloudFormation's own words
}

// clusterInARN reads the cluster's name out of a service's ARN (…:service/<cluster>/<service>).
func clusterInARN(arn string) *string {
	_, rest, ok := strings.Cut(arn, ":service/")
	if !ok {
		return nil
	}
	cluster, _, ok := strings.Cut(rest, "/")
	if !ok {
		return nil
	}
	return &cluster
}
