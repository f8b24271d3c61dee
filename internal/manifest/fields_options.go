package manifest

// resourceRows say what of the task's cpu and memory a container gets.
func resourceRows(p, kinds string) []Field {
	ports := "[9090, 8125/udp]"
	if p != "container." {
		ports = "[9113]" // the containers of a task share its network, in an example too
	}
	return []Field{
		{
			Path: p + "cpu", Type: "int", Kinds: kinds, Min: 1, Max: 1 << 18, Example: "128",
			Doc: "CPU units that the container is sure to get, of the task's. Those of all containers are at most the task's.",
		},
		{
			Path: p + "memory", Type: "int", Kinds: kinds, Min: 6, Max: 1 << 24, Example: "256",
			Doc: "MiB beyond which the container is killed. At most the task's memory.",
		},
		{
			Path: p + "memory_reservation", Type: "int", Kinds: kinds, Min: 6, Max: 1 << 24, Example: "128",
			Doc: "MiB that the container is sure to get; it may use more, up to memory, or to the task's memory. Those of all containers are at most the task's.",
		},
		{
			Path: p + "gpu", Type: "int", Kinds: kinds, Min: 1, Max: 16, With: "launch type EC2", Example: "1",
			Doc: "Physical GPUs for this container alone.",
		},
		{
			Path: p + "ports", Type: "list(string)", Kinds: kinds, Example: ports,
			Doc: "More ports that the container listens on: numbers or ranges, with /udp behind where it is not TCP.",
		},
		{
			Path: p + "ports[]", Type: "string", Kinds: kinds, Example: "9090",
			Doc: "One port.",
		},
	}
}

// processRows say how a container's process runs.
func processRows(p, kinds string) []Field {
	return []Field{
		{
			Path: p + "user", Type: "string", Kinds: kinds, Example: "\"1000:1000\"",
			Doc: "User and group of the process, by name or number, instead of the image's.",
		},
		{
			Path: p + "working_directory", Type: "string", Kinds: kinds, Example: "/srv",
			Doc: "Directory in which the command runs, instead of the image's.",
		},
		{
			Path: p + "init", Type: "bool", Kinds: kinds, Auto: "true with exec", Example: "true",
			Doc: "Run an init process that passes signals on and reaps what other processes leave behind.",
		},
		{
			Path: p + "restart", Type: "bool or map", Kinds: kinds, Short: "enable", Example: "true",
			Doc: "Restart the container in its task when it exits, instead of stopping the task.",
		},
		{
			Path: p + "restart.enable", Type: "bool", Kinds: kinds, Default: "true", Example: "true",
			Doc: "The same, in the long form.",
		},
		{
			Path: p + "restart.ignored_exit_codes", Type: "list(int)", Kinds: kinds, Example: "[0]",
			Doc: "Exit codes after which it is not restarted, up to 50.",
		},
		{
			Path: p + "restart.attempt_period", Type: "duration", Kinds: kinds, Default: "300s", Example: "1m",
			Doc: "How long it must have run to be restarted again, 1m to 30m.",
		},
		{
			Path: p + "start_timeout", Type: "duration", Kinds: kinds, Example: "1m",
			Doc: "How long containers that depend on this one wait for it before the task fails, 2s to 2m on Fargate.",
		},
		{
			Path: p + "stop_timeout", Type: "duration", Kinds: kinds, Auto: "30s, which is ECS's own", Example: "1m",
			Doc: "Time between SIGTERM and SIGKILL when the container is stopped, 2s to 2m on Fargate.",
		},
		{
			Path: p + "interactive", Type: "bool", Kinds: kinds, Default: "false", Example: "true",
			Doc: "Keep the standard input open.",
		},
		{
			Path: p + "tty", Type: "bool", Kinds: kinds, Default: "false", Example: "true",
			Doc: "Give the process a terminal.",
		},
		{
			Path: p + "version_consistency", Type: "bool", Kinds: kinds, Default: "true", Example: "false",
			Doc: "Keep all tasks of a deployment on the image that a tag named when it began.",
		},
	}
}

// linuxRows say what the kernel lets a container do.
func linuxRows(p, kinds string) []Field {
	return []Field{
		{
			Path: p + "ulimits", Type: "map", Kinds: kinds, Example: "{nofile: 65536}",
			Doc: "Limits of the process, by their names: core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack.",
		},
		{
			Path: p + "ulimits.<name>", Type: "int or map", Kinds: kinds, Example: "65536",
			Doc: "The limit; a number is both the soft and the hard one, -1 is none.",
		},
		{
			Path: p + "ulimits.<name>.soft", Type: "int", Kinds: kinds, Required: true, Example: "1024",
			Doc: "What holds until the process asks for more.",
		},
		{
			Path: p + "ulimits.<name>.hard", Type: "int", Kinds: kinds, Required: true, Example: "65536",
			Doc: "The most that it may ask for.",
		},
		{
			Path: p + "capabilities", Type: "map", Kinds: kinds, Example: "{drop: [NET_RAW]}",
			Doc: "Linux capabilities beside Docker's usual ones.",
		},
		{
			Path: p + "capabilities.add", Type: "list(string)", Kinds: kinds, Example: "[SYS_PTRACE]",
			Doc: "Capabilities to add. Fargate takes SYS_PTRACE only.",
		},
		{
			Path: p + "capabilities.drop", Type: "list(string)", Kinds: kinds, Example: "[NET_RAW]",
			Doc: "Capabilities to take away; ALL takes every one.",
		},
		{
			Path: p + "system_controls", Type: "map(string)", Kinds: kinds, Example: "{net.core.somaxconn: 1024}",
			Doc: "Kernel parameters of the container's namespaces, as sysctl names them.",
		},
		{
			Path: p + "shm_size", Type: "int", Kinds: kinds, Min: 1, Max: 1 << 24, With: "launch type EC2", Example: "64",
			Doc: "Size of /dev/shm in MiB.",
		},
		{
			Path: p + "tmpfs", Type: "list(map)", Kinds: kinds, With: "launch type EC2", Example: "[{path: /tmp, size: 64}]",
			Doc: "Directories that are kept in memory.",
		},
		{
			Path: p + "tmpfs[].path", Type: "string", Kinds: kinds, Required: true, Example: "/tmp",
			Doc: "The directory.",
		},
		{
			Path: p + "tmpfs[].size", Type: "int", Kinds: kinds, Required: true, Min: 1, Max: 1 << 24, Example: "64",
			Doc: "Its greatest size in MiB.",
		},
		{
			Path: p + "tmpfs[].options", Type: "list(string)", Kinds: kinds, Example: "[noexec]",
			Doc: "Options of the mount.",
		},
		{
			Path: p + "devices", Type: "list(map)", Kinds: kinds, With: "launch type EC2", Example: "[{host_path: /dev/fuse}]",
			Doc: "Devices of the instance that the container sees.",
		},
		{
			Path: p + "devices[].host_path", Type: "string", Kinds: kinds, Required: true, Example: "/dev/fuse",
			Doc: "The device on the instance.",
		},
		{
			Path: p + "devices[].path", Type: "string", Kinds: kinds, Auto: "host_path", Example: "/dev/fuse",
			Doc: "Where the container finds it.",
		},
		{
			Path: p + "devices[].permissions", Type: "list(string)", Kinds: kinds, Enum: []string{"read", "write", "mknod"}, Example: "[read, write]",
			Doc: "What the container may do with it: read, write, mknod.",
		},
		{
			Path: p + "max_swap", Type: "int", Kinds: kinds, Min: 0, Max: 1 << 24, With: "launch type EC2", Example: "512",
			Doc: "MiB of swap that the container may use.",
		},
		{
			Path: p + "swappiness", Type: "int", Kinds: kinds, Min: 0, Max: 100, With: "launch type EC2 and max_swap", Example: "60",
			Doc: "How readily it is swapped out, 0 to 100.",
		},
	}
}

// hostRows are what only an instance of one's own gives, beside the links between containers of Docker's bridge.
func hostRows(p, kinds string) []Field {
	return []Field{
		{
			Path: p + "privileged", Type: "bool", Kinds: kinds, Default: "false", With: "launch type EC2", Example: "true",
			Doc: "Give the container the rights of root on the instance.",
		},
		{
			Path: p + "hostname", Type: "string", Kinds: kinds, With: "launch type EC2 and network mode bridge", Example: "web",
			Doc: "The container's host name.",
		},
		{
			Path: p + "extra_hosts", Type: "map(string)", Kinds: kinds, With: "launch type EC2 and network mode bridge", Example: "{db.internal: 10.0.0.5}",
			Doc: "More lines of /etc/hosts: name and address.",
		},
		{
			Path: p + "dns_servers", Type: "list(string)", Kinds: kinds, With: "launch type EC2 and network mode bridge", Example: "[10.0.0.2]",
			Doc: "Name servers instead of the VPC's.",
		},
		{
			Path: p + "dns_search", Type: "list(string)", Kinds: kinds, With: "launch type EC2 and network mode bridge", Example: "[example.internal]",
			Doc: "Domains in which bare names are looked up.",
		},
		{
			Path: p + "security_options", Type: "list(string)", Kinds: kinds, With: "launch type EC2", Example: "[no-new-privileges]",
			Doc: "Docker's security options: SELinux and AppArmor labels, no-new-privileges, credential specifications.",
		},
		{
			Path: p + "disable_networking", Type: "bool", Kinds: kinds, Default: "false", With: "launch type EC2", Example: "true",
			Doc: "Give the container no network at all.",
		},
		{
			Path: p + "links", Type: "list(string)", Kinds: kinds, With: "launch type EC2 and network mode bridge", Example: "[\"db:database\"]",
			Doc: "Containers that this one reaches by name on Docker's bridge.",
		},
	}
}
