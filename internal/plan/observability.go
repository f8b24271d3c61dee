package plan

import "ferry.dev/ferry/internal/manifest"

// collectorImage is the AWS Distro for OpenTelemetry's collector.
// https://aws-otel.github.io/docs/setup/ecs
const collectorImage = "public.ecr.aws/aws-observability/aws-otel-collector:v0.40.0"

// collector takes the traces that the service sends to its own machine, and passes them on to X-Ray.
func (s Service) collector() []Container {
	if !s.Manifest.Observability.XRay {
		return nil
	}
	return []Container{{
		Name: manifest.Collector, Image: collectorImage, Essential: true,
		Command: []string{"--config=/etc/ecs/ecs-xray.yaml"}, // which is in the image
		Log:     s.ownLog(),
	}}
}

// tracingPolicies let the collector write traces, and read how many of them are wanted.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
func (s Service) tracingPolicies() []Policy {
	if !s.Manifest.Observability.XRay {
		return nil
	}
	return []Policy{{Name: "traces", Statements: []Statement{{
		Sid: "SendTraces",
		Actions: []string{
			"xray:GetSamplingRules", "xray:GetSamplingStatisticSummaries", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
		},
		Resources: []string{"*"},
	}}}}
}

// FinerMetrics names the metrics that ECS measures every 20 seconds; the others it measures every minute.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_MetricConfiguration.html
func (s Service) FinerMetrics() []string {
	var names []string
	if s.Manifest.Observability.FinerCPU {
		names = append(names, "CPUUtilization")
	}
	if s.Manifest.Observability.FinerMemory {
		names = append(names, "MemoryUtilization")
	}
	return names
}
