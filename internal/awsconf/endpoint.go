package awsconf

import (
	"context"
	"fmt"
	"net"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/fault"
)

// guardedServices are the SDK's IDs of the services that ferry calls; each can have an endpoint of its own.
func guardedServices() []string {
	return []string{"STS", "ECR", "ECS", "CloudFormation", "Elastic Load Balancing v2", "CloudWatch Logs", "IAM", "EC2", "SSM", "Secrets Manager"}
}

type (
	fipsSource interface {
		GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
	}
	dualStackSource interface {
		GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
	}
	serviceEndpointSource interface {
		GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
	}
)

// checkEndpointVariants refuses FIPS or dual-stack endpoints together with an endpoint of one's own, which the SDK
// would refuse in the middle of the first call.
func checkEndpointVariants(ctx context.Context, cfg aws.Config) error {
	endpoint := anyEndpoint(ctx, cfg)
	if endpoint == "" {
		return nil
	}
	variant := ""
	for _, s := range cfg.ConfigSources {
		if f, ok := s.(fipsSource); ok {
			if state, found, err := f.GetUseFIPSEndpoint(ctx); err == nil && found && state == aws.FIPSEndpointStateEnabled {
				variant = "FIPS (AWS_USE_FIPS_ENDPOINT)"
			}
		}
		if d, ok := s.(dualStackSource); ok {
			if state, found, err := d.GetUseDualStackEndpoint(ctx); err == nil && found && state == aws.DualStackEndpointStateEnabled {
				variant = "dual-stack (AWS_USE_DUALSTACK_ENDPOINT)"
			}
		}
	}
	if variant == "" {
		return nil
	}
	return &fault.Error{
		Code: fault.Refused,
		What: fmt.Sprintf("%s endpoints cannot be combined with the custom endpoint %s", variant, endpoint),
		Hint: "unset one of the two; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves the custom endpoint out",
	}
}

// anyEndpoint returns the first endpoint that the user configured, or "".
func anyEndpoint(ctx context.Context, cfg aws.Config) string {
	if cfg.BaseEndpoint != nil {
		return *cfg.BaseEndpoint
	}
	for _, s := range cfg.ConfigSources {
		e, ok := s.(serviceEndpointSource)
		if !ok {
			continue
		}
		for _, id := range guardedServices() {
			if v, found, err := e.GetServiceBaseEndpoint(ctx, id); err == nil && found {
				return v
			}
		}
	}
	return ""
}

// Loopback tells whether endpoint is a URL on this machine. AWS's host prefixes ("stream-") must stay out of such a name.
func Loopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
