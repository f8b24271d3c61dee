package release

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// stepPrefix begins the names of the policies that act only when an alarm tells them to.
const stepPrefix = scalingPrefix + "step-"

// NewAlarms makes the client for the alarms of steps. It speaks JSON, one of the protocols that CloudWatch has: not everything that
// logs, proxies or stands in for AWS reads CBOR, which is the SDK's choice.
func NewAlarms(cfg aws.Config) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.Protocol = awsjson.New10(schemas.GraniteServiceVersion20100801) })
}

// Steps tells whether a policy of a release acts by an alarm.
func (s Scaling) Steps() bool {
	for _, p := range s.Policies {
		if strings.HasPrefix(policyName(p), stepPrefix) {
			return true
		}
	}
	return false
}

// StepAlarms are the alarms of a service's steps, as they stand.
type StepAlarms struct {
	List []cloudwatch.PutMetricAlarmInput
	ARNs map[string]string // by their names
}

// With is the scaling with the alarms of its steps.
func (s Scaling) With(a StepAlarms) Scaling {
	s.Alarms, s.AlarmARNs = a.List, a.ARNs
	return s
}

// StepAlarms reads the alarms whose names begin with a prefix and which tell a release's policy of the service. A service whose
// name continues another's begins its alarms alike, so that the policy decides.
func (c *Client) StepAlarms(ctx context.Context, prefix, cluster, service string) (StepAlarms, error) {
	of := ":resource/ecs/" + *scalable(cluster, service) + ":policyName/" + stepPrefix
	all := StepAlarms{ARNs: map[string]string{}}
	pages := cloudwatch.NewDescribeAlarmsPaginator(c.Alarms, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: &prefix, AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm}})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return StepAlarms{}, fmt.Errorf("reading the scaling alarms of service %s: %w", service, err)
		}
		for _, a := range out.MetricAlarms {
			if len(a.AlarmActions) > 0 && strings.Contains(a.AlarmActions[0], of) {
				all.List = append(all.List, alarmInput(a))
				all.ARNs[aws.ToString(a.AlarmName)] = aws.ToString(a.AlarmArn)
			}
		}
	}
	return all, nil
}

// alarmInput is what an alarm was made of, but for its tags, which are read elsewhere, and for whether it may act now, which is
// for whoever looks after it to say.
func alarmInput(a cwtypes.MetricAlarm) cloudwatch.PutMetricAlarmInput {
	return cloudwatch.PutMetricAlarmInput{
		AlarmName: a.AlarmName, AlarmDescription: a.AlarmDescription, AlarmActions: a.AlarmActions, OKActions: a.OKActions, InsufficientDataActions: a.InsufficientDataActions,
		Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: a.Dimensions, Statistic: a.Statistic, ExtendedStatistic: a.ExtendedStatistic, Unit: a.Unit,
		Period: a.Period, EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm, ComparisonOperator: a.ComparisonOperator,
		Threshold: a.Threshold, TreatMissingData: a.TreatMissingData, Metrics: a.Metrics,
	}
}

func alarmName(a cloudwatch.PutMetricAlarmInput) string { return aws.ToString(a.AlarmName) }

// told is the name of the policy that a wanted alarm tells, which stands there for the ARN.
func told(a cloudwatch.PutMetricAlarmInput) string { return strings.Join(a.AlarmActions, "") }

// acting is an alarm with the ARN of its policy.
func acting(a cloudwatch.PutMetricAlarmInput, arn string) cloudwatch.PutMetricAlarmInput {
	a.AlarmActions = []string{arn}
	return a
}

// sameAlarm compares all but tags, which an alarm that stands gets by other means.
func sameAlarm(live, want cloudwatch.PutMetricAlarmInput) bool {
	live.Tags, want.Tags = nil, nil
	return len(differences(nil, reflect.ValueOf(live), reflect.ValueOf(want))) == 0
}

// compareAlarms finds the alarms that are missing or differ, and those whose steps are gone.
func (r *Rescale) compareAlarms(live, want Scaling) {
	r.arns = live.ARNs
	for _, a := range want.Alarms {
		old := element(live.Alarms, alarmName, alarmName(a))
		if old == nil || !sameAlarm(*old, acting(a, live.ARNs[told(a)])) {
			r.Alarms = append(r.Alarms, a)
			r.change(policyChange(told(a)))
		}
	}
	r.OldAlarms = left(live.Alarms, want.Alarms, alarmName, "")
}

// policyChange is what changes with a policy, in the manifest's words where it has such.
func policyChange(policy string) string {
	if name, ok := strings.CutPrefix(policy, stepPrefix); ok {
		return "count.step " + name
	}
	return "scaling policy " + bare(policy)
}

// ring tells CloudWatch of the alarms whose policies stand by now.
func (c *Client) ring(ctx context.Context, r Rescale) error {
	for _, a := range r.Alarms {
		in := acting(a, r.arns[told(a)])
		if _, err := c.Alarms.PutMetricAlarm(ctx, &in); err != nil {
			return explain("CloudWatch refused the alarm "+alarmName(a), err)
		}
	}
	return nil
}

// silence deletes alarms. It comes before their policies go: what is left of an interrupted run is then still found.
func (c *Client) silence(ctx context.Context, names []string) error {
	var gone *cwtypes.ResourceNotFound
	for _, name := range names {
		_, err := c.Alarms.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}})
		if err != nil && !errors.As(err, &gone) {
			return fmt.Errorf("deleting alarm %s: %w", name, err)
		}
	}
	return nil
}

// retagAlarms gives the alarms that stand the tags that the service lacked: putting an alarm again changes none.
func (c *Client) retagAlarms(ctx context.Context, p Plan) error {
	for _, a := range p.Definition.Scaling.Alarms {
		arn, stands := p.Live.Scaling.AlarmARNs[alarmName(a)]
		if !stands || !slices.ContainsFunc(a.Tags, func(t cwtypes.Tag) bool { return p.Retag[aws.ToString(t.Key)] != "" }) {
			continue
		}
		if _, err := c.Alarms.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: &arn, Tags: a.Tags}); err != nil {
			return fmt.Errorf("tagging alarm %s: %w", alarmName(a), err)
		}
	}
	return nil
}
