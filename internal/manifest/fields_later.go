package manifest

// workloadFieldsToCome are the fields of Copilot's workload manifests that this version refuses, each with what is missing.
func workloadFieldsToCome() []Field {
	const (
		imported = "values that other stacks export; write the value itself"
		sidecars = "sidecar containers; a service of its own can do the work, reached by network.connect"
		firelens = "log routers (FireLens); output goes to CloudWatch Logs"
	)
	return []Field{
		{Path: "variables.<name>.from_cfn", Type: "string", Kinds: "LBWJR", Later: imported},
		{Path: "secrets.<name>.from_cfn", Type: "string", Kinds: "LBWJR", Group: "reference", Later: imported},
		{Path: "network.vpc.security_groups[].from_cfn", Type: "string", Kinds: "LBWJ", Later: imported},
		{Path: "network.vpc.security_groups.groups[].from_cfn", Type: "string", Kinds: "LBWJ", Later: imported},
		{Path: "network.vpc.placement.subnets.from_tags", Type: "map", Kinds: "LBWJR", Later: "subnets found by their tags; write their ids"},
		{Path: "logging.image", Type: "string", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.destination", Type: "map(string)", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.enableMetadata", Type: "bool", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.secretOptions", Type: "map", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.configFilePath", Type: "string", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.variables", Type: "map", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.secrets", Type: "map", Kinds: "LBWJ", Later: firelens},
		{Path: "logging.env_file", Type: "string", Kinds: "LBWJ", Later: firelens},
		{Path: "sidecars", Type: "map", Kinds: "LBWJ", Later: sidecars},
		{Path: "taskdef_overrides", Type: "list(map)", Kinds: "LBWJ", Later: "patches of the task definition; ferry package writes it as a file to change"},
		{Path: "deployment", Type: "map", Kinds: "LBW", Later: "deployment settings; every deployment is rolling, with 100 to 200 percent of the tasks and automatic rollback"},
		{Path: "observability", Type: "map", Kinds: "LBWR", Later: "tracing; observability.container_insights of the environment records metrics"},
		{Path: "files", Type: "list(map)", Kinds: "S", Later: "Static Sites; a Load Balanced Web Service can serve files"},
	}
}
