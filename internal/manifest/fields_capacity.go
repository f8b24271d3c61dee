package manifest

// capacityFields say where the tasks of a workload run. Copilot knows Fargate only; these are ECS's own words.
func capacityFields() []Field {
	return []Field{
		{
			Path: "launch_type", Type: "string", Kinds: "LBWJ", Group: "capacity", Auto: "fargate, or what the environment's default_capacity_providers say",
			Enum: []string{"fargate", "ec2", "external", "managed_instances"}, Example: "fargate",
			Doc: "What the tasks run on: fargate, ec2 (instances that are in the cluster already), external (ECS Anywhere) or managed_instances (the environment's capacity provider of that kind).",
		},
		{
			Path: "capacity_providers", Type: "list(string or map)", Kinds: "LBWJ", Group: "capacity", Example: "[{name: FARGATE, base: 1}, {name: FARGATE_SPOT, weight: 3}]",
			Doc: "Instead of a launch type: the capacity providers that the tasks are divided among, FARGATE, FARGATE_SPOT or others of the environment's cluster.",
		},
		{
			Path: "capacity_providers[]", Type: "string or map", Kinds: "LBWJ", Short: "name", Example: "FARGATE_SPOT",
			Doc: "One capacity provider.",
		},
		{
			Path: "capacity_providers[].name", Type: "string", Kinds: "LBWJ", Required: true, Example: "FARGATE",
			Doc: "Its name, as the environment's cluster.capacity_providers has it.",
		},
		{
			Path: "capacity_providers[].base", Type: "int", Kinds: "LBWJ", Default: "0", Max: 100000, Example: "1",
			Doc: "So many tasks go to it before the weights count. One provider only may have a base.",
		},
		{
			Path: "capacity_providers[].weight", Type: "int", Kinds: "LBWJ", Default: "1", Max: 1000, Example: "1",
			Doc: "Its share of the other tasks; 0 takes none.",
		},
		{
			Path: "platform_version", Type: "string", Kinds: "LBWJ", Auto: "LATEST, on Fargate", Enum: []string{"LATEST", "1.4.0", "1.3.0", "1.0.0"}, Example: "1.4.0",
			Doc: "The version of Fargate's platform.",
		},
		{
			Path: "scheduling", Type: "string", Kinds: "LBW", Auto: "replica", Enum: []string{"replica", "daemon"}, Example: "replica",
			Doc: "replica keeps count tasks running; daemon runs one on every instance of the cluster.",
		},
		{
			Path: "availability_zone_rebalancing", Type: "bool", Kinds: "LBW", Auto: "true, where ECS can", Example: "false",
			Doc: "ECS moves tasks when one availability zone has more of them than another.",
		},
		{
			Path: "placement", Type: "map", Kinds: "LBWJ", With: "launch_type: ec2", Example: "{strategies: [{type: spread, field: instanceId}]}",
			Doc: "On which of the instances tasks are placed.",
		},
		{
			Path: "placement.constraints", Type: "list(string or map)", Kinds: "LBWJ", Example: "[{type: memberOf, expression: \"attribute:ecs.instance-type =~ c7.*\"}]",
			Doc: "Where a task may run at all.",
		},
		{
			Path: "placement.constraints[]", Type: "string or map", Kinds: "LBWJ", Short: "type", Example: "distinctInstance",
			Doc: "One constraint.",
		},
		{
			Path: "placement.constraints[].type", Type: "string", Kinds: "LBWJ", Required: true, Enum: []string{"distinctInstance", "memberOf"}, Example: "memberOf",
			Doc: "distinctInstance: each task on an instance of its own. memberOf: on instances that the expression names.",
		},
		{
			Path: "placement.constraints[].expression", Type: "string", Kinds: "LBWJ", Example: "\"attribute:ecs.instance-type =~ c7.*\"",
			Doc: "Of memberOf: which instances, in ECS's cluster query language.",
		},
		{
			Path: "placement.strategies", Type: "list(map)", Kinds: "LBWJ", Example: "[{type: spread, field: \"attribute:ecs.availability-zone\"}, {type: binpack, field: memory}]",
			Doc: "Which instance is taken among those where a task may run; the first strategy counts most.",
		},
		{
			Path: "placement.strategies[].type", Type: "string", Kinds: "LBWJ", Required: true, Enum: []string{"random", "spread", "binpack"}, Example: "spread",
			Doc: "random, spread (evenly) or binpack (on as few instances as possible).",
		},
		{
			Path: "placement.strategies[].field", Type: "string", Kinds: "LBWJ", Example: "\"attribute:ecs.availability-zone\"",
			Doc: "What spread counts: instanceId, host or attribute:<name>; what binpack fills: cpu or memory.",
		},
		{
			Path: "pid_mode", Type: "string", Kinds: "LBWJ", Enum: []string{"task", "host"}, Example: "task",
			Doc: "Whose processes a container sees: those of the whole task, or on instances those of the host. Its own, when not written.",
		},
		{
			Path: "ipc_mode", Type: "string", Kinds: "LBWJ", With: "launch_type: ec2", Enum: []string{"task", "host", "none"}, Example: "task",
			Doc: "What shared memory a container sees: the whole task's, the host's, or its own only.",
		},
		{
			Path: "enable_fault_injection", Type: "bool", Kinds: "LBWJ", Auto: "false", Example: "true",
			Doc: "AWS Fault Injection Service may disturb the tasks through the agent's endpoint.",
		},
		{
			Path: "network.mode", Type: "string", Kinds: "LBWJ", Auto: "awsvpc; with launch_type external bridge", Enum: []string{"awsvpc", "bridge", "host", "none"}, Example: "awsvpc",
			Doc: "awsvpc: each task has an address and security groups of its own, the only mode on Fargate. bridge: Docker's network, on ports that the instance has free. host: the instance's own ports. none: no network.",
		},
		{
			Path: "count.spot", Type: "int", Kinds: "LBWJ", With: "a map", Max: 5000, Clears: followers(), Example: "2",
			Doc: "So many tasks, all of them on Fargate Spot: cheaper, and ended two minutes after AWS says that it needs the capacity.",
		},
	}
}
