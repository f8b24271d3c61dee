package cfn

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func (d Deps) ecs() map[string]provider {
	return map[string]provider{
		"AWS::ECS::Cluster":                             d.cluster(),
		"AWS::ECS::ClusterCapacityProviderAssociations": d.capacity(),
		"AWS::ECS::TaskDefinition":                      d.taskDefinition(),
		"AWS::ECS::Service":                             d.service(),
	}
}

func ecsTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for k, v := range tags {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	return out
}

// ecsRetag brings the tags of anything of ECS up to date.
func (d Deps) ecsRetag(ctx context.Context, arn string, r request) error {
	set, gone := r.tagDiff()
	if len(set) > 0 {
		if _, err := d.ECS.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: &arn, Tags: ecsTags(set)}); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := d.ECS.UntagResource(ctx, &ecs.UntagResourceInput{ResourceArn: &arn, TagKeys: gone})
	return err
}

func (d Deps) clusterARN(name string) string { return d.Scope.ARN("ecs", "cluster/"+name) }

// cluster is an ECS cluster; Ref is its name.
func (d Deps) cluster() provider {
	renames := map[string]string{"ClusterSettings": "Settings"}
	return provider{
		createOnly: []string{"ClusterName"}, properties: []string{"CapacityProviders", "ClusterSettings", "Configuration", "DefaultCapacityProviderStrategy", "ServiceConnectDefaults"},
		name: "ClusterName", tagged: true, attributes: []string{"Arn"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ecs.CreateClusterInput{Tags: ecsTags(r.allTags())}
			if err := fill(in, r.Props, renames, "Tags"); err != nil {
				return "", err
			}
			if in.ClusterName == nil {
				in.ClusterName = aws.String(r.physical(255))
			}
			if err := d.clusterIsFree(ctx, *in.ClusterName); err != nil {
				return "", err
			}
			if _, err := d.ECS.CreateCluster(ctx, in); err != nil {
				return "", err
			}
			return *in.ClusterName, nil
		},
		update: func(ctx context.Context, r request) error {
			in := &ecs.UpdateClusterInput{Cluster: aws.String(r.ID)}
			if err := fill(in, r.Props, renames, "Tags", "ClusterName", "CapacityProviders", "DefaultCapacityProviderStrategy"); err != nil {
				return err
			}
			if _, err := d.ECS.UpdateCluster(ctx, in); err != nil {
				return err
			}
			if r.changed("CapacityProviders") || r.changed("DefaultCapacityProviderStrategy") {
				if err := d.putCapacity(ctx, r.ID, r.Props); err != nil {
					return err
				}
			}
			return d.ecsRetag(ctx, d.clusterARN(r.ID), r)
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ECS.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: aws.String(r.ID)})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": d.clusterARN(r.ID)}, nil
		},
	}
}

// clusterIsFree refuses a name that is taken: CreateCluster itself would return the cluster that exists, and the stack's
// deletion would then delete what it never made.
func (d Deps) clusterIsFree(ctx context.Context, name string) error {
	out, err := d.ECS.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{name}})
	if err != nil {
		return err
	}
	for _, c := range out.Clusters {
		if aws.ToString(c.Status) == "ACTIVE" {
			return &types.InvalidParameterException{Message: aws.String(fmt.Sprintf("Resource of type 'AWS::ECS::Cluster' with identifier '%s' already exists.", name))}
		}
	}
	return nil
}

func (d Deps) putCapacity(ctx context.Context, cluster string, props map[string]any) error {
	in := &ecs.PutClusterCapacityProvidersInput{CapacityProviders: []string{}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{}}
	some := map[string]any{}
	for _, k := range []string{"CapacityProviders", "DefaultCapacityProviderStrategy"} {
		if props[k] != nil {
			some[k] = props[k]
		}
	}
	if err := fill(in, some, nil); err != nil {
		return err
	}
	in.Cluster = &cluster
	_, err := d.ECS.PutClusterCapacityProviders(ctx, in)
	return err
}

func (d Deps) capacity() provider {
	return provider{
		required: []string{"Cluster", "DefaultCapacityProviderStrategy"}, createOnly: []string{"Cluster"}, properties: []string{"CapacityProviders"},
		create: func(ctx context.Context, r request) (string, error) {
			return r.text("Cluster"), d.putCapacity(ctx, r.text("Cluster"), r.Props)
		},
		update: func(ctx context.Context, r request) error { return d.putCapacity(ctx, r.ID, r.Props) },
		remove: func(ctx context.Context, r request) error { return d.putCapacity(ctx, r.ID, nil) },
	}
}

// taskDefinition is one revision; every change makes another. Ref is its ARN.
func (d Deps) taskDefinition() provider {
	return provider{
		createOnly: []string{"ContainerDefinitions", "Cpu", "EnableFaultInjection", "EphemeralStorage", "ExecutionRoleArn", "Family", "InferenceAccelerators", "IpcMode", "Memory", "NetworkMode",
			"PidMode", "PlacementConstraints", "ProxyConfiguration", "RequiresCompatibilities", "RuntimePlatform", "TaskRoleArn", "Volumes"},
		tagged: true, attributes: []string{"TaskDefinitionArn"}, read: selfAttribute("TaskDefinitionArn"),
		update: func(ctx context.Context, r request) error { return d.ecsRetag(ctx, r.ID, r) },
		create: func(ctx context.Context, r request) (string, error) {
			in := &ecs.RegisterTaskDefinitionInput{Tags: ecsTags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return "", err
			}
			if in.Family == nil {
				in.Family = aws.String(r.physical(255))
			}
			out, err := d.ECS.RegisterTaskDefinition(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.TaskDefinition.TaskDefinitionArn), nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ECS.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(r.ID)})
			return err
		},
	}
}
