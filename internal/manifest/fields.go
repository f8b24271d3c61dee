package manifest

import "slices"

// Fields returns the table of all fields, in the order in which the reference shows them. A field of a map stands
// somewhere behind its map.
func Fields() []Field {
	return slices.Concat(
		commonFields(),
		imageFields(),
		httpFields(),
		httpFieldsToCome(),
		requestDrivenFields(),
		expressFields(),
		siteFields(),
		routingFields(),
		nlbFields(),
		sizeFields(),
		scalingFields(),
		deploymentFields(),
		workloadObservabilityFields(),
		containerFields(),
		containerOptionFields("container", "LBWJR"),
		networkFields(),
		connectFields(),
		capacityFields(),
		loggingFields(),
		publishFields(),
		subscribeFields(),
		storageFields(),
		efsFields(),
		ebsFields(),
		instanceVolumeFields(),
		s3filesFields(),
		jobFields(),
		sidecarFields(),
		roleFields(),
		taskdefOverrideFields(),
		overrideFields(),
		environmentFields(),
		clusterFields(),
		environmentNetworkFields(),
		environmentHTTPFields(),
		domainFields(),
		environmentEdgeFields(),
		edgeFieldsToCome(),
		appFields(),
		appImageFields(),
	)
}

func commonFields() []Field {
	return []Field{
		{
			Path: "name", Type: "string", Kinds: "LBWJRS", Required: true, Example: "web",
			Doc: "The workload's name: that of its directory. It names the ECS service, the log group and the image repository.",
		},
		{
			Path: "type", Type: "string", Kinds: "LBW", Required: true, Example: "Load Balanced Web Service",
			Doc: "What the workload is: Load Balanced Web Service (answers from the internet), Backend Service (answers within the environment, or not at all) or Worker Service (works on messages of a queue).",
		},
		{
			Path: "type", Type: "string", Kinds: "J", Required: true, Example: "Scheduled Job",
			Doc: "Scheduled Job: tasks that run to their end, when a schedule says so or when they are asked to.",
		},
		{
			Path: "type", Type: "string", Kinds: "R", Required: true, Example: "Request-Driven Web Service",
			Doc: "Request-Driven Web Service: what App Runner ran. It takes no new customers, so ferry runs the service on Fargate behind the environment's load balancer, or with express: true in ECS Express Mode.",
		},
		{
			Path: "type", Type: "string", Kinds: "S", Required: true, Example: "Static Site",
			Doc: "Static Site: files that CloudFront serves out of a bucket. It has no container.",
		},
		{
			Path: "name", Type: "string", Kinds: "E", Required: true, Example: "test",
			Doc: "The environment's name: that of its directory, and the value of --env.",
		},
		{
			Path: "type", Type: "string", Kinds: "E", Required: true, Example: "Environment",
			Doc: "Always Environment.",
		},
	}
}

// overrideFields are the per-environment values. Below <environment> stands every field but name, type and environments.
func overrideFields() []Field {
	return []Field{
		{
			Path: "environments", Type: "map", Kinds: "LBWJR", Example: "{prod: {count: 2}}",
			Doc: "Other values for single environments, by their names. Maps merge by key, lists are replaced, and of fields that exclude each other the one written here stays; null takes a value back.",
		},
		{
			Path: "environments.<environment>", Type: "map", Kinds: "LBWJR", Example: "{count: 2}",
			Doc: "The values for one environment: every field but name, type and environments.",
		},
		{
			Path: "environments", Type: "map", Kinds: "S", Example: "{prod: {files: [{source: dist}]}}",
			Doc: "Other values for single environments, by their names. Maps merge by key, lists are replaced; null takes a value back.",
		},
		{
			Path: "environments.<environment>", Type: "map", Kinds: "S", Example: "{files: [{source: dist}]}",
			Doc: "The values for one environment: every field but name, type and environments.",
		},
	}
}

func appFields() []Field {
	return []Field{
		{
			Path: "name", Type: "string", Kinds: "A", Required: true, Example: "shop",
			Doc: "The application's name. Every stack, role and repository begins with it.",
		},
		{
			Path: "tags", Type: "map(string)", Kinds: "A", Example: "{team: checkout}",
			Doc: "Tags for every resource that ferry makes.",
		},
		{
			Path: "permissions_boundary", Type: "string", Kinds: "A", Example: "developer-boundary",
			Doc: "Name or ARN of an IAM policy that every role gets as its permissions boundary.",
		},
	}
}
