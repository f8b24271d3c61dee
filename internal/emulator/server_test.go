package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// once is a client option: no retries, so that a test sees what the first answer was.
func once(h *emulatortest.Handle) aws.Config {
	cfg := h.Config.Copy()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

// get sends a plain HTTP request and returns status and body.
func get(t *testing.T, method, url, body string, header map[string]string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
		if k == "Host" {
			req.Host = v
		}
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestAnUnsignedRequestIsRefusedInTheProtocolOfItsClient(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	status, body := get(t, "POST", h.URL+"/", "Action=ListRoles&Version=2010-05-08", nil)
	if status != 403 || !strings.Contains(body, "<Code>MissingAuthenticationToken</Code>") {
		t.Errorf("query: %d %s", status, body)
	}
	status, body = get(t, "POST", h.URL+"/", "{}", map[string]string{"X-Amz-Target": "AmazonSSM.GetParameter"})
	if status != 403 || !strings.Contains(body, `"__type":"MissingAuthenticationToken"`) {
		t.Errorf("json: %d %s", status, body)
	}
}

func TestAnUnknownServiceOrOperationIsAnErrorOfTheServiceAndNeverASuccess(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	sign := func(service string) map[string]string {
		return map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"}
	}
	for _, c := range []struct{ service, target, body, want string }{
		{"iam", "", "Action=CreateUser&Version=2010-05-08", "<Code>InvalidAction</Code>"},
		{"ec2", "", "Action=RunInstances&Version=2016-11-15", "<Code>InvalidAction</Code>"},
		{"ssm", "AmazonSSM.SendCommand", "{}", `"__type":"UnknownOperationException"`},
		{"ssm", "Other.GetParameter", "{}", `"__type":"UnknownOperationException"`},
		{"lambda", "", "", "<Code>UnknownOperationException</Code>"},
	} {
		header := sign(c.service)
		if c.target != "" {
			header["X-Amz-Target"] = c.target
		}
		status, body := get(t, "POST", h.URL+"/", c.body, header)
		if status < 400 || status >= 500 || !strings.Contains(body, c.want) {
			t.Errorf("%s %s%s: %d %s", c.service, c.target, c.body, status, body)
		}
	}
}

func TestAPresignedRequestIsServed(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	url, err := sts.NewPresignClient(sts.NewFromConfig(h.Config)).PresignGetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	status, body := get(t, url.Method, url.URL, "", nil)
	if status != 200 || !strings.Contains(body, "<Account>000000000000</Account>") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAnAssumedRoleIsWhoCalls(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	role, err := sts.NewFromConfig(h.Config).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/deploy"), RoleSessionName: aws.String("ci")})
	if err != nil {
		t.Fatal(err)
	}
	cfg := h.Config.Copy()
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: *role.Credentials.AccessKeyId, SecretAccessKey: "x"}, nil
	})
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"111122223333", "arn:aws:sts::111122223333:assumed-role/deploy/ci"}, []string{*who.Account, *who.Arn}); diff != "" {
		t.Error(diff)
	}
}

func TestFaultsHitTheCallsTheyAreMeantForAndNoOthers(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	client := ecs.NewFromConfig(once(h))
	h.Fault(emulator.Fault{Service: "ecs", Operation: "ListClusters", After: 1, Times: 2, Code: "ThrottlingException", Message: "Rate exceeded", Status: 400})
	var got []string
	for range 4 {
		_, err := client.ListClusters(t.Context(), nil)
		got = append(got, code(err))
	}
	_, err := sts.NewFromConfig(once(h)).GetCallerIdentity(t.Context(), nil)
	got = append(got, code(err))
	if diff := cmp.Diff([]string{"", "ThrottlingException", "ThrottlingException", "", ""}, got); diff != "" {
		t.Error(diff)
	}
}

func TestADroppedCallIsNotRunAndALostAnswerIs(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	client := ssm.NewFromConfig(once(h))
	put := func(name string) error {
		_, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: aws.String("v"), Type: ssmtypes.ParameterTypeString})
		return err
	}
	h.Fault(emulator.Fault{Service: "ssm", Operation: "PutParameter", Times: 1, Drop: true})
	h.Fault(emulator.Fault{Service: "ssm", Operation: "PutParameter", Times: 1, Lose: true})
	if put("/dropped") == nil || put("/lost") == nil {
		t.Fatal("the client saw an answer")
	}
	out, err := client.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"/dropped", "/lost"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/dropped"}, out.InvalidParameters); diff != "" {
		t.Error(diff)
	}
}

func TestDepthCountsRoundTripsAndNotCalls(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	h.SetLatency(150 * time.Millisecond)
	client := sts.NewFromConfig(h.Config)
	for range 2 {
		if _, err := client.GetCallerIdentity(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	var g errgroup.Group
	for range 5 {
		g.Go(func() error {
			_, err := client.GetCallerIdentity(t.Context(), nil)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{7, 3}, []int{h.Count("sts.GetCallerIdentity"), h.Depth()}); diff != "" {
		t.Errorf("calls and depth: %s", diff)
	}
	h.ResetCalls()
	if h.Depth() != 0 || len(h.Calls()) != 0 {
		t.Error("the calls were not forgotten")
	}
}

func TestTheControlAPIAnswersThisMachinesProgramsAndNoBrowsers(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	token := map[string]string{emulator.TokenHeader: emulatortest.Token}
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		want                     int
	}{
		{"health", "GET", "/_ferry/health", "", nil, 200},
		{"from a page", "GET", "/_ferry/calls", "", map[string]string{"Origin": "https://example.com"}, 403},
		{"by another name, as DNS rebinding does", "GET", "/_ferry/calls", "", map[string]string{"Host": "example.com"}, 403},
		{"a change without token", "DELETE", "/_ferry/calls", "", nil, 403},
		{"a change with a wrong token", "POST", "/_ferry/reset", "", map[string]string{emulator.TokenHeader: "no"}, 403},
		{"a change", "DELETE", "/_ferry/calls", "", token, 200},
		{"a fault", "POST", "/_ferry/faults", `{"service":"ecs","code":"ServerException","times":1}`, token, 200},
		{"a misspelt fault", "POST", "/_ferry/faults", `{"sevrice":"ecs"}`, token, 400},
		{"no faults", "DELETE", "/_ferry/faults", "", token, 200},
		{"a latency", "PUT", "/_ferry/latency", `{"latency":"1ms"}`, token, 200},
		{"nothing that stops", "POST", "/_ferry/stop", "", token, 400},
		{"nothing", "GET", "/_ferry/nothing", "", nil, 404},
	} {
		if got, body := get(t, c.method, h.URL+c.path, c.body, c.header); got != c.want {
			t.Errorf("%s: %d, want %d: %s", c.name, got, c.want, body)
		}
	}
	if _, err := sts.NewFromConfig(h.Config).GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, body := get(t, "GET", h.URL+"/_ferry/calls", "", nil)
	var log emulator.CallLog
	if err := json.NewDecoder(bytes.NewBufferString(body)).Decode(&log); err != nil || log.Count != 1 || log.Calls[0].Operation != "GetCallerIdentity" {
		t.Errorf("%v %s", err, body)
	}
}

func TestAResetLeavesNothing(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t, emulatortest.WithDir(t.TempDir()))
	client := iam.NewFromConfig(once(h))
	if _, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(`{"Statement":[]}`)}); err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Reset(); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("r")})
	if no := new(iamtypes.NoSuchEntityException); !errors.As(err, &no) {
		t.Errorf("got %v", err)
	}
}
