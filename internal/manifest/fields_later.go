package manifest

// fieldsToCome are refused by name, each with what is missing and the nearest thing that can.
func fieldsToCome() []Field {
	return []Field{
		{Path: "express", Type: "bool", Kinds: "R", Later: "ECS Express Mode; without it the service runs on Fargate behind the environment's load balancer"},
		{Path: "count.step", Type: "list(map)", Kinds: "LBW", Later: "step scaling; cpu_percentage, requests, custom and their like keep a metric at a value, and schedule follows the clock"},
	}
}
