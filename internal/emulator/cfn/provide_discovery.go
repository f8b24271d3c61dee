package cfn

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	sdtypes "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
)

// discoveryService is a name in a Cloud Map namespace; Ref is its ID.
func (d Deps) discoveryService() provider {
	return provider{
		createOnly: []string{"Name", "NamespaceId", "HealthCheckCustomConfig", "Type", "DnsConfig"}, properties: []string{"Description", "HealthCheckConfig"},
		name: "Name", tagged: true, attributes: []string{"Arn", "Id", "Name"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &servicediscovery.CreateServiceInput{}
			tags := r.allTags()
			for _, k := range slices.Sorted(maps.Keys(tags)) {
				in.Tags = append(in.Tags, sdtypes.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
			}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(127))
			}
			out, err := d.CloudMap.CreateService(ctx, in)
			if err != nil {
				return "", err
			}
			return *out.Service.Id, nil
		},
		update: func(context.Context, request) error { return nil },
		remove: func(ctx context.Context, r request) error {
			_, err := d.CloudMap.DeleteService(ctx, &servicediscovery.DeleteServiceInput{Id: aws.String(r.ID)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.CloudMap.GetService(ctx, &servicediscovery.GetServiceInput{Id: aws.String(r.ID)})
			if err != nil {
				return nil, err
			}
			return map[string]any{"Arn": aws.ToString(out.Service.Arn), "Id": r.ID, "Name": aws.ToString(out.Service.Name)}, nil
		},
	}
}
