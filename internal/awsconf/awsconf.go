// Package awsconf owns the SDK configuration: region, profile, credentials, endpoints, retries, user agent and the account guard.
//
// It is the only place that builds an aws.Config, and the only one that knows what an SDK error means: a typed
// not-found, a refusal, throttling, or an endpoint that does not speak AWS's protocol. What to do about it the callers
// decide.
package awsconf

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"

	"ferry.dev/ferry/internal/fault"
)

// Options says what differs from the SDK's default configuration.
type Options struct {
	Region  string // the environment's; "" = the profile's or AWS_REGION
	Profile string // named profile; "" = AWS_PROFILE or "default"
	Version string // ferry's, for the user agent; "" = "dev"
	// Endpoint sends every client to one URL with fixed credentials, past all files and variables: environment local.
	Endpoint string
}

// LocalRegion is the region of an endpoint that was given without one.
const LocalRegion = "us-east-1"

// Load builds the configuration of all AWS clients: the SDK's default one (files, variables, SSO, roles,
// AWS_ENDPOINT_URL and its service-specific kin) with the given overrides. It fetches credentials once, so that a
// missing or expired login is found before anything else. Every error is a *fault.Error with code Refused, but for
// the context's own.
//
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
func Load(ctx context.Context, o Options) (aws.Config, error) {
	if o.Endpoint != "" {
		return local(o), nil
	}
	cfg, err := loadDefault(ctx, o)
	if err != nil {
		return aws.Config{}, refusedCredentials(o, err)
	}
	if err := checkEndpoints(ctx, cfg); err != nil {
		return aws.Config{}, err
	}
	if err := checkEndpointVariants(ctx, cfg); err != nil {
		return aws.Config{}, err
	}
	if cfg.Region == "" {
		return aws.Config{}, &fault.Error{
			Code: fault.Refused,
			What: "no AWS region is set",
			Hint: "name one in the environment's manifest (region:), in AWS_REGION, or in the profile of ~/.aws/config",
		}
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, refusedCredentials(o, placed(cfg, err))
	}
	return cfg, nil
}

// local is the configuration of environment local: nothing of the machine's AWS settings comes through.
func local(o Options) aws.Config {
	region := cmp.Or(o.Region, LocalRegion)
	cfg := aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(o.Endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		APIOptions:   apiOptions(o.Version),
	}
	return overTransport(cfg)
}

// loadDefault runs the SDK's own resolution and then puts ferry's retries and role assumption on top.
func loadDefault(ctx context.Context, o Options) (aws.Config, error) {
	opts := []func(*config.LoadOptions) error{
		config.WithAPIOptions(apiOptions(o.Version)),
		config.WithEC2RoleCredentialOptions(boundMetadata),
	}
	if o.Region != "" {
		opts = append(opts, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(o.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return aws.Config{}, err
	}
	return assumeThroughEndpoint(ctx, overTransport(cfg), o)
}

// dialLimit bounds one attempt to connect, which the SDK gives half a minute: whoever is there answers within seconds.
const dialLimit = 10 * time.Second

// overTransport puts ferry's transport and retries on top of the configuration. The retries ask the transport which hosts
// have ever answered.
func overTransport(cfg aws.Config) aws.Config {
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = awshttp.NewBuildableClient()
	}
	if c, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = c.WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialLimit })
	}
	t := &transport{next: cfg.HTTPClient}
	cfg.HTTPClient = t
	cfg.Retryer = retryer(cfg, t)
	return cfg
}

// transport hands on each request's body as a whole. The SDK closes the body as soon as it has the answer; on loopback
// that can be while the transport below still reads it, which breaks the connection and costs a needless retry.
type transport struct {
	next aws.HTTPClient
	met  sync.Map // host:port of those that have answered, to true
}

// Do sends the request.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(data))
	}
	resp, err := t.next.Do(req)
	if err == nil {
		t.met.Store(req.URL.Host, true)
	}
	return resp, err
}

// apiOptions adds ferry to the user agent, as AWS asks of tools.
func apiOptions(version string) []func(*middleware.Stack) error {
	return []func(*middleware.Stack) error{awsmiddleware.AddUserAgentKeyValue("ferry", cmp.Or(version, "dev"))}
}
