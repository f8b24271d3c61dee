package manifest

// publishFields are the topics that a workload sends messages to.
func publishFields() []Field {
	return []Field{
		{
			Path: "publish", Type: "map", Kinds: "LBWJR", Example: "{topics: [{name: orders}]}",
			Doc: "What the workload tells others.",
		},
		{
			Path: "publish.topics", Type: "list(map)", Kinds: "LBWJR", Example: "[{name: orders}]",
			Doc: "SNS topics that the workload sends messages to. FERRY_SNS_TOPIC_ARNS tells it their ARNs, as JSON, by their names.",
		},
		{
			Path: "publish.topics[].name", Type: "string", Kinds: "LBWJR", Required: true, Example: "orders",
			Doc: "The topic's name, to which <app>-<env>-<service>- is put before.",
		},
		{
			Path: "publish.topics[].fifo", Type: "bool or map", Kinds: "LBWJR", Default: "false", Example: "true",
			Doc: "Keep the messages' order and drop doubles. The name gets .fifo behind it, and only FIFO queues receive from it.",
		},
		{
			Path: "publish.topics[].fifo.content_based_deduplication", Type: "bool", Kinds: "LBWJR", Example: "true",
			Doc: "Messages with the same body are doubles; otherwise those with the same deduplication ID.",
		},
		{
			Path: "publish.topics[].kms_key", Type: "string", Kinds: "LBWJR", Auto: "alias/aws/sns, the key that SNS keeps for the account", Example: "alias/messages",
			Doc: "KMS key that encrypts the messages: an ARN, an id or alias/<name>.",
		},
	}
}

// subscribeFields are a worker's queues, and the topics that fill them.
func subscribeFields() []Field {
	return append([]Field{
		{
			Path: "subscribe", Type: "map", Kinds: "W", Implied: true, Example: "{topics: [{name: orders, service: api}]}",
			Doc: "What the worker is told by others. Its queue exists without any topic, too: FERRY_QUEUE_URI names it.",
		},
		{
			Path: "subscribe.topics", Type: "list(map)", Kinds: "W", Example: "[{name: orders, service: api}]",
			Doc: "SNS topics, published by other workloads of the environment, whose messages go to the queue.",
		},
		{
			Path: "subscribe.topics[].name", Type: "string", Kinds: "W", Required: true, Example: "orders",
			Doc: "The topic's name as its publisher's manifest has it.",
		},
		{
			Path: "subscribe.topics[].service", Type: "string", Kinds: "W", Required: true, Example: "api",
			Doc: "The workload that publishes it.",
		},
		{
			Path: "subscribe.topics[].filter_policy", Type: "map(any)", Kinds: "W", Example: "{store: [example_corp], price_usd: [{numeric: [\">=\", 100]}]}",
			Doc: "Receive only messages whose attributes match: an SNS filter policy.",
		},
		{
			Path: "subscribe.topics[].filter_policy_scope", Type: "string", Kinds: "W", Enum: []string{"MessageAttributes", "MessageBody"}, Auto: "MessageAttributes", Example: "MessageBody",
			Doc: "What filter_policy looks at: a message's attributes, or its body, which must be JSON then.",
		},
		{
			Path: "subscribe.topics[].raw_message_delivery", Type: "bool", Kinds: "W", Default: "false", Example: "true",
			Doc: "Put into the queue what was published as it is, without the JSON that SNS wraps around it.",
		},
		{
			Path: "subscribe.topics[].queue", Type: "bool or map", Kinds: "W", Default: "false", Example: "{timeout: 1m}",
			Doc: "A queue for this topic alone. FERRY_TOPIC_QUEUE_URIS tells the worker the URLs of such queues, as JSON.",
		},
	}, append(queueFields("subscribe.topics[].queue"), append([]Field{
		{
			Path: "subscribe.queue", Type: "map", Kinds: "W", Implied: true, Example: "{timeout: 1m, dead_letter: {tries: 5}}",
			Doc: "The worker's queue, which takes the messages of every topic that has none of its own.",
		},
	}, queueFields("subscribe.queue")...)...)...)
}

// queueFields are those of one queue.
func queueFields(queue string) []Field {
	return []Field{
		{
			Path: queue + ".retention", Type: "duration", Kinds: "W", Default: "4d", Example: "10d",
			Doc: "How long a message is kept that nobody deletes: 60s to 14d.",
		},
		{
			Path: queue + ".delay", Type: "duration", Kinds: "W", Default: "0s", Example: "30s",
			Doc: "How long a new message stays hidden: up to 15m.",
		},
		{
			Path: queue + ".timeout", Type: "duration", Kinds: "W", Default: "30s", Example: "1m",
			Doc: "How long a message that was received stays hidden from others: the time to work on it and delete it. Up to 12h.",
		},
		{
			Path: queue + ".dead_letter", Type: "map", Kinds: "W", Example: "{tries: 5}",
			Doc: "Where messages go that nobody manages to work on: another queue, for somebody to look at. Without it they come back until retention ends.",
		},
		{
			Path: queue + ".dead_letter.tries", Type: "int", Kinds: "W", Required: true, Min: 1, Max: 1000, Example: "5",
			Doc: "How often a message is received before it goes there.",
		},
		{
			Path: queue + ".fifo", Type: "bool or map", Kinds: "W", Default: "false", Example: "true",
			Doc: "Keep the messages' order and drop doubles. The topics must be FIFO topics then.",
		},
		{
			Path: queue + ".fifo.content_based_deduplication", Type: "bool", Kinds: "W", Example: "true",
			Doc: "Messages with the same body are doubles; otherwise those with the same deduplication ID.",
		},
		{
			Path: queue + ".fifo.deduplication_scope", Type: "string", Kinds: "W", Group: "scope", Enum: []string{"messageGroup", "queue"}, Example: "messageGroup",
			Doc: "Where doubles are looked for.",
		},
		{
			Path: queue + ".fifo.throughput_limit", Type: "string", Kinds: "W", Enum: []string{"perQueue", "perMessageGroupId"}, Example: "perMessageGroupId",
			Doc: "What the limit of messages per second is counted for.",
		},
		{
			Path: queue + ".fifo.high_throughput", Type: "bool", Kinds: "W", Group: "scope", Example: "true",
			Doc: "More messages per second: doubles are looked for, and the limit is counted, per message group.",
		},
		{
			Path: queue + ".kms_key", Type: "string", Kinds: "W", Auto: "none: SQS encrypts with a key of its own", Example: "alias/messages",
			Doc: "KMS key that encrypts the messages: an ARN, an id or alias/<name>. Its policy must let sns.amazonaws.com use it.",
		},
	}
}
