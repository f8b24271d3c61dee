package cfn

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ssm"
)

func (d Deps) ssmParameter() provider {
	tags := func(m map[string]string) []ssm.Tag {
		var out []ssm.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, ssm.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	return provider{
		required: []string{"Type", "Value"}, createOnly: []string{"Name"}, properties: []string{"AllowedPattern", "DataType", "Description", "Policies", "Tier"}, name: "Name", tagged: true, attributes: []string{"Type", "Value"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ssm.PutParameterInput{Tags: tags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(1011))
			}
			if _, err := d.SSM.PutParameter(ctx, in); err != nil {
				return "", err
			}
			return *in.Name, nil
		},
		update: func(ctx context.Context, r request) error {
			in := &ssm.PutParameterInput{Overwrite: aws.Bool(true)}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return err
			}
			in.Name = aws.String(r.ID)
			if _, err := d.SSM.PutParameter(ctx, in); err != nil {
				return err
			}
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.SSM.AddTagsToResource(ctx, &ssm.AddTagsToResourceInput{ResourceId: aws.String(r.ID), ResourceType: "Parameter", Tags: tags(set)}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err := d.SSM.RemoveTagsFromResource(ctx, &ssm.RemoveTagsFromResourceInput{ResourceId: aws.String(r.ID), ResourceType: "Parameter", TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.SSM.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: aws.String(r.ID)})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Type": r.text("Type"), "Value": r.text("Value")}, nil
		},
	}
}
