package manifest

import "slices"

// Deployment strategies, as ECS writes them.
const (
	StrategyRolling   = "ROLLING"
	StrategyBlueGreen = "BLUE_GREEN"
	StrategyLinear    = "LINEAR"
	StrategyCanary    = "CANARY"
)

// deploymentFields say how a new revision takes the place of the old one.
func deploymentFields() []Field {
	return slices.Concat([]Field{
		{
			Path: "deployment", Type: "map", Kinds: "LBW", Implied: true, Example: "{rolling: recreate}",
			Doc: "How a new release takes the place of the old one.",
		},
		{
			Path: "deployment.rolling", Type: "string", Kinds: "LBW", With: "no percentages", Enum: []string{"default", "recreate"}, Example: "recreate",
			Doc: "default starts new tasks before it stops old ones; recreate stops all old ones first, for what must not run twice.",
		},
		{
			Path: "deployment.strategy", Type: "string", Kinds: "LBW", Default: "rolling", Enum: []string{"rolling", "blue_green", "linear", "canary"}, With: "what its strategy needs", Example: "blue_green",
			Doc: "rolling replaces tasks one after another. blue_green starts all new ones and then moves the traffic at once, linear in equal steps, canary a small part first.",
		},
		{
			Path: "deployment.minimum_healthy_percent", Type: "int", Kinds: "LBW", Auto: "100; with rolling: recreate, or scheduling: daemon, 0", Max: 100, Example: "50",
			Doc: "How many of the tasks stay during a deployment, in percent.",
		},
		{
			Path: "deployment.maximum_percent", Type: "int", Kinds: "LBW", Auto: "200; with rolling: recreate, or scheduling: daemon, 100", Min: 100, Max: 10000, Example: "150",
			Doc: "How many tasks there may be during a deployment, in percent of those that are wanted.",
		},
		{
			Path: "deployment.health_check_grace", Type: "duration", Kinds: "LBW", Auto: "http.healthcheck.grace_period; without a load balancer 0s", Example: "2m",
			Doc: "Time after the start of a task in which no failed health check ends it, the container's own included.",
		},
	}, breakerFields(), rollbackFields(), shiftFields(), testFields(), earlyFields(), hookFields())
}

func breakerFields() []Field {
	const p = "deployment.circuit_breaker"
	return []Field{
		{
			Path: p, Type: "bool or map", Kinds: "LBW", Short: "enable", Implied: true, Example: "false",
			Doc: "Whether ECS gives a deployment up whose tasks do not get healthy.",
		},
		{Path: p + ".enable", Type: "bool", Kinds: "LBW", Default: "true", Example: "false", Doc: "The same, in the long form."},
		{Path: p + ".rollback", Type: "bool", Kinds: "LBW", Default: "true", Example: "false", Doc: "Go back to the last deployment that succeeded."},
		{Path: p + ".reset_on_healthy_task", Type: "bool", Kinds: "LBW", Default: "true", Example: "false", Doc: "Count failures anew when a task gets healthy."},
		{
			Path: p + ".threshold", Type: "map", Kinds: "LBW", With: "enable: true", Example: "{type: count, value: 5}",
			Doc: "How many tasks may fail. Without it: half of the tasks, at least 3 and at most 200.",
		},
		{
			Path: p + ".threshold.type", Type: "string", Kinds: "LBW", Required: true, Enum: []string{"count", "bounded_percent", "unbounded_percent"}, Example: "count",
			Doc: "count: so many tasks. bounded_percent: percent of the tasks, at least 3 and at most 200. unbounded_percent: percent of the tasks.",
		},
		{Path: p + ".threshold.value", Type: "int", Kinds: "LBW", Required: true, Min: 1, Max: 100000, Example: "5", Doc: "The number, or the percentage."},
	}
}

func rollbackFields() []Field {
	const p = "deployment.rollback_alarms"
	return []Field{
		{
			Path: p, Type: "list(string) or map", Kinds: "LBW", Example: "[shop-errors]",
			Doc: "CloudWatch alarms that end a deployment when they go off: names of those that exist, or thresholds for which ferry makes some.",
		},
		{Path: p + ".cpu_utilization", Type: "number", Kinds: "LBW", Example: "70", Doc: "The average use of the tasks' cpu, in percent, at which the alarm goes off."},
		{Path: p + ".memory_utilization", Type: "number", Kinds: "LBW", Example: "80", Doc: "The average use of the tasks' memory, in percent, at which the alarm goes off."},
		{Path: p + ".messages_delayed", Type: "int", Kinds: "W", Min: 1, Max: 1<<31 - 1, Example: "5", Doc: "The number of messages that wait for their delay to pass at which the alarm goes off."},
		{
			Path: "deployment.rollback_on_alarm", Type: "bool", Kinds: "LBW", Default: "true", With: "rollback_alarms", Example: "false",
			Doc: "Go back to the last deployment when an alarm ends one; false only ends it.",
		},
	}
}

func shiftFields() []Field {
	return []Field{
		{
			Path: "deployment.bake_time", Type: "duration", Kinds: "LBW", With: "strategy blue_green, linear or canary", Example: "15m",
			Doc: "How long both revisions run after all traffic has moved, in whole minutes up to 24h. blue_green needs it.",
		},
		{Path: "deployment.linear", Type: "map", Kinds: "LBW", With: "strategy linear", Example: "{step_percent: 25, step_bake_time: 10m}", Doc: "The steps of the strategy linear."},
		{Path: "deployment.linear.step_percent", Type: "number", Kinds: "LBW", Auto: "10", Example: "25", Doc: "How much of the traffic moves with each step: 3 to 100 percent, in tenths."},
		{Path: "deployment.linear.step_bake_time", Type: "duration", Kinds: "LBW", Auto: "6m", Example: "10m", Doc: "Time between two steps, in whole minutes up to 24h."},
		{Path: "deployment.canary", Type: "map", Kinds: "LBW", With: "strategy canary", Example: "{percent: 5, bake_time: 30m}", Doc: "The first part of the strategy canary."},
		{Path: "deployment.canary.percent", Type: "number", Kinds: "LBW", Auto: "5", Example: "5", Doc: "How much of the traffic moves first: 0.1 to 100 percent, in tenths."},
		{Path: "deployment.canary.bake_time", Type: "duration", Kinds: "LBW", Auto: "10m", Example: "30m", Doc: "Time before the rest follows, in whole minutes up to 24h."},
	}
}

func testFields() []Field {
	const p = "deployment.test_traffic"
	return []Field{
		{
			Path: p, Type: "map", Kinds: "LBW", With: "strategy blue_green, linear or canary", Example: "{header: X-Test, value: \"1\"}",
			Doc: "Requests that reach the new tasks before all others do, for hooks and people to try them: those with a header, on the load balancer and through Service Connect.",
		},
		{Path: p + ".header", Type: "string", Kinds: "LBW", Required: true, Example: "X-Test", Doc: "The header's name, up to 40 characters."},
		{Path: p + ".value", Type: "string", Kinds: "LBW", Required: true, Example: "\"1\"", Doc: "The header's value, in full."},
	}
}

func earlyFields() []Field {
	const p = "deployment.early_success"
	return []Field{
		{
			Path: p, Type: "map", Kinds: "LBW", With: "strategy rolling", Example: "{healthy_percent: 100}",
			Doc: "Call a deployment successful before all of it is done.",
		},
		{
			Path: p + ".healthy_percent", Type: "int", Kinds: "LBW", Required: true, Max: 100, Example: "100",
			Doc: "How many of the new tasks must be healthy, in percent; at least minimum_healthy_percent.",
		},
		{
			Path: p + ".cleanup", Type: "string", Kinds: "LBW", Default: "blocking", Enum: []string{"blocking", "deferred"}, Example: "deferred",
			Doc: "blocking waits until the old tasks are gone; deferred lets them go afterwards.",
		},
	}
}

func hookFields() []Field {
	const p = "deployment.hooks[]"
	return []Field{
		{
			Path: "deployment.hooks", Type: "list(map)", Kinds: "LBW", With: "strategy blue_green, linear or canary", Example: "[{type: pause, stages: [POST_TEST_TRAFFIC_SHIFT]}]",
			Doc: "What happens at given stages of a deployment: a Lambda function decides, or a person.",
		},
		{Path: p, Type: "map", Kinds: "LBW", Example: "{type: pause, stages: [POST_TEST_TRAFFIC_SHIFT]}", Doc: "One hook."},
		{
			Path: p + ".type", Type: "string", Kinds: "LBW", Default: "lambda", Enum: []string{"lambda", "pause"}, Example: "pause",
			Doc: "lambda calls a function; pause waits until somebody says that it may go on.",
		},
		{Path: p + ".stages", Type: "list(string)", Kinds: "LBW", Required: true, Enum: hookStages(), Example: "[POST_TEST_TRAFFIC_SHIFT]", Doc: "The stages at which it happens."},
		{
			Path: p + ".function", Type: "string", Kinds: "LBW", Example: "arn:aws:lambda:us-east-1:111122223333:function:check",
			Doc: "The ARN of the Lambda function.",
		},
		{
			Path: p + ".role", Type: "string", Kinds: "LBW", Auto: "a role that may call the function", Example: "arn:aws:iam::111122223333:role/call-check",
			Doc: "The ARN of the role with which ECS calls the function.",
		},
		{
			Path: p + ".details", Type: "any", Kinds: "LBW", With: "type lambda", Example: "{url: \"https://shop.example.com/healthz\"}",
			Doc: "What the function is given with each call: whatever YAML can say. It reaches the function as JSON.",
		},
		{Path: p + ".timeout", Type: "duration", Kinds: "LBW", Auto: "24h", Example: "2h", Doc: "How long ECS waits for it, in whole minutes."},
		{Path: p + ".on_timeout", Type: "string", Kinds: "LBW", Default: "rollback", Enum: []string{"rollback", "continue"}, Example: "continue", Doc: "What happens when nobody has said anything by then."},
	}
}

// hookStages are the stages at which ECS calls hooks.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHook.html
func hookStages() []string {
	return []string{
		"RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
		"PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT",
	}
}
