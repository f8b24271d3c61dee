package manifest

// fieldsToCome are refused by name, each with what is missing and the nearest thing that can.
func fieldsToCome() []Field {
	return []Field{
		{Path: "express", Type: "bool", Kinds: "R", Later: "ECS Express Mode; without it the service runs on Fargate behind the environment's load balancer"},
	}
}
