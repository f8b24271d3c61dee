package elb

import (
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/wire"
)

// invalid is the refusal that has no type of its own in the SDK.
func invalid(format string, args ...any) error {
	return &wire.Error{Code: "ValidationError", Message: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

func noLoadBalancer() error {
	return &types.LoadBalancerNotFoundException{Message: aws.String("One or more load balancers not found")}
}

func noTargetGroup() error {
	return &types.TargetGroupNotFoundException{Message: aws.String("One or more target groups not found")}
}

func noListener() error {
	return &types.ListenerNotFoundException{Message: aws.String("One or more listeners not found")}
}

func noRule() error {
	return &types.RuleNotFoundException{Message: aws.String("One or more rules not found")}
}
