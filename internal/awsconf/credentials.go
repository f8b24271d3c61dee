package awsconf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/fault"
)

// metadataLimit bounds each question to the instance metadata service: on a laptop nothing answers at its address, and
// the end of the credential chain must not cost seconds.
const metadataLimit = 700 * time.Millisecond

// boundMetadata makes the last link of the credential chain give up quickly.
func boundMetadata(o *ec2rolecreds.Options) {
	o.Client = imds.New(imds.Options{
		HTTPClient: &http.Client{Timeout: metadataLimit},
		Retryer:    retry.AddWithMaxAttempts(retry.NewStandard(), 1),
	})
}

// assumeThroughEndpoint replaces the role-assuming provider of a profile where an endpoint is set for all services.
// The SDK builds that provider before it has read AWS_ENDPOINT_URL and would call the real STS.
func assumeThroughEndpoint(ctx context.Context, cfg aws.Config, o Options) (aws.Config, error) {
	if cfg.BaseEndpoint == nil {
		return cfg, nil
	}
	env, shared := sources(cfg)
	if o.Profile == "" && env.Credentials.HasKeys() {
		return cfg, nil
	}
	if o.Profile == "" && env.WebIdentityTokenFilePath != "" {
		cfg.Credentials = webIdentity(cfg, env.WebIdentityTokenFilePath, env.RoleARN, env.RoleSessionName)
		return cfg, nil
	}
	if shared.RoleARN == "" {
		return cfg, nil
	}
	if shared.WebIdentityTokenFile != "" && shared.Source == nil {
		cfg.Credentials = webIdentity(cfg, shared.WebIdentityTokenFile, shared.RoleARN, shared.RoleSessionName)
		return cfg, nil
	}
	if shared.Source == nil {
		return cfg, nil // credential_source: the machine's own role, which only the real STS knows
	}
	base := cfg.Copy()
	if keys := shared.Source.Credentials; keys.HasKeys() && shared.Source.RoleARN == "" {
		base.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil })
	} else {
		source, err := loadDefault(ctx, Options{Region: cfg.Region, Profile: shared.SourceProfileName, Version: o.Version})
		if err != nil {
			return aws.Config{}, err
		}
		base.Credentials = source.Credentials
	}
	cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(base), shared.RoleARN, assumeOptions(shared)))
	return cfg, nil
}

// assumeOptions carries a profile's own settings over to the provider.
func assumeOptions(shared config.SharedConfig) func(*stscreds.AssumeRoleOptions) {
	return func(a *stscreds.AssumeRoleOptions) {
		a.RoleSessionName = shared.RoleSessionName
		if d := shared.RoleDurationSeconds; d != nil {
			a.Duration = *d
		}
		if shared.ExternalID != "" {
			a.ExternalID = aws.String(shared.ExternalID)
		}
	}
}

func webIdentity(cfg aws.Config, file, role, session string) aws.CredentialsProvider {
	return aws.NewCredentialsCache(stscreds.NewWebIdentityRoleProvider(sts.NewFromConfig(cfg), role, stscreds.IdentityTokenFile(file),
		func(w *stscreds.WebIdentityRoleOptions) { w.RoleSessionName = session }))
}

// sources digs out what the SDK read from the environment and from the shared files.
func sources(cfg aws.Config) (env config.EnvConfig, shared config.SharedConfig) {
	for _, s := range cfg.ConfigSources {
		switch v := s.(type) {
		case config.EnvConfig:
			env = v
		case config.SharedConfig:
			shared = v
		}
	}
	return env, shared
}

// refusedCredentials turns a failure to find or fetch credentials into words.
func refusedCredentials(o Options, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	var (
		noProfile config.SharedConfigProfileNotExistError
		noMFA     config.AssumeRoleTokenProviderNotSetError
		badSSO    *ssocreds.InvalidTokenError
		noSource  config.SharedConfigAssumeRoleError
		process   *processError
		login     loginError
	)
	profile := ""
	if o.Profile != "" {
		profile = " --profile " + o.Profile
	}
	switch {
	case errors.As(err, &noProfile):
		return refused("the AWS profile "+quoted(noProfile.Profile)+" does not exist", "list the profiles with: aws configure list-profiles", nil)
	case errors.As(err, &noMFA):
		return refused("the AWS profile asks for an MFA code, which ferry does not prompt for",
			"get session credentials first, for example with: aws sts get-session-token", nil)
	case errors.As(err, &noSource):
		return refused(fmt.Sprintf("the AWS profile %s, which another one names as its source_profile, has no credentials", quoted(noSource.Profile)),
			"give it keys, a login or a credential_process in ~/.aws/config or ~/.aws/credentials", nil)
	case errors.As(err, &process):
		return refused("the credential_process of the AWS profile "+quoted(process.profile)+" gave no credentials",
			"run its command by hand to see what it says; it is in ~/.aws/config", process)
	case neverLoggedIn(err):
		return refused("nobody is logged in with this AWS profile", "log in with: aws sso login"+profile, nil)
	case errors.As(err, &login):
		return refused("the AWS login has expired, or cannot be read", "log in again with: aws sso login --profile "+login.profile, short(err))
	case errors.As(err, &badSSO), expired(err):
		return refused("the AWS login has expired", "log in again with: aws sso login"+profile, short(err))
	case onlyMetadataLeft(err):
		return refused("no AWS credentials were found",
			"log in with: aws sso login"+profile+", set AWS_PROFILE, or try ferry without an account: --env local", nil)
	}
	var call *smithy.OperationError
	if errors.As(err, &call) {
		err = Explain(err)
		return refused("the AWS credentials cannot be used", fault.Hint(err), err)
	}
	return refused("the AWS credentials cannot be used", "check them with: aws sts get-caller-identity"+profile, short(err))
}

// processError is the failure of a credential_process. It shows nothing of what the process has printed, which may be
// half a secret.
type processError struct {
	profile string
	err     error
}

func (p *processError) Error() string {
	var exit *exec.ExitError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(p.err, &exit):
		return "it ended with " + exit.Error()
	case errors.As(p.err, &syntax), errors.As(p.err, &kind), errors.Is(p.err, io.ErrUnexpectedEOF):
		return "its output is not the JSON object that AWS describes"
	}
	return root(p.err).Error()
}

func (p *processError) Unwrap() error { return p.err }

// loginError is a login in the SSO cache that is of no use: it has ended, or its file is broken. The SDK has no type for it.
type loginError struct {
	error
	profile string // that has the session, maybe as the source of the one in use
}

func (l loginError) Unwrap() error { return l.error }

// placed tells a failure of a profile's credential_process, and of the login that its SSO session has left on this
// machine, from all others: only the profile can tell.
func placed(cfg aws.Config, err error) error {
	_, shared := sources(cfg)
	last := &shared
	for last.Source != nil {
		last = last.Source
	}
	var process *processcreds.ProviderError
	if errors.As(err, &process) {
		return &processError{last.Profile, err}
	}
	var call *smithy.OperationError
	sso := last.SSOSession != nil || last.SSOStartURL != ""
	asked := errors.As(err, &call) && call.Service() != sts.ServiceID
	if sso && !asked && !neverLoggedIn(err) && !errors.Is(err, context.Canceled) {
		return loginError{err, last.Profile}
	}
	return err
}

// neverLoggedIn tells whether the file in which `aws sso login` keeps its token is missing.
func neverLoggedIn(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && errors.Is(path, fs.ErrNotExist) && strings.Contains(filepath.ToSlash(path.Path), "/sso/cache/")
}

func refused(what, hint string, cause error) error {
	return &fault.Error{Code: fault.Refused, What: what, Hint: hint, Err: cause}
}

func quoted(s string) string { return `"` + s + `"` }
