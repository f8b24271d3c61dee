package manifest

import "strings"

func decodeTopics(n *node) []Topic {
	list := n.get("topics")
	if !list.usable() {
		return nil
	}
	var topics []Topic
	for _, item := range list.items {
		fifo := item.get("fifo")
		topics = append(topics, Topic{
			Name:                      item.get("name").str(),
			FIFO:                      fifo.on(),
			ContentBasedDeduplication: fifo.get("content_based_deduplication").yes(),
			KMSKey:                    item.get("kms_key").str(),
		})
	}
	return topics
}

// on reads a field that is a switch or, where there is more to say, a map.
func (n *node) on() bool { return n.usable() && (n.kind == mapping || n.yes()) }

func decodeSubscribe(n *node) Subscribe {
	s := Subscribe{}
	if n == nil {
		return s
	}
	s.Queue = decodeQueue(n.get("queue"))
	list := n.get("topics")
	if !list.usable() {
		return s
	}
	for _, item := range list.items {
		s.Topics = append(s.Topics, decodeSubscription(item))
	}
	return s
}

func decodeSubscription(n *node) Subscription {
	s := Subscription{
		Name:        n.get("name").str(),
		Service:     n.get("service").str(),
		FilterScope: canonical(n.get("filter_policy_scope").str(), "MessageAttributes", "MessageBody"),
		Raw:         n.get("raw_message_delivery").yes(),
	}
	if policy := n.get("filter_policy"); policy.usable() && policy.kind == mapping {
		s.FilterPolicy = policy.json()
	}
	if q := n.get("queue"); q.on() {
		own := decodeQueue(q)
		s.Queue = &own
	}
	return s
}

func decodeQueue(n *node) Queue {
	if n == nil || n.kind != mapping {
		return Queue{Retention: defaultRetention, Timeout: defaultVisibility}
	}
	fifo := n.get("fifo")
	q := Queue{
		Retention: n.get("retention").duration(),
		Delay:     n.get("delay").duration(),
		Timeout:   n.get("timeout").duration(),
		Tries:     n.get("dead_letter").get("tries").num(),
		KMSKey:    n.get("kms_key").str(),
		FIFO: QueueFIFO{
			Enabled:                   fifo.on(),
			ContentBasedDeduplication: fifo.get("content_based_deduplication").yes(),
			DeduplicationScope:        canonical(fifo.get("deduplication_scope").str(), "messageGroup", "queue"),
			ThroughputLimit:           canonical(fifo.get("throughput_limit").str(), "perQueue", "perMessageGroupId"),
		},
	}
	if fifo.get("high_throughput").yes() {
		q.FIFO.DeduplicationScope, q.FIFO.ThroughputLimit = "messageGroup", "perMessageGroupId"
	}
	return q
}

// canonical spells a value of an enumeration, which is compared without regard to case, as AWS does.
func canonical(value string, spellings ...string) string {
	for _, s := range spellings {
		if strings.EqualFold(s, value) {
			return s
		}
	}
	return value
}
