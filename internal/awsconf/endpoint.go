package awsconf

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

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
)

// checkEndpoints refuses a configured endpoint that is no URL: the SDK would try for many seconds to reach it.
func checkEndpoints(ctx context.Context, cfg aws.Config) error {
	for _, e := range endpoints(ctx, cfg) {
		why := badURL(e.url)
		if why == "" {
			continue
		}
		return &fault.Error{
			Code: fault.Refused,
			What: fmt.Sprintf("%s is %q, which is no URL of an endpoint: %s", e.setting, e.url, why),
			Hint: "write it like http://127.0.0.1:4566, or take it away to reach AWS itself",
		}
	}
	return nil
}

// badURL says what is wrong with the URL of an endpoint; "" is nothing.
func badURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return root(err).Error()
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "it does not begin with http:// or https://"
	case u.Hostname() == "":
		return "it names no host"
	case u.Port() != "":
		if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
			return "there is no port " + u.Port()
		}
	}
	return ""
}

// endpoint is one that the user configured.
type endpoint struct{ setting, url string }

// endpoints returns what the SDK will use of the endpoints that the user configured: the one of all services, and
// each service's own. A variable wins over a profile.
func endpoints(ctx context.Context, cfg aws.Config) []endpoint {
	env, shared := sources(cfg)
	if ignored(env, shared) {
		return nil
	}
	var all []endpoint
	if cfg.BaseEndpoint != nil {
		e := endpoint{"AWS_ENDPOINT_URL", *cfg.BaseEndpoint}
		if env.BaseEndpoint == "" {
			e.setting = "endpoint_url of the AWS profile " + quoted(shared.Profile)
		}
		all = append(all, e)
	}
	for _, id := range guardedServices() {
		name := strings.ReplaceAll(id, " ", "_")
		if v, found, err := env.GetServiceBaseEndpoint(ctx, id); err == nil && found {
			all = append(all, endpoint{"AWS_ENDPOINT_URL_" + strings.ToUpper(name), v})
		} else if v, found, err := shared.GetServiceBaseEndpoint(ctx, id); err == nil && found {
			all = append(all, endpoint{fmt.Sprintf("endpoint_url of %s in the services of the AWS profile %s", strings.ToLower(name), quoted(shared.Profile)), v})
		}
	}
	return all
}

// ignored tells whether the user wants no configured endpoint to count.
func ignored(env config.EnvConfig, shared config.SharedConfig) bool {
	if v := env.IgnoreConfiguredEndpoints; v != nil {
		return *v
	}
	return aws.ToBool(shared.IgnoreConfiguredEndpoints)
}

// checkEndpointVariants refuses FIPS or dual-stack endpoints together with an endpoint of one's own, which the SDK
// would refuse in the middle of the first call.
func checkEndpointVariants(ctx context.Context, cfg aws.Config) error {
	all := endpoints(ctx, cfg)
	if len(all) == 0 {
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
		What: fmt.Sprintf("%s endpoints cannot be combined with the custom endpoint %s", variant, all[0].url),
		Hint: "unset one of the two; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves the custom endpoint out",
	}
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
