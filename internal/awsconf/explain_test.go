package awsconf

import (
	"context"
	"errors"
	"fmt"
	"testing"

	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
)

func operation(service, name string, err error) error {
	return &smithy.OperationError{ServiceID: service, OperationName: name, Err: fmt.Errorf("https response error StatusCode: 400, RequestID: 1, %w", err)}
}

func api(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }

func TestOnlyATypedAnswerMeansNotFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want bool
	}{
		{operation("ECR", "DescribeImages", &ecrtypes.ImageNotFoundException{}), true},
		{operation("ECR", "DescribeImages", &ecrtypes.RepositoryNotFoundException{}), true},
		{api("ResourceNotFoundException", ""), true},
		{api("NoSuchEntity", ""), true},
		{api("ValidationError", "Stack with id demo-test does not exist"), true},
		{api("ValidationError", "Stack [demo-test] does not exist"), true},
		{api("ValidationError", "Template format error: Resource x does not exist"), false},
		{api("AccessDeniedException", "not found"), false},
		{api("ThrottlingException", "not found"), false},
		{api("UnknownError", "404"), false},
		{&smithy.DeserializationError{Err: errors.New("not found")}, false},
		{errors.New("host not found"), false},
		{context.DeadlineExceeded, false},
		{nil, false},
	}
	for _, tt := range tests {
		if got := NotFound(tt.err); got != tt.want {
			t.Errorf("%v: %v", tt.err, got)
		}
	}
}

func TestErrorsAreToldInPlainWords(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err          error
		text, hint   string
		stillReaches bool
	}{
		"a refusal": {
			operation("ECS", "DescribeServices", api("AccessDeniedException", "User: ana is not authorized to perform: ecs:DescribeServices on resource: *")),
			"ecs:DescribeServices was refused: User: ana is not authorized to perform: ecs:DescribeServices on resource: * (AccessDeniedException)",
			"this permission is missing: ask whoever keeps the account's IAM policies", true,
		},
		"a refusal in code": {
			operation("EC2", "DescribeVpcs", api("UnauthorizedOperation", "You are not authorized to perform this operation. Encoded authorization failure message: abcDEF123-_")),
			"ec2:DescribeVpcs was refused: You are not authorized to perform this operation. (UnauthorizedOperation)",
			"this permission is missing: ask whoever keeps the account's IAM policies", true,
		},
		"credentials that ended": {
			operation("STS", "GetCallerIdentity", api("ExpiredToken", "The security token included in the request is expired")),
			"sts:GetCallerIdentity was refused, because the credentials have expired: The security token included in the request is expired (ExpiredToken)",
			"log in again, for example with: aws sso login", true,
		},
		"credentials that AWS does not know": {
			operation("STS", "GetCallerIdentity", api("InvalidClientTokenId", "The security token included in the request is invalid.")),
			"sts:GetCallerIdentity was refused, because AWS does not accept the credentials: The security token included in the request is invalid. (InvalidClientTokenId)",
			"check them with: aws sts get-caller-identity", true,
		},
		"throttling": {
			operation("CloudWatch Logs", "FilterLogEvents", api("ThrottlingException", "Rate exceeded")),
			"logs:FilterLogEvents was throttled, and the retries are used up: Rate exceeded (ThrottlingException)",
			"other tools may use the same account's limits; try again in a minute", true,
		},
		"a signature that a proxy echoes": {
			operation("Elastic Load Balancing v2", "DescribeRules", api("InvalidAction", "GET /?X-Amz-Signature=0123456789&a=b")),
			"elasticloadbalancing:DescribeRules failed: GET /? (InvalidAction)", "", true,
		},
		"an error without words": {
			operation("IAM", "GetRole", api("ServiceFailure", "")), "iam:GetRole failed: ServiceFailure", "", true,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Explain(tt.err)
			if diff := cmp.Diff([]string{tt.text, tt.hint}, []string{got.Error(), fault.Hint(got)}); diff != "" {
				t.Error(diff)
			}
			if !errors.Is(got, tt.err) {
				t.Error("the cause is out of reach")
			}
		})
	}
}

func TestSomeErrorsNeedNoExplanation(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, context.Canceled, &fault.Error{What: "known"}, fmt.Errorf("web: %w", &fault.Error{What: "known"})} {
		if got := Explain(err); !errors.Is(got, err) || got != nil && got.Error() != err.Error() {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestAnEndpointThatCannotBeReachedIsNamed(t *testing.T) {
	t.Parallel()
	cfg, err := Load(t.Context(), Options{Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	cfg.RetryMaxAttempts = 1
	_, err = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	got := Explain(err)
	if diff := cmp.Diff("127.0.0.1:1 cannot be reached: connection refused", got.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestLoopbackIsThisMachineAlone(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:4566": true, "http://localhost": true, "http://[::1]:80": true, "http://127.1.2.3": true,
		"https://ecs.eu-west-1.amazonaws.com": false, "http://10.0.0.1": false, "http://localhost.example.com": false, "::": false, "": false,
	} {
		if got := Loopback(endpoint); got != want {
			t.Errorf("%q: %v", endpoint, got)
		}
	}
}
