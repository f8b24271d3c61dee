package awsconf

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
)

// machine gives a test a machine of its own: no AWS variables but those named, and these shared files. The SDK reads the
// process's environment, so tests that call it do not run in parallel.
func machine(t *testing.T, variables map[string]string, config, credentials string) {
	t.Helper()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"config": config, "credentials": credentials} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", dir)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

// stsServer answers GetCallerIdentity and AssumeRole and remembers who asked for what.
type stsServer struct {
	*httptest.Server
	mu    sync.Mutex
	calls []string // action, access key ID
	agent string
}

func newSTS(t *testing.T) *stsServer {
	t.Helper()
	s := &stsServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		key, _, _ := strings.Cut(scope, "/")
		s.mu.Lock()
		s.calls = append(s.calls, form.Get("Action")+" by "+key)
		s.agent = r.Header.Get("User-Agent")
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/xml")
		switch form.Get("Action") {
		case "AssumeRole":
			io.WriteString(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>`+
				`<AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`+
				`</Credentials><AssumedRoleUser><Arn>arn:aws:sts::111111111111:assumed-role/deploy/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`)
		default:
			io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
				`<Arn>arn:aws:iam::111111111111:user/ana</Arn><UserId>A</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func faultOf(t *testing.T, err error) fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("no fault: %v", err)
	}
	return *f
}

func TestTheGuardRefusesAnotherAccount(t *testing.T) {
	machine(t, nil, "", "")
	s := newSTS(t)
	cfg, err := Load(t.Context(), Options{Endpoint: s.URL, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	want := Identity{Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/ana"}
	for _, account := range []string{"", "111111111111"} {
		id, err := Guard(t.Context(), cfg, account, "")
		if err != nil || id != want {
			t.Errorf("account %q: %v, %v", account, id, err)
		}
	}
	_, err = Guard(t.Context(), cfg, "222222222222", "ferry/environments/prod/manifest.yml")
	wantFault := fault.Error{
		Code: fault.Refused,
		What: "the credentials belong to account 111111111111 (arn:aws:iam::111111111111:user/ana), the environment to account 222222222222",
		Hint: "use a profile of account 222222222222, or change account: in ferry/environments/prod/manifest.yml",
	}
	if diff := cmp.Diff(wantFault, faultOf(t, err)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GetCallerIdentity by local", "GetCallerIdentity by local", "GetCallerIdentity by local"}, s.calls); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(s.agent, "ferry/1.2.3") {
		t.Errorf("user agent %q", s.agent)
	}
}

func TestALocalEndpointIgnoresTheMachinesSettings(t *testing.T) {
	machine(t, map[string]string{
		"AWS_PROFILE": "missing", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
		"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ACCESS_KEY_ID": "REAL", "AWS_SECRET_ACCESS_KEY": "secret",
	}, "", "")
	s := newSTS(t)
	cfg, err := Load(t.Context(), Options{Endpoint: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Guard(t.Context(), cfg, "", ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"GetCallerIdentity by local"}, s.calls); diff != "" {
		t.Error(diff)
	}
}

const roleConfig = `
[profile base]
region = eu-west-1
[profile deploy]
role_arn = arn:aws:iam::111111111111:role/deploy
source_profile = base
region = eu-west-1
[profile twice]
role_arn = arn:aws:iam::111111111111:role/other
source_profile = deploy
region = eu-west-1
[profile self]
role_arn = arn:aws:iam::111111111111:role/self
source_profile = self
region = eu-west-1
`

const roleCredentials = `
[base]
aws_access_key_id = BASE
aws_secret_access_key = secret
[self]
aws_access_key_id = SELF
aws_secret_access_key = secret
`

func TestARoleIsAssumedThroughTheConfiguredEndpoint(t *testing.T) {
	tests := map[string][]string{
		"deploy": {"AssumeRole by BASE", "GetCallerIdentity by ASSUMED"},
		"twice":  {"AssumeRole by BASE", "AssumeRole by ASSUMED", "GetCallerIdentity by ASSUMED"},
		"self":   {"AssumeRole by SELF", "GetCallerIdentity by ASSUMED"},
		"base":   {"GetCallerIdentity by BASE"},
	}
	for profile, want := range tests {
		t.Run(profile, func(t *testing.T) {
			s := newSTS(t)
			machine(t, map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_PROFILE": profile}, roleConfig, roleCredentials)
			cfg, err := Load(t.Context(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Guard(t.Context(), cfg, "111111111111", ""); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, s.calls); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKeysInTheEnvironmentWinOverTheProfilesRole(t *testing.T) {
	s := newSTS(t)
	machine(t, map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_PROFILE": "deploy", "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "secret",
	}, roleConfig, roleCredentials)
	cfg, err := Load(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Guard(t.Context(), cfg, "", ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"GetCallerIdentity by ENV"}, s.calls); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsMissingOnTheMachineIsSaidQuickly(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{keys, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	const sso = "[profile dev]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = dev\nregion = eu-west-1\n" +
		"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"
	tests := map[string]struct {
		variables map[string]string
		config    string
		options   Options
		want      fault.Error
	}{
		"no region": {keys, "", Options{}, fault.Error{
			What: "no AWS region is set",
			Hint: "name one in the environment's manifest (region:), in AWS_REGION, or in the profile of ~/.aws/config",
		}},
		"no credentials": {nil, "", Options{Region: "eu-west-1"}, fault.Error{
			What: "no AWS credentials were found",
			Hint: "log in with: aws sso login, set AWS_PROFILE, or try ferry without an account: --env local",
		}},
		"no such profile": {nil, "", Options{Region: "eu-west-1", Profile: "dev"}, fault.Error{
			What: `the AWS profile "dev" does not exist`, Hint: "list the profiles with: aws configure list-profiles",
		}},
		"an SSO login that never was": {nil, sso, Options{Profile: "dev"}, fault.Error{
			What: "nobody is logged in with this AWS profile", Hint: "log in with: aws sso login --profile dev",
		}},
		"a role that asks for a code": {nil,
			"[profile mfa]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = mfa\nmfa_serial = arn:aws:iam::1:mfa/a\naws_access_key_id = A\naws_secret_access_key = s\n",
			Options{Profile: "mfa", Region: "eu-west-1"}, fault.Error{
				What: "the AWS profile asks for an MFA code, which ferry does not prompt for",
				Hint: "get session credentials first, for example with: aws sts get-session-token",
			}},
		"FIPS with an endpoint": {with(map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_USE_FIPS_ENDPOINT": "true"}), "",
			Options{Region: "eu-west-1"}, fault.Error{
				What: "FIPS (AWS_USE_FIPS_ENDPOINT) endpoints cannot be combined with the custom endpoint http://127.0.0.1:4566",
				Hint: "unset one of the two; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves the custom endpoint out",
			}},
		"dual-stack with a service's endpoint": {with(map[string]string{"AWS_ENDPOINT_URL_ECS": "http://127.0.0.1:4566", "AWS_USE_DUALSTACK_ENDPOINT": "true"}), "",
			Options{Region: "eu-west-1"}, fault.Error{
				What: "dual-stack (AWS_USE_DUALSTACK_ENDPOINT) endpoints cannot be combined with the custom endpoint http://127.0.0.1:4566",
				Hint: "unset one of the two; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves the custom endpoint out",
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			machine(t, tt.variables, tt.config, "")
			start := time.Now()
			_, err := Load(t.Context(), tt.options)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("it took %s", took)
			}
			got := faultOf(t, err)
			got.Err = nil
			tt.want.Code = fault.Refused
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s\n%v", diff, err)
			}
		})
	}
}

func TestAMetadataServiceThatHangsDoesNotHoldUpALaptop(t *testing.T) {
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	defer close(hang)
	machine(t, nil, "", "")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", s.URL)
	start := time.Now()
	_, err := Load(t.Context(), Options{Region: "eu-west-1"})
	if what := faultOf(t, err).What; what != "no AWS credentials were found" {
		t.Error(err)
	}
	if took := time.Since(start); took > 5*metadataLimit {
		t.Errorf("it took %s", took)
	}
}

func TestACancelledLoadIsNoFault(t *testing.T) {
	machine(t, nil, "", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Load(ctx, Options{Region: "eu-west-1"})
	if !errors.Is(err, context.Canceled) || fault.ExitCode(err) != fault.Interrupted {
		t.Error(err)
	}
}

// answering serves requests one at a time, each with its number, and returns a configuration that reaches it, its address,
// and how many requests there were.
func answering(t *testing.T, answer func(w http.ResponseWriter, try int)) (aws.Config, string, *int) {
	t.Helper()
	var mu sync.Mutex
	tries := new(int)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		*tries++
		answer(w, *tries)
	}))
	t.Cleanup(s.Close)
	cfg, err := Load(t.Context(), Options{Endpoint: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	return cfg, s.URL, tries
}

func TestAnEndpointThatAnswersWithAPageEndsAfterFewTries(t *testing.T) {
	t.Parallel()
	cfg, url, tries := answering(t, func(w http.ResponseWriter, _ int) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "<!doctype html><title>500 Internal Server Error</title>")
	})
	_, jsonErr := ecr.NewFromConfig(cfg).DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("demo/web")})
	_, xmlErr := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	for call, err := range map[string]error{"ecr:DescribeImages": jsonErr, "sts:GetCallerIdentity": xmlErr} {
		if NotFound(err) || Throttled(err) || AccessDenied(err) || !Foreign(err) {
			t.Errorf("%s is taken for something else: %v", call, err)
		}
		want := call + " failed: " + url + " answered HTTP 500 with text/html, which is not AWS's protocol"
		if got := Explain(err).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if *tries != 2*foreignAttempts {
		t.Errorf("%d tries", *tries)
	}
}

func TestThrottlingIsRetriedPatiently(t *testing.T) {
	t.Parallel()
	cfg, _, _ := answering(t, func(w http.ResponseWriter, try int) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if try < 3 {
			w.WriteHeader(http.StatusBadRequest)
			json.NewEncoder(w).Encode(map[string]string{"__type": "ThrottlingException", "message": "Rate exceeded"})
			return
		}
		io.WriteString(w, `{"imageDetails":[]}`)
	})
	if _, err := ecr.NewFromConfig(cfg).DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("demo/web")}); err != nil {
		t.Error(err)
	}
}

func TestAnAnswerThatBreaksOffIsAskedForAgain(t *testing.T) {
	t.Parallel()
	cfg, _, tries := answering(t, func(w http.ResponseWriter, try int) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if try == 1 {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"imageDetails":[`)
			return
		}
		io.WriteString(w, `{"imageDetails":[]}`)
	})
	client := ecr.NewFromConfig(cfg)
	if _, err := client.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("demo/web")}); err != nil {
		t.Error(err)
	}
	*tries = 0
	_, err := client.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: new("demo/web")}, func(o *ecr.Options) { o.RetryMaxAttempts = 1 })
	if !Broken(err) || Foreign(err) || Explain(err).Error() != "ecr:DescribeImages failed: the answer broke off: unexpected EOF" {
		t.Error(Explain(err))
	}
}
