package manifest

// workloadObservabilityFields say what is recorded of a service beside its log.
func workloadObservabilityFields() []Field {
	return []Field{
		{
			Path: "observability", Type: "map", Kinds: "LBWR", Example: "{tracing: awsxray}",
			Doc: "What is recorded of the service beside its log.",
		},
		{
			Path: "observability.tracing", Type: "string", Kinds: "LBWR", Enum: []string{"awsxray"}, Example: "awsxray",
			Doc: "awsxray runs the AWS Distro for OpenTelemetry's collector beside the container, which sends its traces to X-Ray.",
		},
		{
			Path: "observability.metrics", Type: "string", Kinds: "LBWR", Default: "60s", Enum: []string{"20s", "60s"}, Example: "20s",
			Doc: "How often ECS measures the use of cpu and memory; CloudWatch bills the finer metrics.",
		},
	}
}

// Collector is the name of the container that collects traces.
const Collector = "aws-otel-collector"

// Observability is what is recorded of a service beside its log.
type Observability struct {
	XRay        bool // traces
	FinerCPU    bool // cpu is measured every 20 seconds
	FinerMemory bool // memory is measured every 20 seconds
}

// decodeWorkloadObservability reads it, with what scaling wants to be measured.
func decodeWorkloadObservability(n *node, s *Scaling) Observability {
	finer := n.get("metrics").str() == "20s"
	return Observability{
		XRay:        n.get("tracing").str() != "",
		FinerCPU:    finer || s != nil && s.CPU != nil && s.CPU.HighResolution,
		FinerMemory: finer || s != nil && s.Memory != nil && s.Memory.HighResolution,
	}
}

// tracing: the collector is a container of the task, which has to have its name to itself.
func (v validator) tracing(w Workload) {
	p := at("observability.tracing")
	if !w.Observability.XRay {
		return
	}
	if _, taken := w.Sidecars[Collector]; taken || w.Name == Collector {
		v.bad(p, "give the other container another name", "needs a container named %s, and there is one already", Collector)
	}
	if len(w.Platform.OS) > 7 && w.Platform.OS[:7] == "WINDOWS" {
		v.warn(p, "", "the collector's image is for Linux: on Windows its container cannot start")
	}
}
