package autoscaling_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestATargetAndItsPoliciesAreKeptAsTheyWereGivenAndGoTogether(t *testing.T) {
	t.Parallel()
	c, ctx := aas.NewFromConfig(emulatortest.Start(t).Config), t.Context()
	id, dim, ns := aws.String("service/demo-test/web"), types.ScalableDimensionECSServiceDesiredCount, types.ServiceNamespaceEcs
	policy := &aas.PutScalingPolicyInput{PolicyName: aws.String("cpu"), ResourceId: id, ScalableDimension: dim, ServiceNamespace: ns, PolicyType: types.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{TargetValue: aws.Float64(62.5)}}
	none := new(types.ObjectNotFoundException)
	if _, err := c.PutScalingPolicy(ctx, policy); !errors.As(err, &none) {
		t.Errorf("a policy without a target: %v", err)
	}
	register := func(minimum, maximum *int32) error {
		_, err := c.RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{ResourceId: id, ScalableDimension: dim, ServiceNamespace: ns, MinCapacity: minimum, MaxCapacity: maximum})
		return err
	}
	invalid := new(types.ValidationException)
	if err := register(aws.Int32(4), aws.Int32(2)); !errors.As(err, &invalid) {
		t.Errorf("minimum over maximum: %v", err)
	}
	if err := errors.Join(register(aws.Int32(1), aws.Int32(4)), register(nil, aws.Int32(9))); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutScalingPolicy(ctx, policy); err != nil {
		t.Fatal(err)
	}
	targets, err := c.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: ns, ResourceIds: []string{*id}})
	if err != nil {
		t.Fatal(err)
	}
	policies := func() []types.ScalingPolicy {
		out, err := c.DescribeScalingPolicies(ctx, &aas.DescribeScalingPoliciesInput{ServiceNamespace: ns})
		if err != nil {
			t.Fatal(err)
		}
		return out.ScalingPolicies
	}
	got := []float64{float64(*targets.ScalableTargets[0].MinCapacity), float64(*targets.ScalableTargets[0].MaxCapacity), *policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue}
	if diff := cmp.Diff([]float64{1, 9, 62.5}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := c.DeregisterScalableTarget(ctx, &aas.DeregisterScalableTargetInput{ResourceId: id, ScalableDimension: dim, ServiceNamespace: ns}); err != nil {
		t.Fatal(err)
	}
	if left := policies(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
