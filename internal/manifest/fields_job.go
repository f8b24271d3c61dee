package manifest

// jobFields say when a job runs and what becomes of a run that fails or does not end.
func jobFields() []Field {
	return []Field{
		{
			Path: "on", Type: "map", Kinds: "J", Required: true, Example: "{schedule: \"@daily\"}",
			Doc: "When the job runs.",
		},
		{
			Path: "on.schedule", Type: "string", Kinds: "J", Required: true, Example: "\"0 2 * * *\"",
			Doc: "A crontab of five fields, @hourly, @daily, @weekly, @monthly, @yearly, @every 5m, or EventBridge Scheduler's own rate(5 minutes), cron(0 2 * * ? *) and at(2027-01-31T06:00:00). none runs it on demand only, with ferry run.",
		},
		{
			Path: "on.timezone", Type: "string", Kinds: "J", Default: "UTC", Example: "Europe/Berlin",
			Doc: "The time zone whose clock the schedule means, by its IANA name. An hour that a change to summer time leaves out is left out.",
		},
		{
			Path: "on.start", Type: "string", Kinds: "J", Example: "\"2027-01-01T00:00:00Z\"",
			Doc: "No run before this moment, in RFC 3339.",
		},
		{
			Path: "on.end", Type: "string", Kinds: "J", Example: "\"2027-12-31T00:00:00Z\"",
			Doc: "No run after this moment, in RFC 3339.",
		},
		{
			Path: "on.window", Type: "duration", Kinds: "J", Example: "15m",
			Doc: "A run may begin this much later than the schedule says, at a moment that spreads the load; whole minutes, 24h at most.",
		},
		{
			Path: "on.overlap", Type: "string", Kinds: "J", Default: "allow", Enum: []string{"allow", "skip"}, Example: "skip",
			Doc: "What happens when the time comes while a task of the job runs still: allow starts another, skip leaves the run out.",
		},
		{
			Path: "on.enabled", Type: "bool", Kinds: "J", Default: "true", Example: "false",
			Doc: "false lets the schedule rest. ferry run works all the same.",
		},
		{
			Path: "timeout", Type: "duration", Kinds: "J", Example: "1h30m",
			Doc: "A run, its retries included, that has not ended by then is stopped and has failed. Whole seconds.",
		},
		{
			Path: "retries", Type: "int", Kinds: "J", Default: "0", Max: 99999999, Example: "3",
			Doc: "How often a run that failed is tried again, after 10 seconds at first and half as long again each time.",
		},
		{
			Path: "network.connect", Type: "bool or map", Kinds: "J", Default: "false", With: "a service", Example: "true",
			Doc: "Service Connect, which a job's tasks have not: it is read for Copilot's sake, and does nothing.",
		},
		{
			Path: "network.connect.alias", Type: "string", Kinds: "J", With: "a service", Example: "api",
			Doc: "The same.",
		},
	}
}
