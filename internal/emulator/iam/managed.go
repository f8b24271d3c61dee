package iam

import (
	"slices"
	"strings"
)

// awsPolicies begins the ARN of every policy that AWS owns.
const awsPolicies = "arn:aws:iam::aws:policy/"

// managed says whether AWS owns a policy of that ARN. Only those that workloads on ECS commonly attach are known, so
// that a misspelt ARN is refused here as it is in AWS.
func managed(arn string) bool {
	name, ok := strings.CutPrefix(arn, awsPolicies)
	return ok && slices.Contains(managedNames(), name)
}

// managedNames are the known policies of AWS, each with its path.
func managedNames() []string {
	return []string{
		"AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess",
		"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess",
		"AmazonBedrockFullAccess", "AmazonBedrockReadOnly",
		"AmazonDynamoDBFullAccess", "AmazonDynamoDBReadOnlyAccess",
		"AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPowerUser", "AmazonEC2ContainerRegistryFullAccess",
		"AmazonEC2ContainerRegistryPullOnly", "service-role/AmazonEC2ContainerServiceforEC2Role",
		"service-role/AmazonECSTaskExecutionRolePolicy", "service-role/AmazonECSInfrastructureRolePolicyForVolumes",
		"service-role/AmazonECSInfrastructureRoleforExpressGatewayServices",
		"service-role/AmazonECSInfrastructureRolePolicyForVpcLattice", "AmazonECSInfrastructureRolePolicyForLoadBalancers",
		"service-role/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity",
		"service-role/AmazonEC2ContainerServiceEventsRole", "AmazonECS_FullAccess",
		"AmazonECSInfrastructureRolePolicyForManagedInstances", "AmazonECSInstanceRolePolicyForManagedInstances",
		"AmazonElasticFileSystemClientReadWriteAccess", "AmazonElasticFileSystemClientFullAccess", "AmazonElasticFileSystemsUtils",
		"AmazonKinesisFullAccess", "AmazonKinesisReadOnlyAccess", "AmazonKinesisFirehoseFullAccess",
		"AmazonPrometheusRemoteWriteAccess", "AmazonRDSDataFullAccess", "AmazonRDSFullAccess", "AmazonRDSReadOnlyAccess",
		"AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "AmazonSESFullAccess", "AmazonSNSFullAccess", "AmazonSNSReadOnlyAccess",
		"AmazonSQSFullAccess", "AmazonSQSReadOnlyAccess", "AmazonSSMFullAccess", "AmazonSSMReadOnlyAccess", "AmazonSSMManagedInstanceCore",
		"AmazonEventBridgeFullAccess", "AWSLambda_FullAccess", "service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaRole",
		"AWSCloudMapDiscoverInstanceAccess", "AWSCloudMapFullAccess", "AWSAppConfigAgentPolicy", "AWSStepFunctionsFullAccess",
		"AWSSecretsManagerClientReadOnlyAccess", "SecretsManagerReadWrite",
		"CloudWatchAgentServerPolicy", "CloudWatchFullAccess", "CloudWatchFullAccessV2", "CloudWatchLogsFullAccess",
		"CloudWatchLogsReadOnlyAccess", "CloudWatchReadOnlyAccess",
	}
}

// linkedRole returns what follows AWSServiceRoleFor in the name of a service's role.
func linkedRole(service string) (string, bool) {
	name, ok := map[string]string{
		"ecs":                         "ECS",
		"elasticloadbalancing":        "ElasticLoadBalancing",
		"ecs.application-autoscaling": "ApplicationAutoScaling_ECSService",
		"autoscaling":                 "AutoScaling",
		"servicediscovery":            "CloudMap",
		"replication.ecr":             "ECRReplication",
	}[service]
	return name, ok
}
