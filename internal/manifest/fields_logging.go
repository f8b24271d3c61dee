package manifest

import "slices"

func loggingFields() []Field {
	const kinds = "LBWJR"
	secret := func(path, doc string) []Field {
		return []Field{
			{Path: path, Type: "map", Kinds: kinds, Example: "{apikey: /shop/test/datadog}", Doc: doc},
			{Path: path + ".<name>", Type: "string or map", Kinds: kinds, Example: "/shop/test/datadog", Doc: "Name or ARN of an SSM parameter, or the ARN of a Secrets Manager secret."},
			{Path: path + ".<name>.secretsmanager", Type: "string", Kinds: kinds, Group: "reference", Example: "datadog", Doc: "Name of a Secrets Manager secret."},
			{Path: path + ".<name>.ssm", Type: "string", Kinds: kinds, Group: "reference", Example: "/shop/test/datadog", Doc: "Name of an SSM parameter: the same as without the map."},
			{Path: path + ".<name>.from_cfn", Type: "string", Kinds: kinds, Group: "reference", Example: "shop-test-DatadogKey", Doc: "Export of another CloudFormation stack that holds the ARN."},
		}
	}
	router := variableFields("logging.", kinds, kinds)
	for i := range router {
		switch router[i].Path {
		case "logging.variables":
			router[i].Doc = "Environment variables of the log router."
		case "logging.env_file":
			router[i].Doc = "A file of NAME=value lines for the log router, relative to the directory that holds ferry/; or the ARN of one in S3."
		case "logging.secrets":
			router[i].Doc = "Environment variables of the log router whose values ECS fetches when a task starts."
		}
	}
	return slices.Concat([]Field{
		{
			Path: "logging", Type: "map", Kinds: kinds, Implied: true, Example: "{retention: 14}",
			Doc: "What becomes of the container's output. It goes to CloudWatch Logs, or, when a field other than retention, driver and options is written, through a Fluent Bit container (FireLens) elsewhere.",
		},
		{
			Path: "logging.retention", Type: "int", Kinds: kinds, Default: "30", Example: "14",
			Doc: "Days after which log lines are deleted, one of those that CloudWatch has.",
		},
		{
			Path: "logging.image", Type: "string", Kinds: kinds, Auto: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", Example: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
			Doc: "The Fluent Bit image of the log router, the container firelens_log_router.",
		},
		{
			Path: "logging.destination", Type: "map(string)", Kinds: kinds, Example: "{Name: cloudwatch, region: us-east-1, log_group_name: /shop/web, log_stream_prefix: web/}",
			Doc: "Where the router sends the service's output: the options of a Fluent Bit output plugin.",
		},
		{
			Path: "logging.enableMetadata", Type: "bool", Kinds: kinds, Auto: "true", Example: "true",
			Doc: "Whether the router adds cluster, task and container to each record.",
		},
	}, secret("logging.secretOptions", "Options of the output plugin whose values ECS fetches when a task starts."), []Field{
		{
			Path: "logging.configFilePath", Type: "string", Kinds: kinds, Example: "/extra.conf",
			Doc: "Path of a configuration file in the router's image.",
		},
	}, router, []Field{
		{
			Path: "logging.driver", Type: "string", Kinds: kinds, With: "no log router", Enum: logDrivers(), Example: "splunk",
			Doc: "A log driver instead of CloudWatch Logs. Fargate has awslogs and splunk, and awsfirelens by the other fields.",
		},
		{
			Path: "logging.options", Type: "map(string)", Kinds: kinds, With: "no log router", Example: "{max-buffer-size: 50m}",
			Doc: "Options of the log driver. Those of CloudWatch Logs are laid over ferry's own.",
		},
	})
}

// logDrivers are what ECS knows.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
func logDrivers() []string {
	return []string{"awslogs", "splunk", "fluentd", "gelf", "journald", "json-file", "syslog"}
}
