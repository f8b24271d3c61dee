package cfn

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// instances are the types with which a template brings instances into a cluster. No instance comes of them on this
// endpoint, where tasks run on this machine: launch templates, groups and instance profiles exist by name only.
func (d Deps) instances() map[string]provider {
	return map[string]provider{
		"AWS::ECS::CapacityProvider":         d.capacityProvider(),
		"AWS::EC2::LaunchTemplate":           d.launchTemplate(),
		"AWS::AutoScaling::AutoScalingGroup": d.scalingGroup(),
		"AWS::IAM::InstanceProfile":          d.instanceProfile(),
	}
}

// capacityProvider is an ECS capacity provider; Ref is its name.
func (d Deps) capacityProvider() provider {
	renames := map[string]string{"ClusterName": "Cluster"}
	return provider{
		createOnly: []string{"Name", "ClusterName"}, properties: []string{"AutoScalingGroupProvider", "ManagedInstancesProvider"}, name: "Name", tagged: true,
		create: func(ctx context.Context, r request) (string, error) {
			in := &ecs.CreateCapacityProviderInput{Tags: ecsTags(r.allTags())}
			if err := fill(in, r.Props, renames, "Tags"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(255))
			}
			if _, err := d.ECS.CreateCapacityProvider(ctx, in); err != nil {
				return "", err
			}
			return *in.Name, nil
		},
		update: func(ctx context.Context, r request) error {
			in, whole := &ecs.UpdateCapacityProviderInput{}, &ecs.CreateCapacityProviderInput{}
			if err := fill(whole, r.Props, renames, "Tags"); err != nil {
				return err
			}
			in.Name, in.Cluster = aws.String(r.ID), whole.Cluster
			changeProvider(in, whole)
			_, err := d.ECS.UpdateCapacityProvider(ctx, in)
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ECS.DeleteCapacityProvider(ctx, &ecs.DeleteCapacityProviderInput{CapacityProvider: aws.String(r.ID)})
			return err
		},
	}
}

// launchTemplate is an EC2 launch template. Every change makes a new version of it; Ref is its ID.
func (d Deps) launchTemplate() provider {
	return provider{
		required: []string{"LaunchTemplateData"}, createOnly: []string{"LaunchTemplateName"}, properties: []string{"TagSpecifications", "VersionDescription"}, name: "LaunchTemplateName",
		attributes: []string{"LaunchTemplateId", "LatestVersionNumber", "DefaultVersionNumber"},
		create:     func(context.Context, request) (string, error) { return ids.NewEC2("lt"), nil },
		update:     func(context.Context, request) error { return nil },
		remove:     func(context.Context, request) error { return nil },
		read: func(_ context.Context, r request) (map[string]any, error) {
			data, err := document(r.Props["LaunchTemplateData"])
			if err != nil {
				return nil, err
			}
			version := 0
			if last, ok := r.Attrs["LatestVersionNumber"].(string); ok {
				version, _ = strconv.Atoi(last)
			}
			if r.Attrs["data"] != data {
				version++
			}
			return map[string]any{"LaunchTemplateId": r.ID, "LatestVersionNumber": strconv.Itoa(version), "DefaultVersionNumber": "1", "data": data}, nil
		},
	}
}

// scalingGroup is an EC2 Auto Scaling group; Ref is its name.
func (d Deps) scalingGroup() provider {
	return provider{
		required: []string{"MinSize", "MaxSize"}, createOnly: []string{"AutoScalingGroupName", "InstanceId"}, name: "AutoScalingGroupName", tagged: true,
		properties: []string{"AvailabilityZones", "CapacityRebalance", "Cooldown", "DefaultInstanceWarmup", "DesiredCapacity", "HealthCheckGracePeriod", "HealthCheckType",
			"InstanceMaintenancePolicy", "LaunchTemplate", "MaxInstanceLifetime", "MixedInstancesPolicy", "NewInstancesProtectedFromScaleIn", "TerminationPolicies", "VPCZoneIdentifier"},
		attributes: []string{"AutoScalingGroupARN"},
		create: func(_ context.Context, r request) (string, error) {
			if r.Props["LaunchTemplate"] == nil && r.Props["MixedInstancesPolicy"] == nil {
				return "", badProperty("#: Valid requests must contain either LaunchTemplate, MixedInstancesPolicy parameter.")
			}
			if name := r.text("AutoScalingGroupName"); name != "" {
				return name, nil
			}
			return r.physical(255), nil
		},
		update: func(context.Context, request) error { return nil },
		remove: func(context.Context, request) error { return nil },
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"AutoScalingGroupARN": d.Scope.ARN("autoscaling", "autoScalingGroup:"+r.Logical+":autoScalingGroupName/"+r.ID)}, nil
		},
	}
}

// instanceProfile hands a role to instances; Ref is its name.
func (d Deps) instanceProfile() provider {
	return provider{
		required: []string{"Roles"}, createOnly: []string{"InstanceProfileName", "Path"}, name: "InstanceProfileName", iam: true, attributes: []string{"Arn"},
		create: func(_ context.Context, r request) (string, error) {
			if len(r.texts("Roles")) != 1 {
				return "", badProperty("#/Roles: expected maximum item count: 1")
			}
			if name := r.text("InstanceProfileName"); name != "" {
				return name, nil
			}
			return r.physical(128), nil
		},
		update: func(context.Context, request) error { return nil },
		remove: func(context.Context, request) error { return nil },
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": "arn:aws:iam::" + d.Scope.Account + ":instance-profile/" + r.ID}, nil
		},
	}
}

// changeProvider turns what a capacity provider shall be into a change of one.
func changeProvider(in *ecs.UpdateCapacityProviderInput, whole *ecs.CreateCapacityProviderInput) {
	if g := whole.AutoScalingGroupProvider; g != nil {
		in.AutoScalingGroupProvider = &types.AutoScalingGroupProviderUpdate{
			ManagedScaling: g.ManagedScaling, ManagedTerminationProtection: g.ManagedTerminationProtection, ManagedDraining: g.ManagedDraining,
		}
	}
	if m := whole.ManagedInstancesProvider; m != nil {
		in.ManagedInstancesProvider = &types.UpdateManagedInstancesProviderConfiguration{InfrastructureRoleArn: m.InfrastructureRoleArn, PropagateTags: m.PropagateTags}
	}
}
