package manifest

import (
	"fmt"
	"strings"
	"time"
)

// maxTopicName leaves room, in the 256 characters that SNS allows, for the stack's name before it and .fifo behind it.
// https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
const maxTopicName = 120

func (v validator) publish(topics []Topic) {
	seen, ids := map[string]bool{}, map[string]string{}
	for i, t := range topics {
		p := at("publish.topics", index(i))
		v.topicName(p.with("name"), t.Name, t.FIFO)
		name := t.fullName()
		if name != "" && seen[name] {
			v.bad(p.with("name"), "remove one of the two", "%q is written twice", t.Name)
		}
		seen[name] = true
		v.distinct(p.with("name"), ids, name, t.ID())
		v.kmsKey(p.with("kms_key"), t.KMSKey)
	}
}

// topicName checks what becomes part of a topic's name.
func (v validator) topicName(p path, name string, fifo bool) {
	bare, suffixed := strings.CutSuffix(name, ".fifo")
	switch {
	case name == "":
		if v.has(p) {
			v.bad(p, "", "must not be empty")
		}
	case suffixed && isTopicName(bare):
		hint := "write name: " + bare
		if !fifo {
			hint += ", and fifo: true"
		}
		v.bad(p, hint, "ferry puts .fifo behind a FIFO topic's name itself")
	case !isTopicName(name):
		v.bad(p, "", "%q must hold only letters, digits, hyphens and underscores", name)
	case len(name) > maxTopicName:
		v.bad(p, "", "must have at most %d characters, not %d", maxTopicName, len(name))
	}
}

func isTopicName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

func (v validator) subscribe(w Workload) {
	if w.Type != WorkerService {
		return
	}
	s := w.Subscribe
	v.queue(at("subscribe.queue"), s.Queue)
	seen, ids := map[string]bool{}, map[string]string{}
	for i, t := range s.Topics {
		p := at("subscribe.topics", index(i))
		v.subscription(p, t)
		id := t.Service + "/" + t.Name
		if s.QueueOf(t).FIFO.Enabled {
			id += ".fifo"
		}
		if t.Service != "" && t.Name != "" && seen[id] {
			v.bad(p.with("name"), "remove one of the two", "topic %q of %q is written twice", t.Name, t.Service)
		}
		seen[id] = true
		v.distinct(p.with("name"), ids, id, s.Key(t))
	}
}

// distinct finds names that are the same once CloudFormation's logical IDs and the keys of FERRY_TOPIC_QUEUE_URIS, which
// hold letters and digits only, are made of them.
func (v validator) distinct(p path, ids map[string]string, name, id string) {
	other, taken := ids[id]
	if taken && other != name && name != "" {
		v.bad(p, "rename one of the two", "%q and %q differ in hyphens or underscores only, which the names of resources do not have", other, name)
	}
	ids[id] = name
}

func (v validator) subscription(p path, t Subscription) {
	v.topicName(p.with("name"), t.Name, false)
	if service := p.with("service"); t.Service != "" {
		if fault := nameFault(t.Service, 63); fault != "" {
			v.bad(service, "for example api", "%q %s", t.Service, fault)
		} else if lower := strings.ToLower(t.Service); lower != t.Service {
			v.bad(service, "write "+lower, "%q must hold only lower-case letters, digits and hyphens", t.Service)
		}
	} else if v.has(service) {
		v.bad(service, "", "must not be empty")
	}
	v.filterPolicy(p, t)
	if t.Queue != nil {
		v.queue(p.with("queue"), *t.Queue)
	}
}

// queue holds the bounds of SQS's CreateQueue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
func (v validator) queue(p path, q Queue) {
	v.within(p.with("retention"), q.Retention, time.Minute, 336*time.Hour)
	v.within(p.with("delay"), q.Delay, 0, 15*time.Minute)
	v.within(p.with("timeout"), q.Timeout, 0, 12*time.Hour)
	v.kmsKey(p.with("kms_key"), q.KMSKey)
	v.fifo(p.with("fifo"), q.FIFO)
}

func (v validator) fifo(p path, f QueueFIFO) {
	n := v.root.find(p)
	if n == nil || n.kind != mapping {
		return
	}
	if n.get("high_throughput") != nil && n.get("throughput_limit") != nil {
		v.bad(p.with("throughput_limit"), "keep one of the two", "cannot stand beside high_throughput, which implies perMessageGroupId")
		return
	}
	if f.ThroughputLimit == "perMessageGroupId" && f.DeduplicationScope != "messageGroup" && v.sure(p.with("deduplication_scope"), p.with("throughput_limit")) {
		v.bad(p.with("throughput_limit"), "write deduplication_scope: messageGroup, or high_throughput: true instead of both",
			"a limit per message group needs doubles to be looked for per message group")
	}
}

// kmsKey checks the name of a KMS key: an ARN of a key or an alias, alias/<name>, or a key's id.
func (v validator) kmsKey(p path, key string) {
	_, resource, _ := strings.Cut(key, ":")
	switch {
	case key == "":
		if v.has(p) {
			v.bad(p, "", "must not be empty")
		}
	case isARN(key, "kms"):
		if r := key[strings.LastIndexByte(key, ':')+1:]; !strings.HasPrefix(r, "key/") && !strings.HasPrefix(r, "alias/") {
			v.bad(p, "it looks like arn:aws:kms:<region>:<account>:key/<id>", "%q is no ARN of a KMS key", key)
		}
	case strings.HasPrefix(key, "alias/") && len(key) > len("alias/") && !strings.ContainsAny(key, " :*"):
	case resource == "" && strings.Count(key, "-") == 4 && len(key) == 36:
	case strings.HasPrefix(key, "mrk-") && len(key) == 36:
	default:
		v.bad(p, "write an ARN, an id or alias/<name>", "%q names no KMS key", key)
	}
}

// describe is a value of a filter policy for a message.
func (n *node) describe() string {
	if n.kind == scalar {
		return fmt.Sprintf("%q", n.text)
	}
	return n.noun()
}
