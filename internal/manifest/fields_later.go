package manifest

// workloadFieldsToCome are the fields of Copilot's workload manifests that this version refuses, each with what is missing.
func workloadFieldsToCome() []Field {
	return []Field{
		{Path: "observability", Type: "map", Kinds: "LBWR", Later: "tracing; observability.container_insights of the environment records metrics"},
	}
}
