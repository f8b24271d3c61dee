package manifest

// storageFields are the disks of a task and what they are mounted from.
func storageFields() []Field {
	return []Field{
		{
			Path: "storage", Type: "map", Kinds: "LBWJ", Example: "{ephemeral: 100}",
			Doc: "The tasks' disks: how much of it they have while they run, and volumes that are mounted into them.",
		},
		{
			Path: "storage.ephemeral", Type: "int", Kinds: "LBWJ", Default: "20", Min: 20, Max: 200, Example: "100",
			Doc: "GiB of disk that a Fargate task has until it ends, its image and its empty volumes included.",
		},
		{
			Path: "storage.readonly_fs", Type: "bool", Kinds: "LBWJ", Default: "false", Example: "true", With: "exec: false",
			Doc: "The container cannot write to its own file system; volumes that are not read-only still take what it writes.",
		},
		{
			Path: "storage.volumes", Type: "map", Kinds: "LBWJ", Example: "{uploads: {path: /var/uploads, read_only: false, efs: true}}",
			Doc: "Volumes by their names. The names and paths reach the container in FERRY_MOUNT_POINTS, as a JSON object.",
		},
		{
			Path: "storage.volumes.<name>", Type: "map", Kinds: "LBWJ", Example: "{path: /var/uploads, read_only: false, efs: true}",
			Doc: "One volume. Without a field that says what it is mounted from, it is an empty directory that lives as long as the task, for its containers to share; it belongs to root, unless the image has a VOLUME there, as those of builder go have.",
		},
		{
			Path: "storage.volumes.<name>.path", Type: "string", Kinds: "LBWJ", Example: "/var/uploads",
			Doc: "Where the service's container finds the volume; only a volume that a sidecar mounts can be without. Sidecars name their own in mount_points.",
		},
		{
			Path: "storage.volumes.<name>.read_only", Type: "bool", Kinds: "LBWJ", Default: "true", Example: "false",
			Doc: "false lets the service's container write, and on EFS gives the task role elasticfilesystem:ClientWrite.",
		},
		{
			Path: "storage.volumes.<name>.efs", Type: "bool or map", Kinds: "LBWJ", Group: "source", Example: "true",
			Doc: "Files in Amazon EFS, which outlive the tasks. true: a directory of this service's own in the environment's file system, which is made when the first service asks for it and is kept when the environment is deleted.",
		},
	}
}

func efsFields() []Field {
	return []Field{
		{
			Path: "storage.volumes.<name>.efs.id", Type: "string or map", Kinds: "LBWJ", Example: "fs-0a1b2c3d4e5f6a7b8",
			Doc: "A file system that exists, with a mount target in the zones of the tasks.",
		},
		{
			Path: "storage.volumes.<name>.efs.id.from_cfn", Type: "string", Kinds: "LBWJ", Example: "shop-files-FileSystem",
			Doc: "The name under which another CloudFormation stack exports the file system's id.",
		},
		{
			Path: "storage.volumes.<name>.efs.root_dir", Type: "string", Kinds: "LBWJ", Auto: "/", Example: "/uploads", With: "id",
			Doc: "The directory in the file system that is mounted.",
		},
		{
			Path: "storage.volumes.<name>.efs.auth", Type: "map", Kinds: "LBWJ", Example: "{access_point_id: fsap-0a1b2c3d4e5f6a7b8}", With: "id",
			Doc: "As whom the tasks mount it.",
		},
		{
			Path: "storage.volumes.<name>.efs.auth.iam", Type: "bool", Kinds: "LBWJ", Default: "true", Example: "false",
			Doc: "Mount it as the task role, which gets the permission. false: as anybody, which a file system's policy may refuse.",
		},
		{
			Path: "storage.volumes.<name>.efs.auth.access_point_id", Type: "string", Kinds: "LBWJ", Example: "fsap-0a1b2c3d4e5f6a7b8",
			Doc: "An access point of the file system, which brings its own root directory and user.",
		},
		{
			Path: "storage.volumes.<name>.efs.uid", Type: "int", Kinds: "LBWJ", Clears: []string{"id", "root_dir", "auth"}, Auto: "a number made from the service's name", Min: 1, Max: 1<<32 - 1, Example: "1000", With: "gid",
			Doc: "The user to whom the directory in the environment's file system belongs, and as whom all is written there.",
		},
		{
			Path: "storage.volumes.<name>.efs.gid", Type: "int", Kinds: "LBWJ", Clears: []string{"id", "root_dir", "auth"}, Auto: "a number made from the service's name", Min: 1, Max: 1<<32 - 1, Example: "1000", With: "uid",
			Doc: "The group to which it belongs.",
		},
	}
}

func ebsFields() []Field {
	return []Field{
		{
			Path: "storage.volumes.<name>.ebs", Type: "map", Kinds: "LBW", Group: "source", Example: "{size: 50}",
			Doc: "An EBS volume for each task, made when the task starts and deleted when it ends. A task has one at most.",
		},
		{
			Path: "storage.volumes.<name>.ebs.size", Type: "int", Kinds: "LBW", Auto: "the snapshot's size", Min: 1, Max: 16384, Example: "50",
			Doc: "GiB. The types differ in what they allow: gp2 and gp3 from 1, io1 and io2 from 4, st1 and sc1 from 125, standard to 1024.",
		},
		{
			Path: "storage.volumes.<name>.ebs.type", Type: "string", Kinds: "LBW", Default: "gp3", Enum: []string{"gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"}, Example: "io2",
			Doc: "The kind of volume: general purpose (gp), provisioned (io), throughput (st), cold (sc) or magnetic (standard).",
		},
		{
			Path: "storage.volumes.<name>.ebs.iops", Type: "int", Kinds: "LBW", Auto: "3000 with gp3", Min: 100, Max: 256000, Example: "4000",
			Doc: "Operations per second: gp3 has 3000 to 16000, io1 100 to 64000, io2 100 to 256000. io1 and io2 must say it.",
		},
		{
			Path: "storage.volumes.<name>.ebs.throughput", Type: "int", Kinds: "LBW", Auto: "125", Min: 125, Max: 1000, Example: "250",
			Doc: "MiB per second, with gp3 only.",
		},
		{
			Path: "storage.volumes.<name>.ebs.encrypted", Type: "bool", Kinds: "LBW", Default: "true", Example: "false",
			Doc: "Encrypt the volume, with EBS's own key unless kms_key names another.",
		},
		{
			Path: "storage.volumes.<name>.ebs.kms_key", Type: "string", Kinds: "LBW", Example: "alias/volumes",
			Doc: "Id, alias or ARN of the KMS key to encrypt it with.",
		},
		{
			Path: "storage.volumes.<name>.ebs.snapshot", Type: "string", Kinds: "LBW", Example: "snap-0a1b2c3d4e5f6a7b8",
			Doc: "What the volume holds at first.",
		},
		{
			Path: "storage.volumes.<name>.ebs.filesystem", Type: "string", Kinds: "LBW", Auto: "xfs (Windows: ntfs)", Enum: []string{"ext3", "ext4", "xfs", "ntfs"}, Example: "ext4",
			Doc: "The file system made on it; with a snapshot the one that is there.",
		},
		{
			Path: "storage.volumes.<name>.ebs.initialization_rate", Type: "int", Kinds: "LBW", Min: 100, Max: 300, Example: "200", With: "snapshot",
			Doc: "MiB per second at which the snapshot's data is fetched; without it, each block is when it is first read.",
		},
	}
}

// instanceVolumeFields are the volumes that need an instance under the task.
func instanceVolumeFields() []Field {
	return []Field{
		{
			Path: "storage.volumes.<name>.host", Type: "map", Kinds: "LBWJ", Group: "source", Example: "{path: /var/lib/cache}",
			Doc: "A directory of the container instance. On Fargate there is none.",
		},
		{
			Path: "storage.volumes.<name>.host.path", Type: "string", Kinds: "LBWJ", Required: true, Example: "/var/lib/cache",
			Doc: "Where it is on the instance. It is made when it is missing, and stays.",
		},
		{
			Path: "storage.volumes.<name>.docker", Type: "map", Kinds: "LBWJ", Group: "source", Example: "{scope: shared, autoprovision: true}",
			Doc: "A Docker volume on the container instance. On Fargate there is none.",
		},
		{
			Path: "storage.volumes.<name>.docker.scope", Type: "string", Kinds: "LBWJ", Default: "task", Enum: []string{"task", "shared"}, Example: "shared",
			Doc: "task: it ends with the task. shared: it stays, and other tasks on the instance find it.",
		},
		{
			Path: "storage.volumes.<name>.docker.autoprovision", Type: "bool", Kinds: "LBWJ", Default: "false", Example: "true", With: "scope",
			Doc: "Make a shared volume that is missing.",
		},
		{
			Path: "storage.volumes.<name>.docker.driver", Type: "string", Kinds: "LBWJ", Default: "local", Example: "rexray/ebs",
			Doc: "Docker's volume driver, by the name that the instance's engine has for it.",
		},
		{
			Path: "storage.volumes.<name>.docker.options", Type: "map(string)", Kinds: "LBWJ", Example: "{type: tmpfs}",
			Doc: "Options for the driver.",
		},
		{
			Path: "storage.volumes.<name>.docker.labels", Type: "map(string)", Kinds: "LBWJ", Example: "{team: checkout}",
			Doc: "Labels of the Docker volume.",
		},
		{
			Path: "storage.volumes.<name>.fsx", Type: "map", Kinds: "LBWJ", Group: "source", Example: "{id: fs-0a1b2c3d4e5f6a7b8, root_dir: share, credentials: \"arn:aws:secretsmanager:us-east-1:123456789012:secret:fsx-AbCdEf\", domain: example.com}",
			Doc: "A share of FSx for Windows File Server, for Windows containers on EC2.",
		},
		{
			Path: "storage.volumes.<name>.fsx.id", Type: "string", Kinds: "LBWJ", Required: true, Example: "fs-0a1b2c3d4e5f6a7b8",
			Doc: "The file system.",
		},
		{
			Path: "storage.volumes.<name>.fsx.root_dir", Type: "string", Kinds: "LBWJ", Required: true, Example: "share",
			Doc: "The directory in it that is mounted.",
		},
		{
			Path: "storage.volumes.<name>.fsx.credentials", Type: "string", Kinds: "LBWJ", Required: true, Example: "\"arn:aws:secretsmanager:us-east-1:123456789012:secret:fsx-AbCdEf\"",
			Doc: "ARN of the Secrets Manager secret, or of the SSM parameter, that holds the user name and the password.",
		},
		{
			Path: "storage.volumes.<name>.fsx.domain", Type: "string", Kinds: "LBWJ", Required: true, Example: "example.com",
			Doc: "The Active Directory domain that knows them.",
		},
	}
}

func s3filesFields() []Field {
	return []Field{
		{
			Path: "storage.volumes.<name>.s3files", Type: "map", Kinds: "LBWJ", Group: "source", Example: "{file_system: \"arn:aws:s3files:us-east-1:123456789012:file-system/fs-0a1b2c3d4e5f6a7b8\"}",
			Doc: "The objects of an S3 bucket as files, through an Amazon S3 Files file system that exists.",
		},
		{
			Path: "storage.volumes.<name>.s3files.file_system", Type: "string", Kinds: "LBWJ", Required: true, Example: "\"arn:aws:s3files:us-east-1:123456789012:file-system/fs-0a1b2c3d4e5f6a7b8\"",
			Doc: "ARN of the file system.",
		},
		{
			Path: "storage.volumes.<name>.s3files.access_point", Type: "string", Kinds: "LBWJ", Example: "\"arn:aws:s3files:us-east-1:123456789012:file-system/fs-0a1b2c3d4e5f6a7b8/access-point/fsap-0a1b2c3d4e5f6a7b8\"",
			Doc: "ARN of an access point of it, which brings its own root directory and user.",
		},
		{
			Path: "storage.volumes.<name>.s3files.root_dir", Type: "string", Kinds: "LBWJ", Auto: "/", Example: "/reports",
			Doc: "The directory in it that is mounted.",
		},
		{
			Path: "storage.volumes.<name>.s3files.port", Type: "port", Kinds: "LBWJ", Auto: "chosen by the mount helper", Example: "20049",
			Doc: "The port on the task's side of the encrypted connection.",
		},
	}
}
