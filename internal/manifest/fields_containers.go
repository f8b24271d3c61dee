package manifest

import "slices"

// variableFields are the rows of what a container finds in its environment. more are the kinds of manifests that have
// env_file too.
func variableFields(prefix, kinds, more string) []Field {
	return []Field{
		{
			Path: prefix + "variables", Type: "map", Kinds: kinds, Example: "{LOG_LEVEL: info}",
			Doc: "Environment variables of the container.",
		},
		{
			Path: prefix + "variables.<name>", Type: "string or map", Kinds: kinds, Example: "info",
			Doc: "The value. Numbers and true or false reach the container as they are written here.",
		},
		{
			Path: prefix + "variables.<name>.from_cfn", Type: "string", Kinds: kinds, Example: "shop-test-DatabaseName",
			Doc: "The value that another CloudFormation stack exports under this name.",
		},
		{
			Path: prefix + "env_file", Type: "string", Kinds: more, Example: "./web.env",
			Doc: "A file of NAME=value lines whose name ends in .env, relative to the directory that holds ferry/; or the ARN of one in S3, which ECS reads when a task starts. variables win over it.",
		},
		{
			Path: prefix + "secrets", Type: "map", Kinds: kinds, Example: "{DB_PASSWORD: /shop/test/db_password}",
			Doc: "Environment variables whose values ECS fetches when a task starts. They appear in no template and no image.",
		},
		{
			Path: prefix + "secrets.<name>", Type: "string or map", Kinds: kinds, Example: "/shop/test/db_password",
			Doc: "Name or ARN of an SSM parameter, or the ARN of a Secrets Manager secret.",
		},
		{
			Path: prefix + "secrets.<name>.secretsmanager", Type: "string", Kinds: kinds, Group: "reference", Example: "\"mysql:password::\"",
			Doc: "Name of a Secrets Manager secret, with :key:stage:version behind it where only a part is wanted.",
		},
		{
			Path: prefix + "secrets.<name>.ssm", Type: "string", Kinds: kinds, Group: "reference", Example: "/shop/test/db_password",
			Doc: "Name of an SSM parameter: the same as without the map.",
		},
		{
			Path: prefix + "secrets.<name>.from_cfn", Type: "string", Kinds: kinds, Group: "reference", Example: "shop-test-DatabasePassword",
			Doc: "Export of another CloudFormation stack that holds the ARN of a secret or of a parameter.",
		},
	}
}

func sidecarFields() []Field {
	const kinds, s = "LBWJ", "sidecars.<name>"
	return slices.Concat([]Field{
		{
			Path: "sidecars", Type: "map", Kinds: kinds, Example: "{nginx: {image: \"public.ecr.aws/nginx/nginx:1.29\", port: 80}}",
			Doc: "Other containers of the same task, by their names. They share its network: the service's container reaches them on localhost.",
		},
		{
			Path: s, Type: "map", Kinds: kinds, Example: "{image: \"public.ecr.aws/nginx/nginx:1.29\", port: 80}",
			Doc: "One more container.",
		},
		{
			Path: s + ".port", Type: "string", Kinds: kinds, Example: "80",
			Doc: "The port that the container listens on: a number, with /udp behind it where it is not TCP.",
		},
		{
			Path: s + ".image", Type: "string or map", Kinds: kinds, Required: true, Short: "location", Example: "public.ecr.aws/nginx/nginx:1.29",
			Doc: "Where its image comes from: exactly one of build and location. A string is the location.",
		},
		{
			Path: s + ".image.location", Type: "string", Kinds: kinds, Group: "source", Example: "public.ecr.aws/nginx/nginx:1.29",
			Doc: "An image that exists already, by tag or digest.",
		},
		{
			Path: s + ".image.build", Type: "string or map", Kinds: kinds, Short: "dockerfile", Group: "source", Example: "./nginx/Dockerfile",
			Doc: "Builds the image. It stands in the service's repository beside the service's own.",
		},
	}, buildFields(s+".image.build", kinds), []Field{
		{
			Path: s + ".essential", Type: "bool", Kinds: kinds, Default: "true", Example: "true",
			Doc: "Whether the task stops when this container does.",
		},
		{
			Path: s + ".credentialsParameter", Type: "string", Kinds: kinds, Example: "arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf",
			Doc: "ARN of the Secrets Manager secret with user name and password of a private registry.",
		},
		{
			Path: s + ".entrypoint", Type: "string or list(string)", Kinds: kinds, Example: "[/docker-entrypoint.sh]",
			Doc: "Instead of the image's ENTRYPOINT. A string is split as a shell would.",
		},
		{
			Path: s + ".command", Type: "string or list(string)", Kinds: kinds, Example: "[nginx, -g, daemon off;]",
			Doc: "Instead of the image's CMD. A string is split as a shell would.",
		},
	}, variableFields(s+".", kinds, kinds), []Field{
		{
			Path: s + ".labels", Type: "map(string)", Kinds: kinds, Example: "{com.example.team: platform}",
			Doc: "Docker labels of the container.",
		},
		{
			Path: s + ".depends_on", Type: "map(string)", Kinds: kinds, Enum: dependencyConditions(), With: "a container that does not wait for this one", Example: "{web: start}",
			Doc: "Containers that must have come so far before this one starts: start, complete, success or healthy.",
		},
		{
			Path: s + ".healthcheck", Type: "map", Kinds: kinds, Example: "{command: [CMD-SHELL, \"curl -f http://localhost/ || exit 1\"]}",
			Doc: "ECS runs a command in the container to learn whether it is healthy.",
		},
	}, healthCheckFields(s+".healthcheck", kinds), []Field{
		{
			Path: s + ".mount_points", Type: "list(map)", Kinds: kinds, With: "storage.volumes", Example: "[{source_volume: uploads, path: /uploads}]",
			Doc: "Volumes of storage.volumes that this container sees.",
		},
		{
			Path: s + ".mount_points[].source_volume", Type: "string", Kinds: kinds, Required: true, Example: "uploads",
			Doc: "Name of the volume.",
		},
		{
			Path: s + ".mount_points[].path", Type: "string", Kinds: kinds, Required: true, Example: "/uploads",
			Doc: "Where the container finds it.",
		},
		{
			Path: s + ".mount_points[].read_only", Type: "bool", Kinds: kinds, Default: "true", Example: "false",
			Doc: "Whether the container may only read it.",
		},
	}, optionRows(s, kinds))
}

// containerOptionFields are what ferry says about the service's own container beyond Copilot. A sidecar has the same fields.
func containerOptionFields(prefix, kinds string) []Field {
	return append([]Field{{
		Path: prefix, Type: "map", Kinds: kinds, Example: "{memory_reservation: 128}",
		Doc: "The service's own container: what of the task it gets, and how it runs. Each sidecar has the same fields.",
	}}, optionRows(prefix, kinds)...)
}

func optionRows(prefix, kinds string) []Field {
	return slices.Concat(resourceRows(prefix+".", kinds), processRows(prefix+".", kinds), linuxRows(prefix+".", kinds), hostRows(prefix+".", kinds))
}
