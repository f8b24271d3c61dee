package ecs

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// expressDefinition finds the task definition that the customer names, or registers the one that the configuration describes
// and completes the configuration with the defaults of Express Mode.
func (s *Service) expressDefinition(ctx context.Context, cluster, name string, c *types.ExpressGatewayServiceConfiguration, own *string) (types.TaskDefinition, error) {
	if own != nil {
		td, err := s.lookUp(&cluster, own)
		if err != nil {
			return td, err
		}
		c.ExecutionRoleArn, c.TaskRoleArn, c.Cpu, c.Memory = td.ExecutionRoleArn, td.TaskRoleArn, td.Cpu, td.Memory
		c.PrimaryContainer, c.CpuArchitecture = nil, ""
		if p := td.RuntimePlatform; p != nil {
			c.CpuArchitecture = types.ExpressCpuArchitecture(p.CpuArchitecture)
		}
		return td, nil
	}
	c.Cpu, c.Memory = aws.String(cmp.Or(aws.ToString(c.Cpu), "256")), aws.String(cmp.Or(aws.ToString(c.Memory), "512"))
	c.CpuArchitecture = cmp.Or(c.CpuArchitecture, types.ExpressCpuArchitectureX8664)
	container := *c.PrimaryContainer
	if container.ContainerPort == nil {
		container.ContainerPort = aws.Int32(80)
	}
	if container.AwsLogsConfiguration == nil {
		container.AwsLogsConfiguration = &types.ExpressGatewayServiceAwsLogsConfiguration{
			LogGroup: aws.String("/aws/ecs/" + cluster + "/" + name), LogStreamPrefix: aws.String("ecs"),
		}
		if err := s.makeLogGroup(ctx, container.AwsLogsConfiguration.LogGroup); err != nil {
			return types.TaskDefinition{}, err
		}
	}
	c.PrimaryContainer = &container
	out, err := s.RegisterTaskDefinition(ctx, s.describedBy(cluster+"-"+name, *c))
	if err != nil {
		return types.TaskDefinition{}, err
	}
	return *out.TaskDefinition, nil
}

// describedBy is the task definition that a configuration describes.
func (s *Service) describedBy(family string, c types.ExpressGatewayServiceConfiguration) *ecs.RegisterTaskDefinitionInput {
	main := types.ContainerDefinition{
		Name: aws.String(mainContainer), Image: c.PrimaryContainer.Image, Command: c.PrimaryContainer.Command,
		Environment: c.PrimaryContainer.Environment, Secrets: c.PrimaryContainer.Secrets,
		PortMappings: []types.PortMapping{{ContainerPort: c.PrimaryContainer.ContainerPort, Name: aws.String("main"), Protocol: types.TransportProtocolTcp}},
		LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
			"awslogs-group": aws.ToString(c.PrimaryContainer.AwsLogsConfiguration.LogGroup), "awslogs-region": s.Scope.Region,
			"awslogs-stream-prefix": aws.ToString(c.PrimaryContainer.AwsLogsConfiguration.LogStreamPrefix),
		}},
	}
	if r := c.PrimaryContainer.RepositoryCredentials; r != nil {
		main.RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: r.CredentialsParameter}
	}
	return &ecs.RegisterTaskDefinitionInput{
		Family: &family, Cpu: c.Cpu, Memory: c.Memory, ExecutionRoleArn: c.ExecutionRoleArn, TaskRoleArn: c.TaskRoleArn,
		NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		RuntimePlatform:      &types.RuntimePlatform{CpuArchitecture: types.CPUArchitecture(c.CpuArchitecture), OperatingSystemFamily: types.OSFamilyLinux},
		ContainerDefinitions: []types.ContainerDefinition{main},
	}
}

func (s *Service) makeLogGroup(ctx context.Context, name *string) error {
	_, err := s.Logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: name})
	var there *logtypes.ResourceAlreadyExistsException
	if errors.As(err, &there) {
		return nil
	}
	return err
}
