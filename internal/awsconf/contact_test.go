package awsconf

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
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

func TestAnEndpointThatIsNoURLIsRefusedByTheNameOfItsSetting(t *testing.T) {
	const profile = "[profile dev]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = s\n"
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}
	tests := map[string]struct {
		name, value string
		config      string
		what        string
	}{
		"no scheme": {"AWS_ENDPOINT_URL", "notaurl", "",
			`AWS_ENDPOINT_URL is "notaurl", which is no URL of an endpoint: it does not begin with http:// or https://`},
		"a host and a port alone": {"AWS_ENDPOINT_URL", "localhost:4566", "",
			`AWS_ENDPOINT_URL is "localhost:4566", which is no URL of an endpoint: it does not begin with http:// or https://`},
		"another protocol": {"AWS_ENDPOINT_URL_ECS", "ftp://127.0.0.1", "",
			`AWS_ENDPOINT_URL_ECS is "ftp://127.0.0.1", which is no URL of an endpoint: it does not begin with http:// or https://`},
		"no host": {"AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://", "",
			`AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2 is "http://", which is no URL of an endpoint: it names no host`},
		"no such port": {"AWS_ENDPOINT_URL", "http://127.0.0.1:99999", "",
			`AWS_ENDPOINT_URL is "http://127.0.0.1:99999", which is no URL of an endpoint: there is no port 99999`},
		"a port that is no number": {"AWS_ENDPOINT_URL", "http://127.0.0.1:http", "",
			`AWS_ENDPOINT_URL is "http://127.0.0.1:http", which is no URL of an endpoint: invalid port ":http" after host`},
		"in a profile": {"AWS_PROFILE", "dev", profile + "endpoint_url = notaurl\n",
			`endpoint_url of the AWS profile "dev" is "notaurl", which is no URL of an endpoint: it does not begin with http:// or https://`},
		"in a profile's services": {"AWS_PROFILE", "dev", profile + "services = here\n[services here]\necs =\n  endpoint_url = notaurl\n",
			`endpoint_url of ecs in the services of the AWS profile "dev" is "notaurl", which is no URL of an endpoint: it does not begin with http:// or https://`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			machine(t, keys, tt.config, "")
			t.Setenv(tt.name, tt.value)
			_, err := Load(t.Context(), Options{Region: "eu-west-1"})
			want := fault.Error{Code: fault.Refused, What: tt.what, Hint: "write it like http://127.0.0.1:4566, or take it away to reach AWS itself"}
			if diff := cmp.Diff(want, faultOf(t, err)); diff != "" {
				t.Error(diff)
			}
			t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
			if _, err := Load(t.Context(), Options{Region: "eu-west-1"}); err != nil {
				t.Errorf("ignored: %v", err)
			}
		})
	}
}

func TestAHostThatNeverAnsweredIsGivenUpSoon(t *testing.T) {
	t.Parallel()
	cfg, err := Load(t.Context(), Options{Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = Guard(t.Context(), cfg, "", "")
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if f := faultOf(t, err); f.Code != fault.Refused || f.What != "127.0.0.1:1 cannot be reached" {
		t.Error(err)
	}
}

// breaking is an HTTP server that hangs up on some requests.
type breaking struct {
	mu   sync.Mutex
	from int // the first request that is hung up on, counted from 1
	to   int // the last
	n    int
}

func (b *breaking) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	b.n++
	cut := b.n >= b.from && b.n <= b.to
	b.mu.Unlock()
	if cut {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	io.WriteString(w, `{"imageDetails":[]}`)
}

func TestAHostThatHasAnsweredIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := &breaking{from: 2, to: 4}
	s := httptest.NewServer(b)
	defer s.Close()
	cfg, err := Load(t.Context(), Options{Endpoint: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	client := ecr.NewFromConfig(cfg)
	for i := range 2 {
		if _, err := client.DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: aws.String("demo/web")}); err != nil {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

func TestOnlyHostsThatHaveAnsweredAreKnown(t *testing.T) {
	t.Parallel()
	s := newSTS(t)
	cfg, err := Load(t.Context(), Options{Endpoint: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Guard(t.Context(), cfg, "", ""); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = ecr.NewFromConfig(cfg, func(o *ecr.Options) { o.BaseEndpoint = aws.String("http://127.0.0.1:1") }).
		DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: aws.String("demo/web")})
	if took := time.Since(start); err == nil || took > time.Second {
		t.Errorf("it took %s: %v", took, err)
	}
}

func TestAFailureToFetchCredentialsSaysWhoseAndWhy(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "<!doctype html><title>500</title>")
	}))
	defer page.Close()
	const role = "[profile deploy]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111111111111:role/deploy\nsource_profile = base\n"
	const byHand = "run its command by hand to see what it says; it is in ~/.aws/config"
	tests := map[string]struct {
		config, endpoint string
		want, hint       string
	}{
		"a source without credentials": {role + "[profile base]\nregion = eu-west-1\n", "",
			`the AWS profile "base", which another one names as its source_profile, has no credentials`,
			"give it keys, a login or a credential_process in ~/.aws/config or ~/.aws/credentials"},
		"a process that fails": {"[profile deploy]\nregion = eu-west-1\ncredential_process = exit 7\n", "",
			`the credential_process of the AWS profile "deploy" gave no credentials: it ended with exit status 7`, byHand},
		"a source's process that fails": {role + "[profile base]\ncredential_process = exit 7\n", "",
			`the credential_process of the AWS profile "base" gave no credentials: it ended with exit status 7`, byHand},
		"a process that prints something else": {"[profile deploy]\nregion = eu-west-1\ncredential_process = echo hush-hush\n", "",
			`the credential_process of the AWS profile "deploy" gave no credentials: its output is not the JSON object that AWS describes`, byHand},
		"a role at an endpoint that answers with a page": {role + "[profile base]\naws_access_key_id = A\naws_secret_access_key = s\n", page.URL,
			"the AWS credentials cannot be used: sts:AssumeRole failed: " + page.URL + " answered HTTP 500 with text/html, which is not AWS's protocol",
			"the endpoint may not implement this operation, or a proxy answers for it; see AWS_ENDPOINT_URL and HTTPS_PROXY"},
		"a role at an endpoint that is not there": {role + "[profile base]\naws_access_key_id = A\naws_secret_access_key = s\n", "http://127.0.0.1:1",
			"the AWS credentials cannot be used: 127.0.0.1:1 cannot be reached: connection refused", "nothing listens there; see AWS_ENDPOINT_URL, and endpoint_url in ~/.aws/config"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			machine(t, map[string]string{"AWS_PROFILE": "deploy"}, tt.config, "")
			if tt.endpoint != "" {
				t.Setenv("AWS_ENDPOINT_URL", tt.endpoint)
			}
			_, err := Load(t.Context(), Options{})
			if err == nil {
				t.Fatal("it was loaded")
			}
			got := []any{fault.ExitCode(err), err.Error(), fault.Hint(err)}
			if diff := cmp.Diff([]any{fault.Refused, tt.want, tt.hint}, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(err.Error(), "hush-hush") {
				t.Error("it shows what the process printed")
			}
		})
	}
}

func TestWhoCouldNotReadIsRefusedUnlessTheAnswerWasThatNothingIsThere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want fault.Code
	}{
		"nothing":         {nil, fault.OK},
		"no permission":   {operation("ECS", "ListTasks", api("AccessDeniedException", "no")), fault.Refused},
		"no credentials":  {operation("ECS", "ListTasks", api("ExpiredToken", "no")), fault.Refused},
		"no such cluster": {operation("ECS", "ListTasks", api("ClusterNotFoundException", "no")), fault.Failed},
		"told already":    {Explain(operation("ECS", "ListTasks", api("AccessDeniedException", "no"))), fault.Refused},
		"wrong usage":     {&fault.Error{Code: fault.Usage, What: "bad filter", Err: operation("CloudWatch Logs", "FilterLogEvents", api("InvalidParameterException", "no"))}, fault.Usage},
		"no call":         {io.ErrUnexpectedEOF, fault.Failed},
	} {
		before := ""
		if tt.err != nil {
			before = Explain(tt.err).Error()
		}
		got := Unread(tt.err)
		if fault.ExitCode(got) != tt.want || got != nil && got.Error() != before {
			t.Errorf("%s: exit %d, %v; want %d, %s", name, fault.ExitCode(got), got, tt.want, before)
		}
	}
}

func TestATimeoutIsNotPaidForMoreThanTwice(t *testing.T) {
	t.Parallel()
	cfg := overTransport(aws.Config{
		Region: LocalRegion, BaseEndpoint: aws.String("http://192.0.2.1"),
		Credentials: aws.AnonymousCredentials{}, HTTPClient: silent{},
	})
	start := time.Now()
	_, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if took := time.Since(start); err == nil || took > time.Second {
		t.Errorf("it took %s: %v", took, err)
	}
}

// silent is a network that swallows every packet.
type silent struct{}

func (silent) Do(r *http.Request) (*http.Response, error) {
	client := http.Client{Transport: silent{}}
	return client.Do(r)
}

func (silent) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: timeout{}}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestALoginThatHasEndedAsksForAnother(t *testing.T) {
	const config = "[profile dev]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = dev\nregion = eu-west-1\n" +
		"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n" +
		"[profile role]\nrole_arn = arn:aws:iam::111111111111:role/deploy\nsource_profile = dev\nregion = eu-west-1\n"
	for name, tt := range map[string]struct{ profile, token string }{
		"expired":            {"dev", `{"accessToken":"hush-hush","expiresAt":"2020-01-01T00:00:00Z"}`},
		"broken":             {"dev", "hush-hush"},
		"expired for a role": {"role", `{"accessToken":"hush-hush","expiresAt":"2020-01-01T00:00:00Z"}`},
	} {
		t.Run(name, func(t *testing.T) {
			machine(t, nil, config, "")
			cache := filepath.Join(os.Getenv("HOME"), ".aws", "sso", "cache")
			if err := os.MkdirAll(cache, 0o700); err != nil {
				t.Fatal(err)
			}
			// The SDK names the file by the SHA-1 of the session's name, "corp".
			if err := os.WriteFile(filepath.Join(cache, "ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), []byte(tt.token), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(t.Context(), Options{Profile: tt.profile})
			got := faultOf(t, err)
			shown := err.Error()
			got.Err = nil
			want := fault.Error{Code: fault.Refused, What: "the AWS login has expired, or cannot be read", Hint: "log in again with: aws sso login --profile dev"}
			if diff := cmp.Diff(want, got); diff != "" || strings.Contains(shown, "hush-hush") {
				t.Errorf("%s\n%s", shown, diff)
			}
		})
	}
}
