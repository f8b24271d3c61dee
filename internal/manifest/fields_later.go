package manifest

// workloadFieldsToCome are the fields of Copilot's workload manifests that this version refuses, each with what is missing.
func workloadFieldsToCome() []Field {
	return []Field{
		{Path: "deployment", Type: "map", Kinds: "LBW", Later: "deployment settings; every deployment is rolling, with 100 to 200 percent of the tasks and automatic rollback"},
		{Path: "observability", Type: "map", Kinds: "LBWR", Later: "tracing; observability.container_insights of the environment records metrics"},
		{Path: "files", Type: "list(map)", Kinds: "S", Later: "Static Sites; a Load Balanced Web Service can serve files"},
	}
}
