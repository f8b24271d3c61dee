package cfn

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func (d Deps) repository() provider {
	tags := func(m map[string]string) []ecrtypes.Tag {
		var out []ecrtypes.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, ecrtypes.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	arn := func(name string) string { return d.Scope.ARN("ecr", "repository/"+name) }
	return provider{
		createOnly: []string{"RepositoryName", "EncryptionConfiguration"}, name: "RepositoryName", tagged: true,
		properties: []string{"EmptyOnDelete", "ImageScanningConfiguration", "ImageTagMutability", "ImageTagMutabilityExclusionFilters", "LifecyclePolicy", "RepositoryPolicyText"}, attributes: []string{"Arn", "RepositoryUri"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ecr.CreateRepositoryInput{Tags: tags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags", "EmptyOnDelete", "LifecyclePolicy", "RepositoryPolicyText"); err != nil {
				return "", err
			}
			if in.RepositoryName == nil {
				in.RepositoryName = aws.String(strings.ToLower(r.physical(256)))
			}
			if _, err := d.ECR.CreateRepository(ctx, in); err != nil {
				return "", err
			}
			r.ID = *in.RepositoryName
			return r.ID, d.repositoryPolicies(ctx, r)
		},
		update: func(ctx context.Context, r request) error {
			mutability := &ecr.PutImageTagMutabilityInput{ImageTagMutability: ecrtypes.ImageTagMutabilityMutable, RepositoryName: aws.String(r.ID)}
			if m := r.text("ImageTagMutability"); m != "" {
				mutability.ImageTagMutability = ecrtypes.ImageTagMutability(m)
			}
			if _, err := d.ECR.PutImageTagMutability(ctx, mutability); err != nil {
				return err
			}
			scan := &ecr.PutImageScanningConfigurationInput{RepositoryName: aws.String(r.ID), ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{}}
			if c := r.Props["ImageScanningConfiguration"]; c != nil {
				if err := fill(scan, map[string]any{"ImageScanningConfiguration": c}, nil); err != nil {
					return err
				}
			}
			if _, err := d.ECR.PutImageScanningConfiguration(ctx, scan); err != nil {
				return err
			}
			if err := d.repositoryPolicies(ctx, r); err != nil {
				return err
			}
			set, gone := r.tagDiff()
			if _, err := d.ECR.TagResource(ctx, &ecr.TagResourceInput{ResourceArn: aws.String(arn(r.ID)), Tags: tags(set)}); err != nil {
				return err
			}
			_, err := d.ECR.UntagResource(ctx, &ecr.UntagResourceInput{ResourceArn: aws.String(arn(r.ID)), TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ECR.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: aws.String(r.ID), Force: r.text("EmptyOnDelete") == "true"})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.ECR.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{r.ID}})
			if err != nil {
				return nil, err
			}
			return map[string]any{"Arn": aws.ToString(out.Repositories[0].RepositoryArn), "RepositoryUri": aws.ToString(out.Repositories[0].RepositoryUri)}, nil
		},
	}
}

func (d Deps) repositoryPolicies(ctx context.Context, r request) error {
	var errs []error
	if l, ok := r.Props["LifecyclePolicy"].(map[string]any); ok {
		text, err := document(l["LifecyclePolicyText"])
		if err == nil {
			_, err = d.ECR.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{RepositoryName: aws.String(r.ID), LifecyclePolicyText: &text})
		}
		errs = append(errs, err)
	} else if r.Old["LifecyclePolicy"] != nil {
		_, err := d.ECR.DeleteLifecyclePolicy(ctx, &ecr.DeleteLifecyclePolicyInput{RepositoryName: aws.String(r.ID)})
		errs = append(errs, err)
	}
	if p := r.Props["RepositoryPolicyText"]; p != nil {
		text, err := document(p)
		if err == nil {
			_, err = d.ECR.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: aws.String(r.ID), PolicyText: &text})
		}
		errs = append(errs, err)
	} else if r.Old["RepositoryPolicyText"] != nil {
		_, err := d.ECR.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{RepositoryName: aws.String(r.ID)})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
