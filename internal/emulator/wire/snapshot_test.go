package wire

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
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
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/wire/wiretest"
)

// sdkService is a service with every operation that the SDK's client has, for the codec alone.
type sdkService struct {
	Service
	module   string
	client   wiretest.Client
	errorsOf string // an operation whose errors the snapshots may be of, where they do not say
}

func sdkServices() []sdkService {
	return []sdkService{
		{Service{Protocol: JSON11, TargetPrefix: "AmazonEC2ContainerServiceV20141113", Statuses: map[string]int{"AccessDeniedException": 403},
			Unions:   ecsUnions(),
			Document: func(v any) document.Marshaler { return ecsdocument.NewLazyDocument(v) }},
			"ecs", func(c aws.Config) any { return ecs.NewFromConfig(c) }, ""},
		{Service{Protocol: JSON11, TargetPrefix: "AmazonEC2ContainerRegistry_V20150921", Names: map[string]string{"Tag.Key": "Key", "Tag.Value": "Value"}}, "ecr", func(c aws.Config) any { return ecr.NewFromConfig(c) }, ""},
		{Service{Protocol: JSON11, TargetPrefix: "Logs_20140328", Names: map[string]string{"DescribeDestinationsInput.DestinationNamePrefix": "DestinationNamePrefix"},
			Unions: []any{(*logstypes.ResourceConfigMemberOpenSearchResourceConfig)(nil)}},
			"cloudwatchlogs", func(c aws.Config) any { return cloudwatchlogs.NewFromConfig(c) }, ""},
		{Service{Protocol: JSON11, TargetPrefix: "secretsmanager", PascalNames: true}, "secretsmanager", func(c aws.Config) any { return secretsmanager.NewFromConfig(c) }, ""},
		{Service{Protocol: JSON11, TargetPrefix: "ResourceGroupsTaggingAPI_20170126", PascalNames: true}, "resourcegroupstaggingapi", func(c aws.Config) any { return resourcegroupstaggingapi.NewFromConfig(c) }, ""},
		{Service{Protocol: CBOR, TargetPrefix: "GraniteServiceVersion20100801", PascalNames: true, Names: smallMessages(), Statuses: map[string]int{
			"ConcurrentModificationException": 429, "ConflictException": 409, "DashboardNotFoundError": 404, "ResourceConflict": 409, "ResourceNotFound": 404, "ResourceNotFoundException": 404},
			Unions: []any{(*cwtypes.EvaluationCriteriaMemberPromQLCriteria)(nil), (*cwtypes.EvaluationWindowMemberWallClockWindow)(nil)}},
			"cloudwatch", func(c aws.Config) any { return cloudwatch.NewFromConfig(c) }, "PutMetricAlarm"},
		{Service{Protocol: Query, Version: "2010-05-15"}, "cloudformation", func(c aws.Config) any { return cloudformation.NewFromConfig(c) }, ""},
		{Service{Protocol: Query, Version: "2015-12-01"}, "elasticloadbalancingv2", func(c aws.Config) any { return elasticloadbalancingv2.NewFromConfig(c) }, ""},
		{Service{Protocol: Query, Version: "2010-05-08", Unions: []any{(*iamtypes.PolicyIdentifierMemberInlinePolicyIdentifier)(nil),
			(*iamtypes.PolicyIdentifierMemberPolicyArn)(nil), (*iamtypes.PolicyIdentifierMemberPolicyType)(nil)}}, "iam", func(c aws.Config) any { return iam.NewFromConfig(c) }, ""},
		{Service{Protocol: Query, Version: "2011-06-15", Names: map[string]string{"PolicyDescriptorType.Arn": "arn"}}, "sts", func(c aws.Config) any { return sts.NewFromConfig(c) }, ""},
	}
}

// smallMessages are CloudWatch's members that begin with a small letter, against its own rule.
func smallMessages() map[string]string {
	names := map[string]string{"DashboardInvalidInputError.DashboardValidationMessages": "dashboardValidationMessages"}
	for _, e := range []string{"DashboardInvalidInputError", "DashboardNotFoundError", "InvalidFormatFault", "InvalidNextToken", "InvalidParameterCombinationException",
		"InvalidParameterValueException", "LimitExceededFault", "MissingRequiredParameterException", "ResourceConflict", "ResourceNotFound", "ValidationException"} {
		names[e+".Message"] = "message"
	}
	return names
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

func moduleDirs(t *testing.T) map[string]string {
	t.Helper()
	var names []string
	for _, s := range sdkServices() {
		names = append(names, s.module)
	}
	return wiretest.Modules(t, names...)
}

func TestRequestSnapshotsAreReadAsTheSDKWroteThem(t *testing.T) {
	t.Parallel()
	dirs := moduleDirs(t)
	for _, s := range sdkServices() {
		files := wiretest.Snapshots(t, dirs[s.module], "request_snapshot/*.request.snap")
		if len(files) == 0 {
			t.Errorf("%s has lost its snapshots", s.module)
		}
		for _, file := range files {
			operation := strings.TrimSuffix(filepath.Base(file), ".request.snap")
			t.Run(s.module+"/"+operation, func(t *testing.T) {
				t.Parallel()
				head, body := wiretest.ReadSnapshot(t, file)
				r := &http.Request{Header: head, URL: &url.URL{Path: wiretest.Path(head)}, Body: io.NopCloser(bytes.NewReader(body))}
				req, err := s.Read(r, "id")
				if err != nil {
					t.Fatal(err)
				}
				in := wiretest.NewInput(s.client, operation)
				if err := s.Decode(req, in); err != nil {
					t.Fatal(err)
				}
				_, sent := wiretest.Send(t, s.client, operation, in)
				if diff := cmp.Diff(parse(t, s.Protocol, body), parse(t, s.Protocol, sent)); diff != "" {
					t.Errorf("the SDK sends what was read (-snapshot +sent):\n%s", diff)
				}
			})
		}
	}
}

func TestResponseSnapshotsAreWrittenAsTheServiceWritesThem(t *testing.T) {
	t.Parallel()
	dirs := moduleDirs(t)
	for _, s := range sdkServices() {
		if s.Protocol != JSON11 && s.Protocol != CBOR {
			continue // the SDK has none: the round trip over HTTP proves them
		}
		for _, file := range wiretest.Snapshots(t, dirs[s.module], "response_snapshot/*.response.snap") {
			operation := strings.TrimSuffix(filepath.Base(file), ".response.snap")
			t.Run(s.module+"/"+operation, func(t *testing.T) {
				t.Parallel()
				head, body := wiretest.ReadSnapshot(t, file)
				out, err := wiretest.Call(t, s.client, operation, wiretest.NewInput(s.client, operation), wiretest.AnswerSnapshot(head, body))
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.Encode(&Request{Operation: operation}, out)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(parse(t, s.Protocol, body), parse(t, s.Protocol, got)); diff != "" {
					t.Errorf("(-snapshot +written):\n%s", diff)
				}
			})
		}
	}
}

func TestErrorSnapshotsAreWrittenAsTheServiceWritesThem(t *testing.T) {
	t.Parallel()
	dirs := moduleDirs(t)
	for _, s := range sdkServices() {
		for _, file := range wiretest.Snapshots(t, dirs[s.module], "response_snapshot/*.error.snap") {
			t.Run(s.module+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				head, body := wiretest.ReadSnapshot(t, file)
				_, operation, _ := strings.Cut(head.Get("X-Amz-Target"), ".")
				if operation == "" {
					operation = s.errorsOf
				}
				_, err := wiretest.Call(t, s.client, operation, wiretest.NewInput(s.client, operation), wiretest.AnswerSnapshot(head, body))
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
				if diff := cmp.Diff(wire{head.Get("status"), parse(t, s.Protocol, body)}, wire{strconv.Itoa(s.status(api)), parse(t, s.Protocol, got)}); diff != "" {
					t.Errorf("(-snapshot +written):\n%s", diff)
				}
			})
		}
	}
}

// parse makes two bodies comparable.
func parse(t *testing.T, p Protocol, body []byte) any {
	t.Helper()
	switch p {
	case JSON11:
		return wiretest.JSON(t, body)
	case CBOR:
		return wiretest.CBOR(t, body)
	}
	return wiretest.Form(t, body)
}
