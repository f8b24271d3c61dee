package cfn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

func (d Deps) logGroup() provider {
	arn := func(name string) string { return d.Scope.ARN("logs", "log-group:"+name) }
	retention := func(ctx context.Context, r request) error {
		if r.Props["RetentionInDays"] == nil {
			if r.Old["RetentionInDays"] == nil {
				return nil
			}
			_, err := d.Logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: aws.String(r.ID)})
			return err
		}
		in := &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String(r.ID)}
		if err := fill(in, map[string]any{"RetentionInDays": r.Props["RetentionInDays"]}, nil); err != nil {
			return err
		}
		_, err := d.Logs.PutRetentionPolicy(ctx, in)
		return err
	}
	return provider{
		createOnly: []string{"LogGroupName", "KmsKeyId", "LogGroupClass"}, properties: []string{"RetentionInDays"}, name: "LogGroupName", tagged: true, attributes: []string{"Arn"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &cloudwatchlogs.CreateLogGroupInput{Tags: r.allTags()}
			if err := fill(in, r.Props, nil, "Tags", "RetentionInDays"); err != nil {
				return "", err
			}
			if in.LogGroupName == nil {
				in.LogGroupName = aws.String(r.physical(512))
			}
			if _, err := d.Logs.CreateLogGroup(ctx, in); err != nil {
				return "", err
			}
			r.ID = *in.LogGroupName
			return r.ID, retention(ctx, r)
		},
		update: func(ctx context.Context, r request) error {
			if err := retention(ctx, r); err != nil {
				return err
			}
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.Logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: aws.String(arn(r.ID)), Tags: set}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err := d.Logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: aws.String(arn(r.ID)), TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.Logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String(r.ID)})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": arn(r.ID) + ":*"}, nil
		},
	}
}
