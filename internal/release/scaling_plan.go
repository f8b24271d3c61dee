package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// scalingPrefix begins the names of the policies and scheduled actions that a release makes. Others are not its own.
const scalingPrefix = "ferry-"

// Rescale is what has to be told Application Auto Scaling, and no more. The zero Rescale tells nothing.
type Rescale struct {
	ID       string // service/<cluster>/<service>
	End      bool   // nothing chooses the count any more
	Register *applicationautoscaling.RegisterScalableTargetInput
	Policies []applicationautoscaling.PutScalingPolicyInput
	Actions  []applicationautoscaling.PutScheduledActionInput
	Alarms   []cloudwatch.PutMetricAlarmInput // an action is the name of the policy
	// Policies, scheduled actions and alarms that the manifest no longer has, by name.
	OldPolicies, OldActions, OldAlarms []string
	Changes                            []string

	arns map[string]string // of the policies that stand
}

// change adds a change, once.
func (r *Rescale) change(what string) {
	if !slices.Contains(r.Changes, what) {
		r.Changes = append(r.Changes, what)
	}
}

// Empty tells whether everything scales as it should.
func (r Rescale) Empty() bool {
	return !r.End && r.Register == nil && len(r.Policies)+len(r.Actions)+len(r.Alarms)+len(r.OldPolicies)+len(r.OldActions)+len(r.OldAlarms) == 0
}

// compareScaling decides what to tell. asked is the range that the manifest asked for last, by the service's tag: as long as
// it asks for the same, the live range may be what a scheduled action has made of it.
func compareScaling(live, want Scaling, asked string) Rescale {
	if want.Target == nil {
		if live.Target == nil {
			return Rescale{}
		}
		return Rescale{ID: aws.ToString(live.Target.ResourceId), End: true, OldAlarms: left(live.Alarms, nil, alarmName, ""), Changes: []string{"count.range " + live.Range() + " → none"}}
	}
	r := Rescale{ID: aws.ToString(want.Target.ResourceId)}
	r.compareRange(live, want, asked)
	for _, p := range want.Policies {
		if old := element(live.Policies, policyName, *p.PolicyName); old == nil || !samePolicy(*old, p) {
			r.Policies = append(r.Policies, p)
			r.change(policyChange(*p.PolicyName))
		}
	}
	r.compareAlarms(live, want)
	for _, a := range want.Actions {
		if old := element(live.Actions, actionName, *a.ScheduledActionName); old == nil || !sameAction(*old, a) {
			r.Actions = append(r.Actions, a)
			r.Changes = append(r.Changes, "count.schedule "+bare(*a.ScheduledActionName))
		}
	}
	r.OldPolicies = left(live.Policies, want.Policies, policyName, scalingPrefix)
	r.OldActions = left(live.Actions, want.Actions, actionName, scalingPrefix)
	for _, name := range r.OldPolicies {
		r.change(policyChange(name) + " removed")
	}
	for _, name := range r.OldActions {
		r.Changes = append(r.Changes, "count.schedule "+bare(name)+" removed")
	}
	return r
}

func (r *Rescale) compareRange(live, want Scaling, asked string) {
	scheduled := len(live.Actions) > 0
	switch {
	case live.Target == nil:
		r.Changes = append(r.Changes, "count.range "+want.Range())
	case asked != want.Range() || live.Range() != want.Range() && !scheduled:
		r.Changes = append(r.Changes, "count.range "+live.Range()+" → "+want.Range())
	default:
		return
	}
	r.Register = want.Target
}

func policyName(p applicationautoscaling.PutScalingPolicyInput) string {
	return aws.ToString(p.PolicyName)
}

func actionName(a applicationautoscaling.PutScheduledActionInput) string {
	return aws.ToString(a.ScheduledActionName)
}

func bare(name string) string { return strings.TrimPrefix(name, scalingPrefix) }

// element finds an element by its name.
func element[T any](list []T, name func(T) string, want string) *T {
	if i := slices.IndexFunc(list, func(v T) bool { return name(v) == want }); i >= 0 {
		return &list[i]
	}
	return nil
}

// left are the names that are live and no longer wanted, of those with the prefix of our own.
func left[T any](live, want []T, name func(T) string, prefix string) []string {
	var names []string
	for _, v := range live {
		if n := name(v); strings.HasPrefix(n, prefix) && element(want, name, n) == nil {
			names = append(names, n)
		}
	}
	return names
}

func samePolicy(live, want applicationautoscaling.PutScalingPolicyInput) bool {
	live.PolicyType, want.PolicyType = cmp.Or(live.PolicyType, types.PolicyTypeStepScaling), cmp.Or(want.PolicyType, types.PolicyTypeStepScaling)
	for _, s := range []**types.StepScalingPolicyConfiguration{&live.StepScalingPolicyConfiguration, &want.StepScalingPolicyConfiguration} {
		*s = inOrder(*s)
	}
	return len(differences(nil, reflect.ValueOf(live), reflect.ValueOf(want))) == 0
}

// inOrder is a policy with its steps by where they begin, which is all that tells them apart.
func inOrder(c *types.StepScalingPolicyConfiguration) *types.StepScalingPolicyConfiguration {
	if c == nil {
		return nil
	}
	sorted := *c
	sorted.StepAdjustments = slices.SortedFunc(slices.Values(c.StepAdjustments), func(a, b types.StepAdjustment) int {
		return cmp.Compare(begins(a), begins(b))
	})
	return &sorted
}

func begins(s types.StepAdjustment) float64 {
	if s.MetricIntervalLowerBound == nil {
		return math.Inf(-1)
	}
	return *s.MetricIntervalLowerBound
}

// sameAction compares moments as such, and takes UTC for what no time zone is.
func sameAction(live, want applicationautoscaling.PutScheduledActionInput) bool {
	if !aws.ToTime(live.StartTime).Equal(aws.ToTime(want.StartTime)) || !aws.ToTime(live.EndTime).Equal(aws.ToTime(want.EndTime)) {
		return false
	}
	live.StartTime, live.EndTime, want.StartTime, want.EndTime = nil, nil, nil, nil
	for _, zone := range []**string{&live.Timezone, &want.Timezone} {
		if aws.ToString(*zone) == "UTC" {
			*zone = nil
		}
	}
	return len(differences(nil, reflect.ValueOf(live), reflect.ValueOf(want))) == 0
}

// rescale tells Application Auto Scaling what it does not know yet, one after another: it refuses changes of one target that
// come side by side. An alarm comes after the policy whose ARN it has, and goes before it.
func (c *Client) rescale(ctx context.Context, r Rescale) error {
	if r.Register != nil {
		if _, err := c.AutoScaling.RegisterScalableTarget(ctx, r.Register); err != nil {
			return explain("Application Auto Scaling refused the range of tasks", err)
		}
	}
	for _, p := range r.Policies {
		out, err := c.AutoScaling.PutScalingPolicy(ctx, &p)
		if err != nil {
			return explain(fmt.Sprintf("Application Auto Scaling refused the policy %s", policyName(p)), err)
		}
		r.knows(policyName(p), aws.ToString(out.PolicyARN))
	}
	if err := c.ring(ctx, r); err != nil {
		return err
	}
	for _, a := range r.Actions {
		if _, err := c.AutoScaling.PutScheduledAction(ctx, &a); err != nil {
			return explain(fmt.Sprintf("Application Auto Scaling refused the schedule %s", actionName(a)), err)
		}
	}
	return c.dropScaling(ctx, r)
}

// knows remembers the ARN of a policy that was put.
func (r *Rescale) knows(policy, arn string) {
	arns := map[string]string{policy: arn}
	for name, arn := range r.arns {
		if name != policy {
			arns[name] = arn
		}
	}
	r.arns = arns
}

func (c *Client) dropScaling(ctx context.Context, r Rescale) error {
	if err := c.silence(ctx, r.OldAlarms); err != nil {
		return err
	}
	var gone *types.ObjectNotFoundException
	for _, name := range r.OldPolicies {
		_, err := c.AutoScaling.DeleteScalingPolicy(ctx, &applicationautoscaling.DeleteScalingPolicyInput{
			PolicyName: &name, ResourceId: &r.ID, ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		})
		if err != nil && !errors.As(err, &gone) {
			return fmt.Errorf("deleting scaling policy %s: %w", name, err)
		}
	}
	for _, name := range r.OldActions {
		_, err := c.AutoScaling.DeleteScheduledAction(ctx, &applicationautoscaling.DeleteScheduledActionInput{
			ScheduledActionName: &name, ResourceId: &r.ID, ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		})
		if err != nil && !errors.As(err, &gone) {
			return fmt.Errorf("deleting scheduled action %s: %w", name, err)
		}
	}
	return nil
}
