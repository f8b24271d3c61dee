package manifest

// expressFields are what a Request-Driven Web Service has beyond App Runner's words: ECS Express Mode, in which ECS itself
// keeps the load balancer, the address and the scaling, and the map form of count, which has a meaning there only.
func expressFields() []Field {
	const with = "express: true"
	return []Field{
		{
			Path: "express", Type: "bool", Kinds: "R", Default: "false", With: "neither http.path nor http.alias", Example: "true",
			Doc: "Run the service in ECS Express Mode: ECS itself makes its load balancer, an address with HTTPS and its scaling, and shifts traffic to a new release step by step. Without it the service runs behind the environment's load balancer.",
		},
		{
			Path: "count.range", Type: "string or map", Kinds: "R", With: with, Example: "1-10",
			Doc: "Fewest and most tasks between which Express Mode chooses, by one metric beside it.",
		},
		{
			Path: "count.range.min", Type: "int", Kinds: "R", Required: true, Min: 1, Max: 5000, Example: "1",
			Doc: "Fewest tasks, and how many a new service begins with.",
		},
		{
			Path: "count.range.max", Type: "int", Kinds: "R", Required: true, Min: 1, Max: 5000, Example: "10",
			Doc: "Most tasks.",
		},
		{
			Path: "count.cpu_percentage", Type: "int", Kinds: "R", Group: "metric", With: "count.range", Min: 1, Max: 100, Example: "70",
			Doc: "The average use of the tasks' cpu, in percent, that Express Mode keeps to.",
		},
		{
			Path: "count.memory_percentage", Type: "int", Kinds: "R", Group: "metric", With: "count.range", Min: 1, Max: 100, Example: "80",
			Doc: "The average use of the tasks' memory, in percent, that Express Mode keeps to.",
		},
		{
			Path: "count.requests", Type: "int", Kinds: "R", Group: "metric", With: "count.range", Min: 1, Max: 1<<31 - 1, Example: "1000",
			Doc: "The requests of a minute for each task that Express Mode keeps to.",
		},
	}
}
