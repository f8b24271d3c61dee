package manifest

import "slices"

// scalingFields are the map form of count: how the number of tasks follows load and the clock.
func scalingFields() []Field {
	return slices.Concat(
		rangeFields(),
		trackingFields("cpu_percentage", "int", 100, "The average use of the tasks' cpu, in percent, that scaling keeps to.", "70"),
		resolutionField("cpu_percentage"),
		trackingFields("memory_percentage", "int", 100, "The average use of the tasks' memory, in percent, that scaling keeps to.", "80"),
		resolutionField("memory_percentage"),
		trackingFields("requests", "int", 1<<31-1, "The requests of a minute for each task that scaling keeps to, counted by the load balancer.", "1000"),
		trackingFields("response_time", "duration", 0, "The average time to an answer that scaling keeps to, measured by the load balancer.", "250ms"),
		queueDelayFields(),
		customMetricFields(),
		stepFields(),
		scheduleFields(),
	)
}

func rangeFields() []Field {
	return slices.Concat([]Field{
		{
			Path: "count.range", Type: "string or map", Kinds: "LBWJ", With: "a metric or a schedule", Example: "1-10",
			Doc: "Fewest and most tasks between which auto scaling chooses.",
		},
		{
			Path: "count.range.min", Type: "int", Kinds: "LBWJ", Required: true, Max: 5000, Example: "1",
			Doc: "Fewest tasks, and how many a new service begins with.",
		},
		{
			Path: "count.range.max", Type: "int", Kinds: "LBWJ", Required: true, Min: 1, Max: 5000, Example: "10",
			Doc: "Most tasks.",
		},
		{
			Path: "count.range.spot_from", Type: "int", Kinds: "LBWJ", Min: 1, Max: 5000, Example: "3",
			Doc: "The first task that runs on Fargate Spot; those before it do not.",
		},
	}, cooldownFields("count", "Time to wait between two changes, for every metric that says nothing else."))
}

func cooldownFields(parent, doc string) []Field {
	return []Field{
		{Path: parent + ".cooldown", Type: "map", Kinds: "LBWJ", With: "a metric", Example: "{in: 2m, out: 30s}", Doc: doc},
		{
			Path: parent + ".cooldown.in", Type: "duration", Kinds: "LBWJ", Auto: "120s", Example: "2m",
			Doc: "Time after a change before tasks are taken away.",
		},
		{
			Path: parent + ".cooldown.out", Type: "duration", Kinds: "LBWJ", Auto: "60s", Example: "30s",
			Doc: "Time after a change before more tasks are added.",
		},
	}
}

// trackingFields are a metric that scaling keeps at a value: a number, or a map with a cooldown.
func trackingFields(name, typ string, most int64, doc, example string) []Field {
	p := "count." + name
	least := min(1, most)
	return slices.Concat([]Field{
		{Path: p, Type: typ + " or map", Kinds: "LBWJ", Short: "value", With: "count.range", Min: least, Max: most, Example: example, Doc: doc},
		{Path: p + ".value", Type: typ, Kinds: "LBWJ", Required: true, Min: least, Max: most, Example: example, Doc: "The value, in the long form."},
	}, cooldownFields(p, "Time to wait between two changes on account of this metric."))
}

func resolutionField(name string) []Field {
	return []Field{{
		Path: "count." + name + ".high_resolution", Type: "bool", Kinds: "LBWJ", Default: "false", Example: "true",
		Doc: "Measure every 20 seconds instead of every minute, so that scaling answers sooner; CloudWatch bills the finer metric.",
	}}
}

func queueDelayFields() []Field {
	return slices.Concat([]Field{
		{
			Path: "count.queue_delay", Type: "map", Kinds: "LBWJ", With: "count.range", Example: "{acceptable_latency: 10m, msg_processing_time: 250ms}",
			Doc: "Keep as many tasks as it takes for a message not to wait too long in the queue.",
		},
		{
			Path: "count.queue_delay.acceptable_latency", Type: "duration", Kinds: "LBWJ", Required: true, Example: "10m",
			Doc: "The longest that a message may wait.",
		},
		{
			Path: "count.queue_delay.msg_processing_time", Type: "duration", Kinds: "LBWJ", Required: true, Example: "250ms",
			Doc: "The average time that a task works on one message.",
		},
	}, cooldownFields("count.queue_delay", "Time to wait between two changes on account of the queue."))
}

func customMetricFields() []Field {
	const p = "count.custom.<name>"
	return slices.Concat([]Field{
		{
			Path: "count.custom", Type: "map", Kinds: "LBW", With: "count.range", Example: "{sessions: {namespace: Shop, metric: ActiveSessions, value: 100}}",
			Doc: "Metrics of one's own that scaling keeps at a value, by names of one's choice.",
		},
		{
			Path: p, Type: "map", Kinds: "LBW", Example: "{namespace: Shop, metric: ActiveSessions, value: 100}",
			Doc: "One CloudWatch metric. It has to fall when tasks are added: a number for each task, not a sum over all.",
		},
		{Path: p + ".namespace", Type: "string", Kinds: "LBW", Required: true, Example: "Shop", Doc: "The metric's namespace."},
		{Path: p + ".metric", Type: "string", Kinds: "LBW", Required: true, Example: "ActiveSessions", Doc: "The metric's name."},
		{Path: p + ".dimensions", Type: "map(string)", Kinds: "LBW", Example: "{Service: web}", Doc: "The metric's dimensions: all that it is published with."},
		{
			Path: p + ".statistic", Type: "string", Kinds: "LBW", Default: "average", Enum: statistics(), Example: "maximum",
			Doc: "What is made of the values of a minute.",
		},
		{Path: p + ".unit", Type: "string", Kinds: "LBW", Example: "Count", Doc: "The metric's unit, as it is published."},
		{Path: p + ".value", Type: "number", Kinds: "LBW", Required: true, Example: "100", Doc: "The value that scaling keeps to."},
		{Path: p + ".scale_in", Type: "bool", Kinds: "LBW", Default: "true", Example: "false", Doc: "Whether this metric may take tasks away; false only ever adds some."},
	}, kinds("LBW", cooldownFields(p, "Time to wait between two changes on account of this metric.")))
}

func statistics() []string { return []string{"average", "minimum", "maximum", "sum", "sample_count"} }

// kinds gives rows to other manifests.
func kinds(letters string, fields []Field) []Field {
	for i := range fields {
		fields[i].Kinds = letters
	}
	return fields
}

func scheduleFields() []Field {
	const p = "count.schedule[]"
	return []Field{
		{
			Path: "count.schedule", Type: "list(map)", Kinds: "LBW", With: "count.range", Example: "[{at: cron(0 8 ? * MON-FRI *), range: 4-20}]",
			Doc: "Other ranges from given times on.",
		},
		{Path: p, Type: "map", Kinds: "LBW", Example: "{at: cron(0 8 ? * MON-FRI *), range: 4-20}", Doc: "One change of the range. It holds until the next."},
		{
			Path: p + ".at", Type: "string", Kinds: "LBW", Required: true, Example: "cron(0 8 ? * MON-FRI *)",
			Doc: "When: five fields of a crontab, @daily and its like, cron(…), rate(1 hour) or at(2026-12-24T18:00:00).",
		},
		{Path: p + ".name", Type: "string", Kinds: "LBW", Auto: "schedule-1 and so on", Example: "morning", Doc: "The name of the scheduled action."},
		{Path: p + ".timezone", Type: "string", Kinds: "LBW", Auto: "UTC", Example: "Europe/Berlin", Doc: "The time zone of at and cron, by its IANA name."},
		{Path: p + ".range", Type: "string or map", Kinds: "LBW", Required: true, Example: "4-20", Doc: "Fewest and most tasks from then on."},
		{Path: p + ".range.min", Type: "int", Kinds: "LBW", Max: 5000, Example: "4", Doc: "Fewest tasks; without it that does not change."},
		{Path: p + ".range.max", Type: "int", Kinds: "LBW", Max: 5000, Example: "20", Doc: "Most tasks; without it that does not change."},
		{Path: p + ".start", Type: "string", Kinds: "LBW", Example: "\"2026-12-01T00:00:00Z\"", Doc: "The time before which a repeated change does not happen, with its offset from UTC."},
		{Path: p + ".end", Type: "string", Kinds: "LBW", Example: "\"2027-01-01T00:00:00Z\"", Doc: "The time after which it does not happen any more."},
	}
}

// followers are the fields of count that make the number follow something, which a fixed number does not stand beside.
func followers() []string {
	return []string{"range", "cooldown", "cpu_percentage", "memory_percentage", "requests", "response_time", "queue_delay", "custom", "step", "schedule"}
}
