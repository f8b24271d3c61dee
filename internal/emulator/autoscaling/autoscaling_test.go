package autoscaling_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// world is an endpoint with an ECS service that wants two tasks.
type world struct {
	t   *testing.T
	aas *aas.Client
	ecs *ecs.Client
	id  *string
}

const (
	dimension = types.ScalableDimensionECSServiceDesiredCount
	namespace = types.ServiceNamespaceEcs
)

func start(t *testing.T, opts ...emulatortest.Option) world {
	t.Helper()
	cfg := emulatortest.Start(t, opts...).Config
	w := world{t: t, aas: aas.NewFromConfig(cfg), ecs: ecs.NewFromConfig(cfg), id: aws.String("service/demo-test/web")}
	ctx := t.Context()
	_, err := w.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("demo-test")})
	w.check(err)
	_, err = w.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: ecstypes.NetworkModeAwsvpc,
		RequiresCompatibilities: []ecstypes.Compatibility{ecstypes.CompatibilityFargate},
		ContainerDefinitions:    []ecstypes.ContainerDefinition{{Name: aws.String("web"), Image: aws.String("registry.example/web:1")}},
	})
	w.check(err)
	_, err = w.ecs.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String("demo-test"), ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(2), LaunchType: ecstypes.LaunchTypeFargate,
		NetworkConfiguration: &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{Subnets: []string{"subnet-0a1b2c3d"}}},
	})
	w.check(err)
	return w
}

func (w world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) register(minimum, maximum *int32) error {
	_, err := w.aas.RegisterScalableTarget(w.t.Context(), &aas.RegisterScalableTargetInput{ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace, MinCapacity: minimum, MaxCapacity: maximum})
	return err
}

func (w world) desired() int32 {
	w.t.Helper()
	out, err := w.ecs.DescribeServices(w.t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("demo-test"), Services: []string{"web"}})
	w.check(err)
	return out.Services[0].DesiredCount
}

func (w world) policies() []types.ScalingPolicy {
	w.t.Helper()
	out, err := w.aas.DescribeScalingPolicies(w.t.Context(), &aas.DescribeScalingPoliciesInput{ServiceNamespace: namespace})
	w.check(err)
	return out.ScalingPolicies
}

func (w world) put(name string, tracking *types.TargetTrackingScalingPolicyConfiguration) error {
	_, err := w.aas.PutScalingPolicy(w.t.Context(), &aas.PutScalingPolicyInput{PolicyName: &name, ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace,
		PolicyType: types.PolicyTypeTargetTrackingScaling, TargetTrackingScalingPolicyConfiguration: tracking})
	return err
}

// cpu keeps to a value of cpu.
func cpu(value float64) *types.TargetTrackingScalingPolicyConfiguration {
	return &types.TargetTrackingScalingPolicyConfiguration{TargetValue: &value,
		PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeECSServiceAverageCPUUtilization}}
}

func TestATargetAndWhatBelongsToItAreKeptAsTheyWereGivenAndGoTogether(t *testing.T) {
	t.Parallel()
	w, ctx := start(t), t.Context()
	none := new(types.ObjectNotFoundException)
	if err := w.put("cpu", cpu(62.5)); !errors.As(err, &none) {
		t.Errorf("a policy without a target: %v", err)
	}
	w.check(errors.Join(w.register(aws.Int32(1), aws.Int32(4)), w.register(nil, aws.Int32(9)), w.put("cpu", cpu(62.5))))
	action := &aas.PutScheduledActionInput{ScheduledActionName: aws.String("morning"), ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace,
		Schedule: aws.String("cron(0 8 ? * MON-FRI *)"), Timezone: aws.String("Europe/Berlin"), ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: aws.Int32(3)}}
	_, err := w.aas.PutScheduledAction(ctx, action)
	w.check(err)
	targets, err := w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: namespace, ResourceIds: []string{*w.id}})
	w.check(err)
	actions, err := w.aas.DescribeScheduledActions(ctx, &aas.DescribeScheduledActionsInput{ServiceNamespace: namespace, ResourceId: w.id})
	w.check(err)
	got := []any{*targets.ScalableTargets[0].MinCapacity, *targets.ScalableTargets[0].MaxCapacity, *w.policies()[0].TargetTrackingScalingPolicyConfiguration.TargetValue, len(w.policies()[0].Alarms), *actions.ScheduledActions[0].Schedule}
	if diff := cmp.Diff([]any{int32(1), int32(9), 62.5, 2, "cron(0 8 ? * MON-FRI *)"}, got); diff != "" {
		t.Error(diff)
	}
	_, err = w.aas.DeregisterScalableTarget(ctx, &aas.DeregisterScalableTargetInput{ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace})
	w.check(err)
	actions, err = w.aas.DescribeScheduledActions(ctx, &aas.DescribeScheduledActionsInput{ServiceNamespace: namespace})
	w.check(err)
	if n := len(w.policies()) + len(actions.ScheduledActions); n != 0 {
		t.Errorf("%d are left", n)
	}
}

func TestTheCountIsBroughtIntoTheRangeWhenATargetIsRegistered(t *testing.T) {
	t.Parallel()
	w := start(t)
	var got []int32
	for _, r := range [][2]int32{{1, 5}, {4, 9}, {1, 3}} {
		w.check(w.register(&r[0], &r[1]))
		got = append(got, w.desired())
	}
	if diff := cmp.Diff([]int32{2, 4, 3}, got); diff != "" {
		t.Error(diff)
	}
	out, err := w.aas.DescribeScalingActivities(t.Context(), &aas.DescribeScalingActivitiesInput{ServiceNamespace: namespace, ResourceId: w.id})
	w.check(err)
	var causes []string
	for _, a := range out.ScalingActivities {
		causes = append(causes, *a.Cause)
	}
	if diff := cmp.Diff([]string{"maximum capacity was set to 3", "minimum capacity was set to 4"}, causes); diff != "" {
		t.Error(diff)
	}
}

func TestAScheduledActionSetsTheRangeAtItsTimeAndMovesTheCount(t *testing.T) {
	t.Parallel()
	clk := clock.Scaled(time.Date(2026, 11, 2, 7, 59, 0, 0, time.UTC), 1000)
	w, ctx := start(t, emulatortest.WithClock(clk)), t.Context()
	w.check(w.register(aws.Int32(1), aws.Int32(3)))
	_, err := w.aas.PutScheduledAction(ctx, &aas.PutScheduledActionInput{ScheduledActionName: aws.String("morning"), ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace,
		Schedule: aws.String("cron(0/2 * * * ? *)"), ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: aws.Int32(4), MaxCapacity: aws.Int32(9)}})
	w.check(err)
	for range 1000 {
		if w.desired() != 2 {
			break
		}
		w.check(clk.Wait(ctx, 10*time.Second))
	}
	targets, err := w.aas.DescribeScalableTargets(ctx, &aas.DescribeScalableTargetsInput{ServiceNamespace: namespace})
	w.check(err)
	activities, err := w.aas.DescribeScalingActivities(ctx, &aas.DescribeScalingActivitiesInput{ServiceNamespace: namespace})
	w.check(err)
	got := []any{w.desired(), *targets.ScalableTargets[0].MinCapacity, *targets.ScalableTargets[0].MaxCapacity, *activities.ScalingActivities[0].Cause}
	want := []any{int32(4), int32(4), int32(9), "scheduled action name morning was triggered, minimum capacity was set to 4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAWSWouldRefuseIsRefused(t *testing.T) {
	t.Parallel()
	w, ctx := start(t), t.Context()
	w.check(w.register(aws.Int32(1), aws.Int32(4)))
	label := cpu(1)
	label.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeALBRequestCountPerTarget, ResourceLabel: aws.String("web")}
	unknown := cpu(1)
	unknown.PredefinedMetricSpecification.PredefinedMetricType = types.MetricTypeDynamoDBReadCapacityUtilization
	steps := func(list ...types.StepAdjustment) error {
		_, err := w.aas.PutScalingPolicy(ctx, &aas.PutScalingPolicyInput{PolicyName: aws.String("steps"), ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace,
			PolicyType: types.PolicyTypeStepScaling, StepScalingPolicyConfiguration: &types.StepScalingPolicyConfiguration{AdjustmentType: types.AdjustmentTypeChangeInCapacity, StepAdjustments: list}})
		return err
	}
	act := func(schedule string, a *types.ScalableTargetAction) error {
		_, err := w.aas.PutScheduledAction(ctx, &aas.PutScheduledActionInput{ScheduledActionName: aws.String("a"), ResourceId: w.id, ScalableDimension: dimension, ServiceNamespace: namespace, Schedule: &schedule, ScalableTargetAction: a})
		return err
	}
	elsewhere := w
	elsewhere.id = aws.String("service/demo-test/gone")
	for what, err := range map[string]error{
		"minimum over maximum":        w.register(aws.Int32(4), aws.Int32(2)),
		"a negative minimum":          w.register(aws.Int32(-1), aws.Int32(2)),
		"a service that is not there": elsewhere.register(aws.Int32(1), aws.Int32(2)),
		"a value of nothing":          w.put("p", cpu(0)),
		"two kinds of metric":         w.put("p", &types.TargetTrackingScalingPolicyConfiguration{TargetValue: aws.Float64(1)}),
		"a metric of another service": w.put("p", unknown),
		"a label that is none":        w.put("p", label),
		"no steps":                    steps(),
		"a gap between steps": steps(types.StepAdjustment{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(5), ScalingAdjustment: aws.Int32(1)},
			types.StepAdjustment{MetricIntervalLowerBound: aws.Float64(6), ScalingAdjustment: aws.Int32(2)}),
		"a schedule that is none":   act("tomorrow", &types.ScalableTargetAction{MinCapacity: aws.Int32(1)}),
		"an action without a range": act("rate(1 hour)", &types.ScalableTargetAction{}),
	} {
		if invalid := new(types.ValidationException); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
