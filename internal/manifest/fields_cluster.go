package manifest

import "slices"

func clusterFields() []Field {
	return slices.Concat(
		[]Field{
			{
				Path: "cluster", Type: "map", Kinds: "E", Implied: true, Example: "{capacity_providers: [FARGATE]}",
				Doc: "The ECS cluster.",
			},
			{
				Path: "cluster.name", Type: "string", Kinds: "E", With: "a cluster that exists", Example: "shared",
				Doc: "Name or ARN of a cluster that exists already in the account and region, instead of one of the environment's own.",
			},
			{
				Path: "cluster.capacity_providers", Type: "list(string or map)", Kinds: "E", Default: "[FARGATE, FARGATE_SPOT]", Example: "[{name: instances, auto_scaling_group: {instance_types: t3.medium, max: 4}}, FARGATE]",
				Doc: "The capacity providers that the cluster offers: FARGATE, FARGATE_SPOT, ones of your own that exist already, and ones that the environment makes.",
			},
			{
				Path: "cluster.capacity_providers[]", Type: "string or map", Kinds: "E", Example: "FARGATE_SPOT",
				Doc: "One capacity provider; a string is the name of one that exists.",
			},
			{
				Path: "cluster.capacity_providers[].name", Type: "string", Kinds: "E", Required: true, Example: "instances",
				Doc: "Its name, for the services' capacity_providers. In AWS the name of one that the environment makes begins with those of application and environment.",
			},
			{
				Path: "cluster.capacity_providers[].auto_scaling_group", Type: "map", Kinds: "E", Group: "instances", Example: "{instance_types: t3.medium, max: 4}",
				Doc: "Makes an EC2 Auto Scaling group that ECS grows and shrinks with what the tasks need.",
			},
			{
				Path: "cluster.capacity_providers[].managed_instances", Type: "map", Kinds: "E", Group: "instances", Example: "{vcpus: 2-8, memory: 4096-16384}",
				Doc: "Makes a capacity provider of ECS Managed Instances: ECS chooses, patches and ends the instances.",
			},
			{
				Path: "cluster.default_capacity_providers", Type: "list(string or map)", Kinds: "E", Example: "[{name: instances, base: 1}]",
				Doc: "Where services run that say nothing about it.",
			},
			{
				Path: "cluster.default_capacity_providers[]", Type: "string or map", Kinds: "E", Short: "name", Example: "FARGATE_SPOT",
				Doc: "One capacity provider.",
			},
			{
				Path: "cluster.default_capacity_providers[].name", Type: "string", Kinds: "E", Required: true, Example: "instances",
				Doc: "Its name, as capacity_providers has it.",
			},
			{
				Path: "cluster.default_capacity_providers[].base", Type: "int", Kinds: "E", Default: "0", Max: 100000, Example: "1",
				Doc: "So many tasks go to it before the weights count. One provider only may have a base.",
			},
			{
				Path: "cluster.default_capacity_providers[].weight", Type: "int", Kinds: "E", Default: "1", Max: 1000, Example: "3",
				Doc: "Its share of the other tasks; 0 takes none.",
			},
		},
		under("cluster.capacity_providers[].auto_scaling_group.", groupFields()),
		under("cluster.capacity_providers[].managed_instances.", managedFields()),
	)
}

// under puts rows under a path, for environments.
func under(path string, rows []Field) []Field {
	for i := range rows {
		rows[i].Path, rows[i].Kinds = path+rows[i].Path, "E"
	}
	return rows
}

func groupFields() []Field {
	return []Field{
		{
			Path: "instance_types", Type: "string or list(string)", Required: true, Example: "[t3.medium, t3a.medium]",
			Doc: "The instances' types, the preferred one first. They must all have the image's architecture.",
		},
		{
			Path: "image", Type: "string", Default: "al2023", Example: "al2023/arm64",
			Doc: "Their image: al2023, al2023/arm64, al2023/gpu, al2023/neuron or windows_server_2019_core, …_2019_full, …_2022_core, …_2022_full, …_2025_core, …_2025_full, each the newest that AWS recommends for ECS; or the ID of an AMI, or the name of an SSM parameter that holds one.",
		},
		{
			Path: "min", Type: "int", Default: "0", Max: 5000, Example: "1",
			Doc: "So many instances run at least.",
		},
		{
			Path: "max", Type: "int", Required: true, Min: 1, Max: 5000, Example: "4",
			Doc: "So many instances run at most.",
		},
		{
			Path: "desired", Type: "int", Max: 5000, Auto: "what ECS needs", Example: "2",
			Doc: "So many instances run at first.",
		},
		{
			Path: "placement", Type: "string", Default: "public", Enum: []string{"public", "private"}, Example: "private",
			Doc: "The subnets that the instances are in. In public ones each has a public address; private ones need a way out.",
		},
		{
			Path: "security_groups", Type: "list(string)", Example: "[sg-0a1b2c3d4e5f6a7b8]",
			Doc: "Security groups of the instances beside the environment's own.",
		},
		{
			Path: "volume_size", Type: "int", Auto: "the image's", Min: 8, Max: 16384, Example: "60",
			Doc: "Size of the instances' disk in GiB. It is encrypted.",
		},
		{
			Path: "spot", Type: "bool or int", Default: "false", Max: 100, Example: "true",
			Doc: "EC2 Spot: true for all instances, or a percentage of them.",
		},
		{
			Path: "target_capacity", Type: "int", Default: "100", Min: 1, Max: 100, Example: "80",
			Doc: "How much of the group is to be in use, in percent; what is left is there at once for new tasks.",
		},
		{
			Path: "managed_termination_protection", Type: "bool", Default: "false", Example: "true",
			Doc: "Never end an instance that has tasks when the group shrinks. Without it ECS drains the instance first.",
		},
	}
}

func managedFields() []Field {
	return []Field{
		{
			Path: "vcpus", Type: "int or string", Auto: "what the tasks need", Example: "2-8",
			Doc: "vCPUs of the instances: a range, or the least. It needs memory beside it.",
		},
		{
			Path: "memory", Type: "int or string", Auto: "what the tasks need", Example: "4096-16384",
			Doc: "Memory of the instances in MiB: a range, or the least. It needs vcpus beside it.",
		},
		{
			Path: "instance_types", Type: "list(string)", Example: "[\"c7g.*\", m7g.large]",
			Doc: "Only these types; * stands for anything.",
		},
		{
			Path: "excluded_instance_types", Type: "list(string)", Example: "[\"t3.*\"]",
			Doc: "None of these types.",
		},
		{
			Path: "cpu_manufacturers", Type: "list(string)", Enum: []string{"intel", "amd", "amazon-web-services"}, Example: "[amazon-web-services]",
			Doc: "Who made the processors: intel, amd, amazon-web-services.",
		},
		{
			Path: "generations", Type: "list(string)", Enum: []string{"current", "previous"}, Example: "[current]",
			Doc: "The generations of instance types: current, previous.",
		},
		{
			Path: "burstable", Type: "string", Enum: []string{"included", "excluded", "required"}, Example: "included",
			Doc: "Types with burstable performance, such as t4g.",
		},
		{
			Path: "accelerators", Type: "int or string", Example: "1-4",
			Doc: "Number of accelerators: a range, or the least.",
		},
		{
			Path: "accelerator_types", Type: "list(string)", Enum: []string{"gpu", "fpga", "inference"}, Example: "[gpu]",
			Doc: "Their kinds: gpu, fpga, inference.",
		},
		{
			Path: "capacity_option", Type: "string", Default: "on_demand", Enum: []string{"on_demand", "spot", "reserved"}, Example: "spot",
			Doc: "How the instances are bought.",
		},
		{
			Path: "reservation_group", Type: "string", With: "capacity_option: reserved", Example: "arn:aws:resource-groups:eu-central-1:111122223333:group/reserved",
			Doc: "ARN of the resource group that holds the capacity reservations.",
		},
		{
			Path: "placement", Type: "string", Default: "private", Enum: []string{"public", "private"}, Example: "public",
			Doc: "The subnets that the instances are in. Private ones need a way out.",
		},
		{
			Path: "security_groups", Type: "list(string)", Example: "[sg-0a1b2c3d4e5f6a7b8]",
			Doc: "Security groups of the instances beside the environment's own.",
		},
		{
			Path: "storage_size", Type: "int", Auto: "80", Min: 30, Max: 16384, Example: "100",
			Doc: "Size of the instances' data disk in GiB.",
		},
		{
			Path: "detailed_monitoring", Type: "bool", Default: "false", Example: "true",
			Doc: "CloudWatch metrics of the instances every minute instead of every five.",
		},
	}
}
