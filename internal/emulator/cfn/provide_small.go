package cfn

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smtypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	sdtypes "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"ferry.dev/ferry/internal/emulator/ssm"
)

// small are the services of which a template uses one or two types.
func (d Deps) small() map[string]provider {
	return map[string]provider{
		"AWS::Logs::LogGroup":                        d.logGroup(),
		"AWS::ECR::Repository":                       d.repository(),
		"AWS::ServiceDiscovery::HttpNamespace":       d.namespace(false),
		"AWS::ServiceDiscovery::PrivateDnsNamespace": d.namespace(true),
		"AWS::SSM::Parameter":                        d.ssmParameter(),
		"AWS::SecretsManager::Secret":                d.secret(),
	}
}

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

// namespace is a Cloud Map namespace; Ref is its ID.
func (d Deps) namespace(private bool) provider {
	tags := func(m map[string]string) []sdtypes.Tag {
		var out []sdtypes.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, sdtypes.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	p := provider{required: []string{"Name"}, createOnly: []string{"Name", "Description"}, name: "Name", tagged: true, attributes: []string{"Arn", "Id"}}
	if private {
		p.required, p.createOnly, p.attributes = []string{"Name", "Vpc"}, []string{"Name", "Vpc", "Description", "Properties"}, []string{"Arn", "Id", "HostedZoneId"}
	}
	p.create = func(ctx context.Context, r request) (string, error) {
		var operation *string
		if private {
			in := &servicediscovery.CreatePrivateDnsNamespaceInput{Tags: tags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return "", err
			}
			out, err := d.CloudMap.CreatePrivateDnsNamespace(ctx, in)
			if err != nil {
				return "", err
			}
			operation = out.OperationId
		} else {
			in := &servicediscovery.CreateHttpNamespaceInput{Tags: tags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return "", err
			}
			out, err := d.CloudMap.CreateHttpNamespace(ctx, in)
			if err != nil {
				return "", err
			}
			operation = out.OperationId
		}
		out, err := d.CloudMap.GetOperation(ctx, &servicediscovery.GetOperationInput{OperationId: operation})
		if err != nil {
			return "", err
		}
		return out.Operation.Targets["NAMESPACE"], nil
	}
	p.update = func(ctx context.Context, r request) error {
		set, gone := r.tagDiff()
		arn := aws.String(d.Scope.ARN("servicediscovery", "namespace/"+r.ID))
		if len(set) > 0 {
			if _, err := d.CloudMap.TagResource(ctx, &servicediscovery.TagResourceInput{ResourceARN: arn, Tags: tags(set)}); err != nil {
				return err
			}
		}
		if len(gone) == 0 {
			return nil
		}
		_, err := d.CloudMap.UntagResource(ctx, &servicediscovery.UntagResourceInput{ResourceARN: arn, TagKeys: gone})
		return err
	}
	p.remove = func(ctx context.Context, r request) error {
		_, err := d.CloudMap.DeleteNamespace(ctx, &servicediscovery.DeleteNamespaceInput{Id: aws.String(r.ID)})
		return err
	}
	p.read = func(ctx context.Context, r request) (map[string]any, error) {
		out, err := d.CloudMap.GetNamespace(ctx, &servicediscovery.GetNamespaceInput{Id: aws.String(r.ID)})
		if err != nil {
			return nil, err
		}
		attrs := map[string]any{"Arn": aws.ToString(out.Namespace.Arn), "Id": r.ID}
		if props := out.Namespace.Properties; private && props != nil && props.DnsProperties != nil {
			attrs["HostedZoneId"] = aws.ToString(props.DnsProperties.HostedZoneId)
		}
		return attrs, nil
	}
	return p
}

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

// secret is a secret with a value that is given or made up; Ref is its ARN.
func (d Deps) secret() provider {
	tags := func(m map[string]string) []smtypes.Tag {
		var out []smtypes.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, smtypes.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	return provider{
		createOnly: []string{"Name"}, properties: []string{"Description", "GenerateSecretString", "KmsKeyId", "SecretString"}, name: "Name", tagged: true, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(ctx context.Context, r request) (string, error) {
			in := &secretsmanager.CreateSecretInput{Tags: tags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags", "GenerateSecretString"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(512))
			}
			if in.SecretString == nil {
				value, err := generate(r.Props["GenerateSecretString"])
				if err != nil {
					return "", err
				}
				in.SecretString = value
			}
			out, err := d.Secrets.CreateSecret(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.ARN), nil
		},
		update: func(ctx context.Context, r request) error {
			in := &secretsmanager.UpdateSecretInput{SecretId: aws.String(r.ID)}
			if err := fill(in, r.Props, nil, "Tags", "GenerateSecretString", "Name"); err != nil {
				return err
			}
			if in.SecretString == nil && r.changed("GenerateSecretString") {
				value, err := generate(r.Props["GenerateSecretString"])
				if err != nil {
					return err
				}
				in.SecretString = value
			}
			if _, err := d.Secrets.UpdateSecret(ctx, in); err != nil {
				return err
			}
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.Secrets.TagResource(ctx, &secretsmanager.TagResourceInput{SecretId: aws.String(r.ID), Tags: tags(set)}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err := d.Secrets.UntagResource(ctx, &secretsmanager.UntagResourceInput{SecretId: aws.String(r.ID), TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.Secrets.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: aws.String(r.ID), ForceDeleteWithoutRecovery: aws.Bool(true)})
			return err
		},
	}
}

// generate makes up a secret: 32 letters and digits, or as many as asked for, alone or as one key of a JSON text.
func generate(v any) (*string, error) {
	wish := struct {
		PasswordLength                                                                                                int
		SecretStringTemplate, GenerateStringKey, ExcludeCharacters                                                    string
		ExcludeLowercase, ExcludeNumbers, ExcludePunctuation, ExcludeUppercase, IncludeSpace, RequireEachIncludedType bool
	}{PasswordLength: 32}
	if v == nil {
		return nil, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, badProperty("#/GenerateSecretString: expected type: JSONObject")
	}
	if err := fill(&wish, m, nil); err != nil {
		return nil, err
	}
	alphabet := ""
	for set, excluded := range map[string]bool{"abcdefghijklmnopqrstuvwxyz": wish.ExcludeLowercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ": wish.ExcludeUppercase, "0123456789": wish.ExcludeNumbers, "!#$%&()*+,-./:;<=>?@[]^_{|}~": wish.ExcludePunctuation} {
		if !excluded {
			alphabet += set
		}
	}
	alphabet = strings.Map(func(c rune) rune {
		if strings.ContainsRune(wish.ExcludeCharacters, c) {
			return -1
		}
		return c
	}, alphabet)
	if alphabet == "" || wish.PasswordLength < 1 || wish.PasswordLength > 4096 {
		return nil, badProperty("#/GenerateSecretString: no secret can be made of this")
	}
	secret := make([]byte, wish.PasswordLength)
	for i := range secret {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return nil, err
		}
		secret[i] = alphabet[n.Int64()]
	}
	if wish.GenerateStringKey == "" {
		return aws.String(string(secret)), nil
	}
	doc := map[string]any{}
	if wish.SecretStringTemplate != "" {
		if err := json.Unmarshal([]byte(wish.SecretStringTemplate), &doc); err != nil {
			return nil, badProperty("#/GenerateSecretString/SecretStringTemplate: not a JSON object")
		}
	}
	doc[wish.GenerateStringKey] = string(secret)
	b, err := json.Marshal(doc)
	return aws.String(string(b)), err
}
