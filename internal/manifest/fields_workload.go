package manifest

import "slices"

func sizeFields() []Field {
	return []Field{
		{
			Path: "cpu", Type: "int", Kinds: "LBWJ", Auto: "256, or the smallest that fits memory (Windows: 1024)", Min: 1, Max: 196608, Example: "512",
			Doc: "CPU units of a task; 1024 is one vCPU. Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384 and 32768. On instances it may stay away: then the instance is the limit.",
		},
		{
			Path: "memory", Type: "int", Kinds: "LBWJ", Auto: "512, or the smallest that fits cpu (Windows: 2048)", Min: 4, Max: 1 << 24, Example: "1024",
			Doc: "Memory of a task in MiB. On Fargate each cpu value allows some sizes only. On instances it may stay away where the containers say theirs.",
		},
		{
			Path: "platform", Type: "string or map", Kinds: "LBWJR", Default: "linux/x86_64", Example: "linux/arm64",
			Doc: "Operating system and architecture: linux/x86_64, linux/arm64 or windows/x86_64.",
		},
		{
			Path: "platform.osfamily", Type: "string", Kinds: "LBWJR", Required: true, Example: "linux",
			Enum: []string{
				"linux", "windows", "windows_server_2019_core", "windows_server_2019_full", "windows_server_2022_core",
				"windows_server_2022_full", "windows_server_2025_core", "windows_server_2025_full",
			},
			Doc: "The operating system family; windows means windows_server_2019_core.",
		},
		{
			Path: "platform.architecture", Type: "string", Kinds: "LBWJR", Required: true, Enum: []string{"x86_64", "amd64", "arm64", "arm"}, Example: "arm64",
			Doc: "The CPU architecture; amd64 means x86_64, arm means arm64.",
		},
		{
			Path: "count", Type: "int or map", Kinds: "LBW", Default: "1", Max: 5000, Example: "2",
			Doc: "How many tasks run: a number, or between how many auto scaling chooses, and by what.",
		},
		{
			Path: "count", Type: "int or map", Kinds: "J", Default: "1", Min: 1, Max: 10, Example: "2",
			Doc: "How many tasks a run starts.",
		},
	}
}

func containerFields() []Field {
	return slices.Concat([]Field{
		{
			Path: "entrypoint", Type: "string or list(string)", Kinds: "LBWJ", Example: "[/bin/app]",
			Doc: "Instead of the image's ENTRYPOINT. A string is split as a shell would.",
		},
		{
			Path: "command", Type: "string or list(string)", Kinds: "LBWJR", Example: "serve --verbose",
			Doc: "Instead of the image's CMD. A string is split as a shell would.",
		},
	}, variableFields("", "LBWJR", "LBWJ"), []Field{
		{
			Path: "exec", Type: "bool or map", Kinds: "LBWJR", Short: "enable", Implied: true, Example: "true",
			Doc: "Allow a shell in a running task.",
		},
		{
			Path: "exec.enable", Type: "bool", Kinds: "LBWJR", Default: "false", Example: "true",
			Doc: "The same, in the long form.",
		},
	})
}

func networkFields() []Field {
	return []Field{
		{
			Path: "network", Type: "map", Kinds: "LBWJR", Implied: true, Example: "{connect: true}",
			Doc: "Where the tasks run and who may reach them.",
		},
		{
			Path: "network.vpc", Type: "map", Kinds: "LBWJR", Implied: true, Example: "{placement: private}",
			Doc: "The tasks' place in the environment's VPC.",
		},
		{
			Path: "network.vpc.placement", Type: "string or map", Kinds: "LBWJR", Default: "public", Enum: []string{"public", "private"}, Example: "private",
			Doc: "public: subnets with a way in and out, each task has a public address. private: subnets without; a way out needs the environment's nat.",
		},
		{
			Path: "network.vpc.placement.subnets", Type: "list(string) or map", Kinds: "LBWJR", Example: "[subnet-0a1b2c3d, subnet-4e5f6a7b]",
			Doc: "These subnets instead.",
		},
		{
			Path: "network.vpc.placement.subnets.from_tags", Type: "map", Kinds: "LBWJR", Example: "{tier: private}",
			Doc: "The subnets that have all these tags when the service is deployed. They are looked up in the account and region, with one call.",
		},
		{
			Path: "network.vpc.placement.subnets.from_tags.<tag>", Type: "string or list(string)", Kinds: "LBWJR", Example: "private",
			Doc: "The tag's value, or several of which a subnet has one.",
		},
		{
			Path: "network.vpc.security_groups", Type: "list(string or map) or map", Kinds: "LBWJ", Short: "groups", Example: "[sg-0a1b2c3d4e5f6a7b8]",
			Doc: "Security groups beside the environment's own.",
		},
		{
			Path: "network.vpc.security_groups[]", Type: "string or map", Kinds: "LBWJ", Example: "sg-0a1b2c3d4e5f6a7b8",
			Doc: "One security group.",
		},
		{
			Path: "network.vpc.security_groups[].from_cfn", Type: "string", Kinds: "LBWJ", Example: "shop-test-DatabaseClients",
			Doc: "A security group that another stack exports under this name.",
		},
		{
			Path: "network.vpc.security_groups.groups", Type: "list(string or map)", Kinds: "LBWJ", Example: "[sg-0a1b2c3d4e5f6a7b8]",
			Doc: "The same, in the long form.",
		},
		{
			Path: "network.vpc.security_groups.groups[]", Type: "string or map", Kinds: "LBWJ", Example: "sg-0a1b2c3d4e5f6a7b8",
			Doc: "One security group.",
		},
		{
			Path: "network.vpc.security_groups.groups[].from_cfn", Type: "string", Kinds: "LBWJ", Example: "shop-test-DatabaseClients",
			Doc: "A security group that another stack exports under this name.",
		},
		{
			Path: "network.vpc.security_groups.deny_default", Type: "bool", Kinds: "LBWJ", Example: "true",
			Doc: "Leave the environment's own security group away.",
		},
	}
}
