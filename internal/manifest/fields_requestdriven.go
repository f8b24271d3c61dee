package manifest

// requestDrivenFields are the fields of a Request-Driven Web Service that differ from a Load Balanced Web Service's: what
// App Runner had instead of a load balancer and of ECS's sizes. The bounds are App Runner's.
func requestDrivenFields() []Field {
	return []Field{
		{
			Path: "http.path", Type: "string", Kinds: "R", Default: "/", Example: "/api",
			Doc: "Requests whose path is this or lies below it are for the service; / is every request. Services that share the load balancer differ in path or alias.",
		},
		{
			Path: "http.alias", Type: "string or list(string)", Kinds: "R", Example: "shop.example.com",
			Doc: "Host names that the service answers to. Without one it answers to any.",
		},
		{
			Path: "http.private", Type: "bool or map", Kinds: "R", Default: "false", Example: "true",
			Doc: "Answer within the environment only: behind its internal load balancer.",
		},
		{
			Path: "http.private.endpoint", Type: "string", Kinds: "R", With: "App Runner", Example: "vpce-0a1b2c3d4e5f6a7b8",
			Doc: "The VPC endpoint through which App Runner was reached. The internal load balancer needs none, so it is left alone.",
		},
		{
			Path: "http.healthcheck.healthy_threshold", Type: "int", Kinds: "R", Default: "3", Min: 1, Max: 20, Example: "2",
			Doc: "Good answers in a row after which a task gets requests. The load balancer has 2 to 10; what lies outside becomes the nearest.",
		},
		{
			Path: "http.healthcheck.unhealthy_threshold", Type: "int", Kinds: "R", Default: "3", Min: 1, Max: 20, Example: "5",
			Doc: "Failures in a row after which a task gets none. The load balancer has 2 to 10; what lies outside becomes the nearest.",
		},
		{
			Path: "http.healthcheck.timeout", Type: "duration", Kinds: "R", Default: "2s", Example: "3s",
			Doc: "Time after which a check has failed. The load balancer has 2s at least.",
		},
		{
			Path: "http.healthcheck.interval", Type: "duration", Kinds: "R", Default: "5s", Example: "10s",
			Doc: "Time between two checks. The load balancer has 5s at least, and more than timeout.",
		},
		{
			Path: "cpu", Type: "int", Kinds: "R", Auto: "1024, or the smallest that fits memory", Min: 1, Max: 1 << 17, Example: "512",
			Doc: "CPU units of a task; 1024 is one vCPU. Fargate has every size of App Runner's; what it has not becomes the next larger.",
		},
		{
			Path: "memory", Type: "int", Kinds: "R", Auto: "2048, or the smallest that fits cpu", Min: 4, Max: 1 << 24, Example: "1024",
			Doc: "Memory of a task in MiB. What Fargate has not with the cpu becomes the next larger.",
		},
		{
			Path: "count", Type: "int or string or map", Kinds: "R", Default: "1", Max: 5000, Example: "2",
			Doc: "How many tasks run. With express: true it may be a range, and what ECS chooses by. The name of an App Runner auto scaling configuration is taken too, but has no meaning on ECS: 1 task runs.",
		},
		{
			Path: "tags", Type: "map(string)", Kinds: "R", Example: "{project: storefront}",
			Doc: "Tags for what ferry makes for the service, beside those of app.yml.",
		},
	}
}
