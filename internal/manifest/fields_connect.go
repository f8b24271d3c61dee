package manifest

import "slices"

// connectFields are the rows of Service Connect.
func connectFields() []Field {
	const p, kinds = "network.connect", "LBWR"
	return slices.Concat([]Field{
		{
			Path: p, Type: "bool or map", Kinds: kinds, Default: "false", Example: "true",
			Doc: "Service Connect: other services of the environment reach this one by its name.",
		},
		{
			Path: p + ".alias", Type: "string", Kinds: kinds, Auto: "the service's name", Example: "api",
			Doc: "The name under which they reach it.",
		},
	}, connectPortFields(p, kinds), []Field{
		{
			Path: p + ".log_level", Type: "string", Kinds: kinds, Auto: "info", Enum: []string{"info", "debug"}, Example: "debug",
			Doc: "How much the proxy beside the containers writes to their log.",
		},
		{
			Path: p + ".access_log", Type: "string or map", Kinds: kinds, Short: "format", Enum: []string{"text", "json"}, Example: "json",
			Doc: "The proxy writes each call to the log, as text or json.",
		},
		{
			Path: p + ".access_log.format", Type: "string", Kinds: kinds, Required: true, Enum: []string{"text", "json"}, Example: "json",
			Doc: "The same, in the long form.",
		},
		{
			Path: p + ".access_log.query", Type: "bool", Kinds: kinds, Default: "false", Example: "true",
			Doc: "With the query behind each path, which may hold secrets.",
		},
		{
			Path: p + ".additional_ports", Type: "list(map)", Kinds: kinds, Example: "[{target_port: 9113, alias: metrics}]",
			Doc: "Further ports that other services call, each under a name of its own.",
		},
		{
			Path: p + ".additional_ports[].target_port", Type: "port", Kinds: kinds, Required: true, Example: "9113",
			Doc: "The port of one of the containers.",
		},
		{
			Path: p + ".additional_ports[].alias", Type: "string", Kinds: kinds, Required: true, Example: "metrics",
			Doc: "The name under which they reach it.",
		},
	}, connectPortFields(p+".additional_ports[]", kinds))
}

// connectPortFields are the rows of one port.
func connectPortFields(p, kinds string) []Field {
	return []Field{
		{
			Path: p + ".port", Type: "port", Kinds: kinds, Auto: "the container's port", Example: "80",
			Doc: "The port that they call.",
		},
		{
			Path: p + ".protocol", Type: "string", Kinds: kinds, Auto: "what the load balancer speaks to the port, else tcp", Enum: []string{"http", "http2", "grpc", "tcp"}, Example: "http",
			Doc: "What is spoken there. Of anything but tcp Service Connect knows single requests: it measures them, tries them again and ends them in time. It stays as it is once the service stands.",
		},
		{
			Path: p + ".ingress_port", Type: "port", Kinds: kinds, Auto: "the container's port", Example: "8443",
			Doc: "The port on which the proxy takes calls, for security groups that tell them from calls to the container itself.",
		},
		{
			Path: p + ".timeouts", Type: "map", Kinds: kinds, Example: "{idle: 10m}",
			Doc: "When the proxy gives up.",
		},
		{
			Path: p + ".timeouts.idle", Type: "duration", Kinds: kinds, Auto: "5m, with tcp 1h", Example: "10m",
			Doc: "How long a connection may rest; 0s for ever.",
		},
		{
			Path: p + ".timeouts.per_request", Type: "duration", Kinds: kinds, Auto: "15s", With: "protocol http, http2 or grpc", Example: "30s",
			Doc: "How long one request may take; 0s for ever.",
		},
		{
			Path: p + ".tls", Type: "map", Kinds: kinds, Example: "{authority: \"arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/12345678-1234-1234-1234-123456789012\"}",
			Doc: "Encrypt the calls between the proxies, which get their certificates from a private certificate authority.",
		},
		{
			Path: p + ".tls.authority", Type: "string", Kinds: kinds, Required: true, Example: "\"arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/12345678-1234-1234-1234-123456789012\"",
			Doc: "ARN of the authority in AWS Private CA. It needs the tag AmazonECSManaged: true.",
		},
		{
			Path: p + ".tls.kms_key", Type: "string", Kinds: kinds, Auto: "AWS's own", Example: "\"arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012\"",
			Doc: "ARN of the KMS key with which the certificates' private keys are kept.",
		},
		{
			Path: p + ".tls.role", Type: "string", Kinds: kinds, Auto: "a role that may do so", Example: "arn:aws:iam::111122223333:role/connect-tls",
			Doc: "ARN of the role with which ECS gets the certificates.",
		},
	}
}
