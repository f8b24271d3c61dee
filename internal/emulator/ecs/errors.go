package ecs

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// client is a request that ECS refuses for what it says.
func client(format string, args ...any) error {
	return &types.ClientException{Message: aws.String(fmt.Sprintf(format, args...))}
}

// invalid is a parameter that ECS refuses.
func invalid(format string, args ...any) error {
	return &types.InvalidParameterException{Message: aws.String(fmt.Sprintf(format, args...))}
}

func noCluster() error {
	return &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}
}

func noService() error {
	return &types.ServiceNotFoundException{Message: aws.String("Service not found.")}
}

func failure(arn, reason string) types.Failure {
	return types.Failure{Arn: aws.String(arn), Reason: aws.String(reason)}
}
