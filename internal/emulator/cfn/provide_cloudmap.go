package cfn

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	sdtypes "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
)

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
