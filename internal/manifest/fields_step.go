package manifest

import "slices"

// stepFields are count.step: tasks come and go by how far a metric is beyond a threshold.
func stepFields() []Field {
	const p = "count.step[]"
	return kinds("LBW", slices.Concat([]Field{
		{
			Path: "count.step", Type: "list(map)", With: "count.range", Example: "[{metric: cpu_percentage, threshold: 70, steps: [{to: 15, add: 1}, {from: 15, add: 3}]}]",
			Doc: "Changes of the number of tasks by how far a metric is beyond a threshold. Each is a scaling policy and the CloudWatch alarm that tells it to act.",
		},
		{
			Path: p, Type: "map", Example: "{metric: cpu_percentage, threshold: 70, steps: [{to: 15, add: 1}, {from: 15, add: 3}]}",
			Doc: "One metric with its threshold and its steps. What goes up with one entry comes down with another, or with the metrics that scaling keeps at a value.",
		},
		{Path: p + ".name", Type: "string", Auto: "step-1 and so on", Example: "busy", Doc: "The name of the scaling policy and of the alarm."},
		{
			Path: p + ".metric", Type: "string", Required: true, Example: "cpu_percentage",
			Doc: "What is measured: cpu_percentage, memory_percentage, requests (of a period and a task), response_time, messages (that wait in a worker's queue), or, with namespace, the name of a metric of one's own.",
		},
		{Path: p + ".namespace", Type: "string", Example: "Shop", Doc: "The namespace of a metric of one's own."},
		{Path: p + ".dimensions", Type: "map(string)", With: "namespace", Example: "{Service: web}", Doc: "The metric's dimensions: all that it is published with."},
		{
			Path: p + ".statistic", Type: "string", Auto: "average; maximum of messages, the sum of requests", Enum: statistics(), Example: "maximum",
			Doc: "What is made of the values of a period.",
		},
		{Path: p + ".unit", Type: "string", With: "namespace", Example: "Count", Doc: "The metric's unit, as it is published."},
	}, alarmFields(p), policyFields(p)))
}

// alarmFields say when the alarm of a step goes off.
func alarmFields(p string) []Field {
	return []Field{
		{
			Path: p + ".comparison", Type: "string", Default: "\">=\"", Enum: comparisons(), Example: "\"<=\"",
			Doc: "How the metric stands to the threshold for the steps to be taken. YAML wants quotes around what begins with >.",
		},
		{
			Path: p + ".threshold", Type: "number or duration", Required: true, Example: "70",
			Doc: "The value that the metric is compared with; of response_time a duration, 500ms.",
		},
		{Path: p + ".period", Type: "duration", Default: "60s", Example: "10s", Doc: "How long the values are gathered for one data point: whole minutes, and 10s, 20s or 30s where the metric is published that often."},
		{Path: p + ".periods", Type: "int", Default: "1", Min: 1, Max: 10080, Example: "3", Doc: "How many of the latest data points are looked at; together not more than a day, or a week of periods of an hour and more."},
		{Path: p + ".datapoints", Type: "int", Auto: "all that are looked at", Min: 1, Max: 10080, Example: "2", Doc: "How many of them have to be beyond the threshold."},
		{
			Path: p + ".missing_data", Type: "string", Default: "missing", Enum: []string{"missing", "ignore", "breaching", "not_breaching"}, Example: "not_breaching",
			Doc: "What a period without data is: nothing to go by, a reason to leave the alarm as it is, beyond the threshold, or within it.",
		},
	}
}

// policyFields say what is done once the alarm has gone off.
func policyFields(p string) []Field {
	step := p + ".steps[]"
	return []Field{
		{
			Path: p + ".steps", Type: "list(map)", Required: true, Example: "[{to: 15, add: 1}, {from: 15, add: 3}]",
			Doc: "What is done, by how far the metric is beyond the threshold: from 1 to 20 steps, without a gap from the threshold on. The last has no end.",
		},
		{Path: step, Type: "map", Example: "{from: 15, add: 3}", Doc: "One step. All steps of a metric either add and remove tasks, or a percentage of them, or set their number."},
		{
			Path: step + ".from", Type: "number", Auto: "the threshold, or with < and <= no bound", Example: "15",
			Doc: "The metric less the threshold, where the step begins: 0 or more, with < and <= less than 0. Of response_time in seconds.",
		},
		{
			Path: step + ".to", Type: "number", Auto: "no bound, or with < and <= the threshold", Example: "30",
			Doc: "The metric less the threshold, where the step ends.",
		},
		{Path: step + ".add", Type: "int or string", Group: "change", Max: 5000, Example: "2", Doc: "How many tasks are added: a number, or a percentage of those there are, 50%."},
		{Path: step + ".remove", Type: "int or string", Group: "change", Max: 5000, Example: "10%", Doc: "How many tasks are taken away, likewise."},
		{Path: step + ".set", Type: "int", Group: "change", Max: 5000, Example: "10", Doc: "How many tasks there are to be."},
		{Path: p + ".at_least", Type: "int", With: "percentages", Min: 1, Max: 5000, Example: "2", Doc: "The fewest tasks that a percentage adds or takes away."},
		{
			Path: p + ".cooldown", Type: "duration", Auto: "count.cooldown: in where all steps remove tasks, otherwise out", Example: "90s",
			Doc: "Time after a change on account of this metric before the next.",
		},
	}
}

// comparisons are those with a threshold that CloudWatch's alarms have.
func comparisons() []string { return []string{">=", ">", "<=", "<"} }

// The measures of ferry's own that a step can be about. Any other name is of a metric with a namespace.
const (
	MeasureCPU          = "cpu_percentage"
	MeasureMemory       = "memory_percentage"
	MeasureRequests     = "requests"
	MeasureResponseTime = "response_time"
	MeasureMessages     = "messages"
)

// measuresOf are those that a kind of manifest has.
func measuresOf(kind rune) []string {
	if kind == kindWorker {
		return []string{MeasureCPU, MeasureMemory, MeasureMessages}
	}
	return []string{MeasureCPU, MeasureMemory, MeasureRequests, MeasureResponseTime}
}
