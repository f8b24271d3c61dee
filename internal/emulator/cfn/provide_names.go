package cfn

import (
	"context"
	"strings"

	"ferry.dev/ferry/internal/emulator/ec2"
	"ferry.dev/ferry/internal/emulator/ids"
)

// names are types of which this endpoint keeps no more than that they exist. Nothing resolves names here: a record is kept
// as the template says it and asked for by nobody; a certificate is issued at once; no connection is recorded.
func (d Deps) names() map[string]provider {
	return map[string]provider{
		"AWS::Route53::HostedZone": d.hostedZone(),
		"AWS::Route53::RecordSet":  d.recordSet(),

		"AWS::CertificateManager::Certificate": d.certificate(),
		"AWS::EC2::FlowLog":                    d.flowLog(),
	}
}

// hostedZone is a zone; Ref is its ID.
func (d Deps) hostedZone() provider {
	return provider{
		createOnly: []string{"Name"}, properties: []string{"HostedZoneConfig", "HostedZoneTags", "QueryLoggingConfig", "VPCs"}, attributes: []string{"Id", "NameServers"},
		create: func(_ context.Context, r request) (string, error) {
			if r.text("Name") == "" {
				return "", badProperty("#: required key [Name] not found")
			}
			return ids.New("Z", 20), nil
		},
		update: func(context.Context, request) error { return nil },
		remove: func(context.Context, request) error { return nil },
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Id": r.ID, "NameServers": []any{"ns-1.awsdns-01.org", "ns-2.awsdns-02.com"}}, nil
		},
	}
}

// recordSet is a record of a zone; Ref is its name.
func (d Deps) recordSet() provider {
	check := func(r request) error {
		if r.text("HostedZoneId") == "" && r.text("HostedZoneName") == "" {
			return badProperty("#: one of HostedZoneId and HostedZoneName must be specified")
		}
		alias, values := r.Props["AliasTarget"], r.Props["ResourceRecords"]
		if (alias == nil) == (values == nil) {
			return badProperty("#: exactly one of AliasTarget and ResourceRecords must be specified")
		}
		target, _ := alias.(map[string]any)
		for _, key := range []string{"DNSName", "HostedZoneId"} {
			if s, _ := target[key].(string); alias != nil && strings.TrimSpace(s) == "" {
				return badProperty("#/AliasTarget: required key [%s] not found", key)
			}
		}
		return nil
	}
	return provider{
		required: []string{"Name", "Type"}, createOnly: []string{"Name", "HostedZoneId", "HostedZoneName"},
		properties: []string{
			"AliasTarget", "CidrRoutingConfig", "Comment", "Failover", "GeoLocation", "GeoProximityLocation", "HealthCheckId", "MultiValueAnswer",
			"Region", "ResourceRecords", "SetIdentifier", "TTL", "Weight",
		},
		create: func(_ context.Context, r request) (string, error) {
			if err := check(r); err != nil {
				return "", err
			}
			return r.text("Name"), nil
		},
		update: func(_ context.Context, r request) error { return check(r) },
		remove: func(context.Context, request) error { return nil },
	}
}

// certificate is a certificate; Ref is its ARN. A load balancer shows a self-made one for it.
func (d Deps) certificate() provider {
	return provider{
		required: []string{"DomainName"},
		createOnly: []string{
			"DomainName", "SubjectAlternativeNames", "DomainValidationOptions", "ValidationMethod", "CertificateAuthorityArn", "KeyAlgorithm",
		},
		properties: []string{"CertificateTransparencyLoggingPreference"}, tagged: true,
		create: func(context.Context, request) (string, error) {
			return d.Scope.ARN("acm", "certificate/"+ids.NewUUID()), nil
		},
		update: func(context.Context, request) error { return nil },
		remove: func(context.Context, request) error { return nil },
	}
}

// flowLog is a flow log of a VPC; Ref is its ID.
func (d Deps) flowLog() provider {
	return provider{
		required: []string{"ResourceId", "ResourceType"},
		createOnly: []string{
			"DeliverCrossAccountRole", "DeliverLogsPermissionArn", "DestinationOptions", "LogDestination", "LogDestinationType", "LogFormat", "LogGroupName",
			"MaxAggregationInterval", "ResourceId", "ResourceType", "TrafficType",
		},
		tagged: true, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(ctx context.Context, r request) (string, error) {
			if r.text("ResourceType") != "VPC" {
				return "", badProperty("#/ResourceType: only VPC is available on this endpoint")
			}
			if r.text("LogGroupName") != "" && r.text("DeliverLogsPermissionArn") == "" {
				return "", badProperty("#: DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs")
			}
			if _, err := d.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{VpcIds: []string{r.text("ResourceId")}}); err != nil {
				return "", err
			}
			return ids.NewEC2("fl"), nil
		},
		update: func(context.Context, request) error { return nil },
		remove: func(context.Context, request) error { return nil },
	}
}
