package deploy

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/render"
)

// scaling reads what auto scaling does to a service; nil where it does nothing any more.
func (l *line) scaling(ctx context.Context, service string) (*ScalingStatus, error) {
	s, err := l.releases.Scaling(ctx, l.target.cluster(), service)
	if err != nil {
		return nil, err
	}
	return scalingStatus(s), nil
}

// plannedScaling is what the manifest says. Names that only AWS knows stay placeholders: none of them is shown.
func plannedScaling(s plan.Service) (*ScalingStatus, error) {
	if s.Express != nil {
		return expressScaling(s.Express.Min, s.Express.Max, s.Express.Metric, s.Express.Target), nil
	}
	doc, err := render.ScalingDefinition(s)
	if err != nil {
		return nil, err
	}
	d, err := release.ParseScaling(doc)
	return scalingStatus(d), err
}

func scalingStatus(s release.Scaling) *ScalingStatus {
	if s.Target == nil {
		return nil
	}
	r := &ScalingStatus{Min: int(aws.ToInt32(s.Target.MinCapacity)), Max: int(aws.ToInt32(s.Target.MaxCapacity)), Policies: []string{}}
	for _, p := range s.Policies {
		text := strings.TrimPrefix(aws.ToString(p.PolicyName), plan.ScalingPrefix)
		if t := p.TargetTrackingScalingPolicyConfiguration; t != nil {
			text += " " + strconv.FormatFloat(aws.ToFloat64(t.TargetValue), 'g', -1, 64)
		}
		if t := p.StepScalingPolicyConfiguration; t != nil {
			text = strings.Replace(text, "step-", "step ", 1) + stepTexts(*t)
		}
		r.Policies = append(r.Policies, text)
	}
	for _, a := range s.Actions {
		r.Schedule = append(r.Schedule, scheduleText(a))
	}
	return r
}

// stepTexts say what a policy does, step by step: " +1 +3", " -10%", " =4".
func stepTexts(c types.StepScalingPolicyConfiguration) string {
	var b strings.Builder
	for _, s := range c.StepAdjustments {
		switch by := aws.ToInt32(s.ScalingAdjustment); c.AdjustmentType {
		case types.AdjustmentTypeExactCapacity:
			fmt.Fprintf(&b, " =%d", by)
		case types.AdjustmentTypePercentChangeInCapacity:
			fmt.Fprintf(&b, " %+d%%", by)
		default:
			fmt.Fprintf(&b, " %+d", by)
		}
	}
	return b.String()
}

func scheduleText(a applicationautoscaling.PutScheduledActionInput) string {
	words := []string{strings.TrimPrefix(aws.ToString(a.ScheduledActionName), plan.ScalingPrefix), aws.ToString(a.Schedule)}
	if zone := aws.ToString(a.Timezone); zone != "" {
		words = append(words, zone)
	}
	low, high := "…", "…"
	if t := a.ScalableTargetAction; t != nil {
		if t.MinCapacity != nil {
			low = fmt.Sprint(*t.MinCapacity)
		}
		if t.MaxCapacity != nil {
			high = fmt.Sprint(*t.MaxCapacity)
		}
	}
	return strings.Join(words, " ") + ": " + low + "-" + high
}
