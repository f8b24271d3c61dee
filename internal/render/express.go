package render

import "ferry.dev/ferry/internal/plan"

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html
type expressService struct {
	Cluster               string         `json:"cluster"`
	ServiceName           string         `json:"serviceName"`
	TaskDefinitionArn     string         `json:"taskDefinitionArn"`
	InfrastructureRoleArn string         `json:"infrastructureRoleArn"`
	HealthCheckPath       string         `json:"healthCheckPath"`
	NetworkConfiguration  expressNetwork `json:"networkConfiguration"`
	ScalingTarget         expressScaling `json:"scalingTarget"`
	Tags                  []tag          `json:"tags,omitempty"`
}

type expressNetwork struct {
	Subnets        []string `json:"subnets"`
	SecurityGroups []string `json:"securityGroups,omitempty"`
}

type expressScaling struct {
	MinTaskCount           int    `json:"minTaskCount"`
	MaxTaskCount           int    `json:"maxTaskCount"`
	AutoScalingMetric      string `json:"autoScalingMetric"`
	AutoScalingTargetValue int    `json:"autoScalingTargetValue"`
}

// ExpressDefinition renders what `aws ecs create-express-gateway-service --cli-input-json` takes, of a service in Express Mode
// in place of the service definition. It names the task definition without its revision; a release names the one it made.
func ExpressDefinition(s plan.Service) ([]byte, error) {
	e := s.Express
	return document(expressService{
		Cluster: s.Cluster, ServiceName: s.ServiceName, TaskDefinitionArn: s.TaskDefinitionARN(), InfrastructureRoleArn: s.ExpressRoleARN(),
		HealthCheckPath:      e.HealthPath,
		NetworkConfiguration: expressNetwork{Subnets: s.Network.Subnets, SecurityGroups: s.Network.SecurityGroups},
		ScalingTarget:        expressScaling{MinTaskCount: e.Min, MaxTaskCount: e.Max, AutoScalingMetric: e.Metric, AutoScalingTargetValue: e.Target},
		Tags:                 tags(s.Tags),
	}, s.Extras.Patches.Service)
}
