package manifest

func httpFields() []Field {
	return []Field{
		{
			Path: "http", Type: "map or bool", Kinds: "LB", Example: "{path: /}",
			Doc: "Which requests of the environment's load balancer reach the service. The load balancer of a Backend Service is internal. false: none.",
		},
		{
			Path: "http", Type: "map", Kinds: "R", Implied: true, Example: "{alias: shop.example.com}",
			Doc: "Which requests of the environment's load balancer reach the service: App Runner takes no new customers, so ferry runs it behind one. In Express Mode ECS keeps one for it, and of these fields only private and the path of healthcheck have a meaning.",
		},
		{
			Path: "http", Type: "map", Kinds: "S", Example: "{alias: www.example.com}",
			Doc: "Under which names the site is found.",
		},
		{
			Path: "http.path", Type: "string", Kinds: "LB", Example: "/api",
			Doc: "Requests whose path is this or lies below it are for the service; / is every request.",
		},
		{
			Path: "http.alias", Type: "string or list(string or map)", Kinds: "LB", Example: "[shop.example.com, www.example.com]",
			Doc: "Host names that the service answers to. Without one it answers to any.",
		},
		{
			Path: "http.alias[]", Type: "string or map", Kinds: "LB", Short: "name", Example: "shop.example.com",
			Doc: "One host name.",
		},
		{
			Path: "http.alias[].name", Type: "string", Kinds: "LB", Required: true, Example: "shop.example.com",
			Doc: "The host name.",
		},
		{
			Path: "http.version", Type: "string", Kinds: "LBR", Default: "http1", Enum: []string{"http1", "http2", "grpc"}, Example: "http2",
			Doc: "The protocol that the load balancer speaks to the service: http1, http2 or grpc.",
		},
		{
			Path: "http.healthcheck", Type: "string or map", Kinds: "LBR", Short: "path", Implied: true, Example: "/healthz",
			Doc: "How the load balancer learns whether a task may get requests. A string is the path.",
		},
		{
			Path: "http.healthcheck.path", Type: "string", Kinds: "LBR", Auto: "/; with version grpc /AWS.ALB/healthcheck", Example: "/healthz",
			Doc: "The path that is asked for; with version grpc the method.",
		},
		{
			Path: "http.healthcheck.port", Type: "port", Kinds: "LBR", Auto: "the port that gets the requests", Example: "8081",
			Doc: "The port that is asked.",
		},
		{
			Path: "http.healthcheck.success_codes", Type: "string", Kinds: "LBR", Auto: "200; with version grpc 12, or 0 when a path is written", Example: "200-299",
			Doc: "The answers that count as healthy: one code, a list or a range.",
		},
		{
			Path: "http.healthcheck.healthy_threshold", Type: "int", Kinds: "LB", Default: "2", Min: 2, Max: 10, Example: "3",
			Doc: "Good answers in a row after which a task gets requests.",
		},
		{
			Path: "http.healthcheck.unhealthy_threshold", Type: "int", Kinds: "LB", Default: "2", Min: 2, Max: 10, Example: "3",
			Doc: "Failures in a row after which a task gets none.",
		},
		{
			Path: "http.healthcheck.timeout", Type: "duration", Kinds: "LB", Auto: "5s, or less when interval is 5s", Example: "3s",
			Doc: "Time after which an answer comes too late, 2s to 2m, less than interval.",
		},
		{
			Path: "http.healthcheck.interval", Type: "duration", Kinds: "LB", Auto: "10s, or 5s more than timeout", Example: "15s",
			Doc: "Time between two checks, 5s to 5m.",
		},
		{
			Path: "http.healthcheck.grace_period", Type: "duration", Kinds: "LBR", Default: "60s", Example: "2m",
			Doc: "Time after the start of a task in which failures do not end it.",
		},
		{
			Path: "http.stickiness", Type: "bool", Kinds: "LBR", Default: "false", Example: "true",
			Doc: "Send a client's requests to the same task, by a cookie.",
		},
		{
			Path: "http.deregistration_delay", Type: "duration", Kinds: "LBR", Default: "60s", Example: "30s",
			Doc: "Time that a task which ends has for the requests under way, up to 1h.",
		},
		{
			Path: "http.target_port", Type: "port", Kinds: "LBR", Auto: "image.port", Example: "8081",
			Doc: "The container's port that gets the requests.",
		},
		{
			Path: "http.allowed_source_ips", Type: "list(cidr)", Kinds: "LBR", Example: "[192.0.2.0/24]",
			Doc: "Only requests from these address ranges are for the service.",
		},
		{
			Path: "http.redirect_to_https", Type: "bool", Kinds: "LBR", Default: "true", Example: "false",
			Doc: "Where the environment has a certificate: answer HTTP with a redirect to HTTPS.",
		},
	}
}

func httpFieldsToCome() []Field {
	return []Field{}
}
