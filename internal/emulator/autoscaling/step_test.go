package autoscaling

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
)

// step is a step adjustment; 99 stands for no bound.
func step(low, high float64, by int32) types.StepAdjustment {
	s := types.StepAdjustment{ScalingAdjustment: &by}
	if low != 99 {
		s.MetricIntervalLowerBound = &low
	}
	if high != 99 {
		s.MetricIntervalUpperBound = &high
	}
	return s
}

func TestAStepIsFoundByHowFarTheMetricIsBeyondTheThreshold(t *testing.T) {
	t.Parallel()
	steps := []types.StepAdjustment{step(99, -10, -2), step(-10, 0, -1), step(0, 10, 1), step(10, 99, 3)}
	got := map[float64]int32{}
	for _, beyond := range []float64{-20, -10, -9, 9, 10, 20} {
		s, _ := stepFor(steps, beyond)
		got[beyond] = *s.ScalingAdjustment
	}
	if d := cmp.Diff(map[float64]int32{-20: -2, -10: -2, -9: -1, 9: 1, 10: 3, 20: 3}, got); d != "" {
		t.Error(d)
	}
	if _, ok := stepFor([]types.StepAdjustment{step(5, 99, 1)}, 4); ok {
		t.Error("a value before the first step has one")
	}
}

func TestAnAdjustmentIsRoundedAsAWSRoundsIt(t *testing.T) {
	t.Parallel()
	got := map[string]int32{}
	for name, c := range map[string]struct {
		kind      types.AdjustmentType
		magnitude int32
		by, count int32
	}{
		"change": {types.AdjustmentTypeChangeInCapacity, 0, -2, 10}, "exact": {types.AdjustmentTypeExactCapacity, 0, 5, 10},
		"a tenth of 4": {types.AdjustmentTypePercentChangeInCapacity, 0, 10, 4}, "a third of 10": {types.AdjustmentTypePercentChangeInCapacity, 0, 33, 10},
		"less a tenth of 4": {types.AdjustmentTypePercentChangeInCapacity, 0, -10, 4}, "less two thirds of 10": {types.AdjustmentTypePercentChangeInCapacity, 0, -67, 10},
		"a tenth of 4, at least 2": {types.AdjustmentTypePercentChangeInCapacity, 2, 10, 4}, "nothing": {types.AdjustmentTypePercentChangeInCapacity, 2, 0, 4},
	} {
		got[name] = adjusted(types.StepScalingPolicyConfiguration{AdjustmentType: c.kind, MinAdjustmentMagnitude: &c.magnitude}, types.StepAdjustment{ScalingAdjustment: &c.by}, c.count)
	}
	want := map[string]int32{"change": 8, "exact": 5, "a tenth of 4": 5, "a third of 10": 13, "less a tenth of 4": 3, "less two thirds of 10": 4, "a tenth of 4, at least 2": 6, "nothing": 4}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestACooldownCountsWhatWasAddedAndKeepsTasksFromGoing(t *testing.T) {
	t.Parallel()
	clk := clock.Real(1)
	s := New(Deps{Clock: clk})
	t.Cleanup(func() { _ = s.Close() })
	out := types.StepScalingPolicyConfiguration{AdjustmentType: types.AdjustmentTypeChangeInCapacity, Cooldown: aws.Int32(60),
		StepAdjustments: []types.StepAdjustment{step(0, 10, 2), step(10, 99, 3)}}
	in := types.StepScalingPolicyConfiguration{AdjustmentType: types.AdjustmentTypeChangeInCapacity, Cooldown: aws.Int32(60), StepAdjustments: []types.StepAdjustment{step(99, 0, -1)}}
	just, before := clk.Now().Add(-time.Second), clk.Now().Add(-2*time.Minute)
	type next struct {
		Count int32
		Acts  bool
	}
	got := map[string]next{}
	ask := func(name string, c types.StepScalingPolicyConfiguration, last stepped, count int32, beyond float64) {
		n, ok := s.next(c, last, count, beyond)
		got[name] = next{n, ok}
	}
	ask("the first time", out, stepped{}, 4, 5)
	ask("the same step again", out, stepped{just, 4, true}, 6, 5)
	ask("a higher step", out, stepped{just, 4, true}, 6, 15)
	ask("after the cooldown", out, stepped{before, 4, true}, 6, 5)
	ask("fewer too soon", in, stepped{just, 6, false}, 5, -5)
	ask("fewer after the cooldown", in, stepped{before, 6, false}, 5, -5)
	want := map[string]next{"the first time": {6, true}, "the same step again": {6, true}, "a higher step": {7, true}, "after the cooldown": {8, true},
		"fewer too soon": {5, false}, "fewer after the cooldown": {4, true}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
