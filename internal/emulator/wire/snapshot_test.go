package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecsdocument "github.com/aws/aws-sdk-go-v2/service/ecs/document"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
)

// sdkService is a service with every operation that the SDK's client has, for the codec alone.
type sdkService struct {
	Service
	module string
	client func(aws.Config) any
}

func sdkServices() []sdkService {
	return []sdkService{
		{Service{Protocol: JSON11, TargetPrefix: "AmazonEC2ContainerServiceV20141113", Statuses: map[string]int{"AccessDeniedException": 403},
			Unions:   ecsUnions(),
			Document: func(v any) document.Marshaler { return ecsdocument.NewLazyDocument(v) }},
			"ecs", func(c aws.Config) any { return ecs.NewFromConfig(c) }},
		{Service{Protocol: JSON11, TargetPrefix: "AmazonEC2ContainerRegistry_V20150921", Names: map[string]string{"Tag.Key": "Key", "Tag.Value": "Value"}}, "ecr", func(c aws.Config) any { return ecr.NewFromConfig(c) }},
		{Service{Protocol: JSON11, TargetPrefix: "Logs_20140328", Names: map[string]string{"DescribeDestinationsInput.DestinationNamePrefix": "DestinationNamePrefix"},
			Unions: []any{(*logstypes.ResourceConfigMemberOpenSearchResourceConfig)(nil)}},
			"cloudwatchlogs", func(c aws.Config) any { return cloudwatchlogs.NewFromConfig(c) }},
		{Service{Protocol: JSON11, TargetPrefix: "secretsmanager", PascalNames: true}, "secretsmanager", func(c aws.Config) any { return secretsmanager.NewFromConfig(c) }},
		{Service{Protocol: JSON11, TargetPrefix: "ResourceGroupsTaggingAPI_20170126", PascalNames: true}, "resourcegroupstaggingapi", func(c aws.Config) any { return resourcegroupstaggingapi.NewFromConfig(c) }},
		{Service{Protocol: Query, Version: "2010-05-15"}, "cloudformation", func(c aws.Config) any { return cloudformation.NewFromConfig(c) }},
		{Service{Protocol: Query, Version: "2015-12-01"}, "elasticloadbalancingv2", func(c aws.Config) any { return elasticloadbalancingv2.NewFromConfig(c) }},
		{Service{Protocol: Query, Version: "2010-05-08", Unions: []any{(*iamtypes.PolicyIdentifierMemberInlinePolicyIdentifier)(nil),
			(*iamtypes.PolicyIdentifierMemberPolicyArn)(nil), (*iamtypes.PolicyIdentifierMemberPolicyType)(nil)}}, "iam", func(c aws.Config) any { return iam.NewFromConfig(c) }},
		{Service{Protocol: Query, Version: "2011-06-15", Names: map[string]string{"PolicyDescriptorType.Arn": "arn"}}, "sts", func(c aws.Config) any { return sts.NewFromConfig(c) }},
	}
}

func ecsUnions() []any {
	return []any{
		(*ecstypes.ServiceConnectContainerConfigurationMemberLogLevel)(nil),
		(*ecstypes.SharingStrategyMemberNvidiaMps)(nil),
		(*ecstypes.GatewayConfigurationMemberHostSharedAlb)(nil),
		(*ecstypes.UpdateGatewayConfigurationMemberHostSharedAlb)(nil),
		(*ecstypes.GatewayElbAccessLogDestinationMemberS3)(nil),
	}
}

func TestRequestSnapshotsAreReadAsTheSDKWroteThem(t *testing.T) {
	t.Parallel()
	for _, s := range sdkServices() {
		files := snapshots(t, s.module, "request_snapshot/*.request.snap")
		for _, file := range files {
			operation := strings.TrimSuffix(filepath.Base(file), ".request.snap")
			t.Run(s.module+"/"+operation, func(t *testing.T) {
				t.Parallel()
				head, body := readSnapshot(t, file)
				r := &http.Request{Header: head, URL: &url.URL{Path: "/"}, Body: io.NopCloser(bytes.NewReader(body))}
				req, err := s.Read(r, "id")
				if err != nil {
					t.Fatal(err)
				}
				in := newInput(s.client(aws.Config{}), operation)
				if err := s.Decode(req, in); err != nil {
					t.Fatal(err)
				}
				sent := send(t, s, operation, in)
				if diff := cmp.Diff(parse(t, s.Protocol, body), parse(t, s.Protocol, sent)); diff != "" {
					t.Errorf("the SDK sends what was read (-snapshot +sent):\n%s", diff)
				}
			})
		}
	}
}

func TestResponseSnapshotsAreWrittenAsTheServiceWritesThem(t *testing.T) {
	t.Parallel()
	for _, s := range sdkServices() {
		if s.Protocol != JSON11 {
			continue // the SDK has none: the round trip over HTTP proves them
		}
		for _, file := range snapshots(t, s.module, "response_snapshot/*.response.snap") {
			operation := strings.TrimSuffix(filepath.Base(file), ".response.snap")
			t.Run(s.module+"/"+operation, func(t *testing.T) {
				t.Parallel()
				head, body := readSnapshot(t, file)
				out, err := call(t, s, operation, newInput(s.client(aws.Config{}), operation), answer(head, body))
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.Encode(&Request{Operation: operation}, out)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(parse(t, JSON11, body), parse(t, JSON11, got)); diff != "" {
					t.Errorf("(-snapshot +written):\n%s", diff)
				}
			})
		}
	}
}

func TestErrorSnapshotsAreWrittenAsTheServiceWritesThem(t *testing.T) {
	t.Parallel()
	for _, s := range sdkServices() {
		for _, file := range snapshots(t, s.module, "response_snapshot/*.error.snap") {
			t.Run(s.module+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				head, body := readSnapshot(t, file)
				_, operation, _ := strings.Cut(head.Get("X-Amz-Target"), ".")
				_, err := call(t, s, operation, newInput(s.client(aws.Config{}), operation), answer(head, body))
				var api smithy.APIError
				if !errors.As(err, &api) {
					t.Fatalf("no API error: %v", err)
				}
				got, err := s.encodeError("id", api)
				if err != nil {
					t.Fatal(err)
				}
				type wire struct {
					Status string
					Body   any
				}
				if diff := cmp.Diff(wire{head.Get("status"), parse(t, JSON11, body)}, wire{strconv.Itoa(s.status(api)), parse(t, JSON11, got)}); diff != "" {
					t.Errorf("(-snapshot +written):\n%s", diff)
				}
			})
		}
	}
}

// snapshots returns the files of an SDK module that match; a module that has lost its snapshots fails the test.
func snapshots(t *testing.T, module, pattern string) []string {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+module).Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), filepath.FromSlash(pattern)))
	if err != nil || len(files) == 0 && !strings.Contains(pattern, "error") {
		t.Fatalf("%s has no %s: %v", module, pattern, err)
	}
	return files
}

// readSnapshot splits a snapshot: its first line goes into the header "status".
func readSnapshot(t *testing.T, file string) (http.Header, []byte) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head := http.Header{}
	for n := 0; ; n++ {
		line, rest, found := bytes.Cut(raw, []byte("\n"))
		raw = rest
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), ": ")
		switch {
		case n == 0:
			head.Set("status", strings.TrimSpace(string(line)))
		case ok:
			head.Set(key, value)
		case !found || n > 1:
			return head, bytes.TrimSpace(raw)
		}
	}
}

func newInput(client any, operation string) any {
	m, _ := reflect.TypeOf(client).MethodByName(operation)
	return reflect.New(m.Type.In(2).Elem()).Interface()
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func answer(head http.Header, body []byte) doer {
	return func(r *http.Request) (*http.Response, error) {
		status, _ := strconv.Atoi(head.Get("status"))
		return &http.Response{StatusCode: status, Header: head, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
	}
}

// send returns the body that the SDK's own client sends for the input.
func send(t *testing.T, s sdkService, operation string, in any) []byte {
	t.Helper()
	var sent []byte
	_, err := call(t, s, operation, in, func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			sent, _ = io.ReadAll(r.Body)
		}
		return nil, errors.New("not sent")
	})
	if sent == nil {
		t.Fatalf("the SDK sent nothing: %v", err)
	}
	return sent
}

// call runs an operation of the SDK's own client over the given transport, with neither validation nor retries.
func call(t *testing.T, s sdkService, operation string, in any, do doer) (any, error) {
	t.Helper()
	cfg := aws.Config{Region: "us-east-1", HTTPClient: do, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET"}, nil
		}),
		BaseEndpoint: aws.String("http://127.0.0.1"),
		APIOptions: []func(*middleware.Stack) error{func(st *middleware.Stack) error {
			_, _ = st.Initialize.Remove("OperationInputValidation") // some operations have none
			return nil
		}}}
	m := reflect.ValueOf(s.client(cfg)).MethodByName(operation)
	res := m.Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(in)})
	err, _ := res[1].Interface().(error)
	return res[0].Interface(), err
}

// parse makes two bodies comparable.
func parse(t *testing.T, p Protocol, body []byte) any {
	t.Helper()
	if p != JSON11 {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		return form
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	return v
}
