package cfn

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// jobs are what starts tasks at their time: EventBridge Scheduler and Step Functions.
func (d Deps) jobs() map[string]provider {
	return map[string]provider{
		"AWS::Scheduler::Schedule":         d.schedule(),
		"AWS::Scheduler::ScheduleGroup":    d.scheduleGroup(),
		"AWS::StepFunctions::StateMachine": d.stateMachine(),
	}
}

// schedule is a schedule; Ref is its name.
func (d Deps) schedule() provider {
	group := func(r request) *string {
		if g := r.text("GroupName"); g != "" {
			return &g
		}
		return nil
	}
	return provider{
		required: []string{"FlexibleTimeWindow", "ScheduleExpression", "Target"}, createOnly: []string{"Name"}, name: "Name", attributes: []string{"Arn"},
		properties: []string{"Description", "EndDate", "GroupName", "KmsKeyArn", "ScheduleExpressionTimezone", "StartDate", "State"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &scheduler.CreateScheduleInput{}
			if err := fill(in, r.Props, nil, "StartDate", "EndDate"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(64))
			}
			var err error
			if in.StartDate, in.EndDate, err = span(r); err != nil {
				return "", err
			}
			_, err = d.Scheduler.CreateSchedule(ctx, in)
			return *in.Name, err
		},
		update: func(ctx context.Context, r request) error {
			in := &scheduler.UpdateScheduleInput{}
			err := fill(in, r.Props, nil, "StartDate", "EndDate")
			if err != nil {
				return err
			}
			in.Name = aws.String(r.ID)
			if in.StartDate, in.EndDate, err = span(r); err != nil {
				return err
			}
			_, err = d.Scheduler.UpdateSchedule(ctx, in)
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.Scheduler.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: aws.String(r.ID), GroupName: group(r)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.Scheduler.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: aws.String(r.ID), GroupName: group(r)})
			if err != nil {
				return nil, err
			}
			return map[string]any{"Arn": aws.ToString(out.Arn)}, nil
		},
	}
}

// span reads the dates between which a schedule holds.
func span(r request) (start, end *time.Time, err error) {
	for name, into := range map[string]**time.Time{"StartDate": &start, "EndDate": &end} {
		text := r.text(name)
		if text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, nil, badProperty("%s: %q is no date-time", name, text)
		}
		*into = &t
	}
	return start, end, nil
}

// scheduleGroup is a group of schedules; Ref is its name.
func (d Deps) scheduleGroup() provider {
	tags := func(m map[string]string) []schedulertypes.Tag {
		var out []schedulertypes.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, schedulertypes.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	arn := func(name string) *string { return aws.String(d.Scope.ARN("scheduler", "schedule-group/"+name)) }
	return provider{
		createOnly: []string{"Name"}, name: "Name", tagged: true, attributes: []string{"Arn"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &scheduler.CreateScheduleGroupInput{Name: aws.String(r.text("Name")), Tags: tags(r.allTags())}
			if *in.Name == "" {
				in.Name = aws.String(r.physical(64))
			}
			_, err := d.Scheduler.CreateScheduleGroup(ctx, in)
			return *in.Name, err
		},
		update: func(ctx context.Context, r request) error {
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.Scheduler.TagResource(ctx, &scheduler.TagResourceInput{ResourceArn: arn(r.ID), Tags: tags(set)}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err := d.Scheduler.UntagResource(ctx, &scheduler.UntagResourceInput{ResourceArn: arn(r.ID), TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.Scheduler.DeleteScheduleGroup(ctx, &scheduler.DeleteScheduleGroupInput{Name: aws.String(r.ID)})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": *arn(r.ID)}, nil
		},
	}
}

// stateMachine is a state machine; Ref is its ARN.
func (d Deps) stateMachine() provider {
	tags := func(m map[string]string) []sfntypes.Tag {
		var out []sfntypes.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, sfntypes.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	definition := func(r request) (*string, error) {
		if r.Props["Definition"] == nil {
			return aws.String(r.text("DefinitionString")), nil
		}
		text, err := document(r.Props["Definition"])
		return &text, err
	}
	return provider{
		required: []string{"RoleArn"}, createOnly: []string{"StateMachineName", "StateMachineType"}, properties: []string{"Definition", "DefinitionString"},
		name: "StateMachineName", tagged: true, attributes: []string{"Arn", "Name", "StateMachineRevisionId"},
		create: func(ctx context.Context, r request) (string, error) {
			text, err := definition(r)
			if err != nil {
				return "", err
			}
			in := &sfn.CreateStateMachineInput{Definition: text, RoleArn: aws.String(r.text("RoleArn")), Name: aws.String(r.text("StateMachineName")),
				Type: sfntypes.StateMachineType(r.text("StateMachineType")), Tags: tags(r.allTags())}
			if *in.Name == "" {
				in.Name = aws.String(r.physical(80))
			}
			out, err := d.SFN.CreateStateMachine(ctx, in)
			if err != nil {
				return "", err
			}
			return *out.StateMachineArn, nil
		},
		update: func(ctx context.Context, r request) error {
			text, err := definition(r)
			if err != nil {
				return err
			}
			if _, err := d.SFN.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(r.ID), Definition: text,
				RoleArn: aws.String(r.text("RoleArn"))}); err != nil {
				return err
			}
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.SFN.TagResource(ctx, &sfn.TagResourceInput{ResourceArn: aws.String(r.ID), Tags: tags(set)}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err = d.SFN.UntagResource(ctx, &sfn.UntagResourceInput{ResourceArn: aws.String(r.ID), TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.SFN.DeleteStateMachine(ctx, &sfn.DeleteStateMachineInput{StateMachineArn: aws.String(r.ID)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.SFN.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(r.ID)})
			if err != nil {
				return nil, err
			}
			return map[string]any{"Arn": r.ID, "Name": aws.ToString(out.Name), "StateMachineRevisionId": aws.ToString(out.RevisionId)}, nil
		},
	}
}
