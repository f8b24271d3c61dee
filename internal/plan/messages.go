package plan

import (
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Limits of names, in characters. SQS CreateQueue (QueueName), SNS CreateTopic (Name).
const (
	maxQueueName = 80
	fifoSuffix   = ".fifo"
)

// deadLetterRetention is as long as SQS keeps anything: somebody has to find the time to look.
const deadLetterRetention = 14 * 24 * 3600

// accountTopicKey is the key that SNS keeps for the account. What the account's principals may publish, they may encrypt.
const accountTopicKey = "alias/aws/sns"

// Topic is an SNS topic in the service's own stack.
type Topic struct {
	ID                        string // logical ID
	Key                       string // under which FERRY_SNS_TOPIC_ARNS has its ARN
	Name                      string
	FIFO                      bool
	ContentBasedDeduplication bool
	KMSKey                    string
}

// Topics returns what the service publishes.
func (s Service) Topics() []Topic {
	var all []Topic
	for _, t := range s.Manifest.Publish {
		topic := Topic{
			ID: t.ID() + "Topic", Key: t.Name, Name: TopicName(s.App, s.Env, s.Name, t.Name, t.FIFO),
			FIFO: t.FIFO, ContentBasedDeduplication: t.ContentBasedDeduplication, KMSKey: t.KMSKey,
		}
		if t.FIFO {
			topic.Key += fifoSuffix
		}
		if topic.KMSKey == "" {
			topic.KMSKey = accountTopicKey
		}
		all = append(all, topic)
	}
	return all
}

// TopicNames joins the names of the topics with commas, for the stack's output OutputTopics.
func (s Service) TopicNames() string {
	var names []string
	for _, t := range s.Topics() {
		names = append(names, t.Name)
	}
	return strings.Join(names, ",")
}

// TopicName names a topic as Copilot does, so that who subscribes needs no more than the manifest's words.
func TopicName(app, env, service, topic string, fifo bool) string {
	name := ServiceStack(app, env, service) + "-" + topic
	if fifo {
		name += fifoSuffix
	}
	return name
}

// Queue is an SQS queue in a worker's own stack.
type Queue struct {
	ID                        string // logical ID; the output <ID>Url has its URL
	Key                       string // under which FERRY_TOPIC_QUEUE_URIS has its URL; "" for the main queue
	Name                      string
	Retention, Delay, Timeout int // seconds
	FIFO                      bool
	ContentBasedDeduplication bool
	DeduplicationScope        string // "" = SQS's default
	ThroughputLimit           string // "" = SQS's default
	KMSKey                    string // "" = SQS's own key
	Tries                     int    // before a message goes to the dead-letter queue; 0 = there is none
	DeadLetterID              string
	DeadLetterName            string
	DeadLetterRetention       int
	Topics                    []string // ARNs, as texts for Fn::Sub, of the topics that may send to it
}

// URLOutput is the output of the service's stack that has the queue's URL.
func (q Queue) URLOutput() string { return q.ID + "Url" }

// Queues returns a worker's queues: the main one, then those of single topics in the manifest's order. Services that are
// no workers have none.
func (s Service) Queues() []Queue {
	if s.Manifest.Type != manifest.WorkerService {
		return nil
	}
	m := s.Manifest.Subscribe
	all := []Queue{s.newQueue(m.Queue, "", "events")}
	for _, t := range m.Topics {
		arn := substARN("sns", s.topicOf(t))
		if t.Queue == nil {
			all[0].Topics = append(all[0].Topics, arn)
			continue
		}
		q := s.newQueue(*t.Queue, m.Key(t), t.Service+"_"+t.Name)
		q.Topics = []string{arn}
		all = append(all, q)
	}
	return all
}

// topicOf names the topic that a subscription is to.
func (s Service) topicOf(t manifest.Subscription) string {
	return TopicName(s.App, s.Env, t.Service, t.Name, s.Manifest.Subscribe.QueueOf(t).FIFO.Enabled)
}

func (s Service) newQueue(m manifest.Queue, key, name string) Queue {
	q := Queue{
		ID: "EventsQueue", Key: key, DeadLetterID: "DeadLetterQueue",
		Name: s.queueName(name, m.FIFO.Enabled), DeadLetterName: s.queueName(name+"-dead-letter", m.FIFO.Enabled),
		Retention: seconds(m.Retention), Delay: seconds(m.Delay), Timeout: seconds(m.Timeout),
		FIFO: m.FIFO.Enabled, ContentBasedDeduplication: m.FIFO.ContentBasedDeduplication,
		DeduplicationScope: m.FIFO.DeduplicationScope, ThroughputLimit: m.FIFO.ThroughputLimit,
		KMSKey: m.KMSKey, Tries: m.Tries, DeadLetterRetention: deadLetterRetention,
	}
	if key != "" {
		q.ID, q.DeadLetterID = key, strings.TrimSuffix(key, "EventsQueue")+"DeadLetterQueue"
	}
	return q
}

// queueName is <app>-<env>-<service>-<what it is for>, computed, so that alarms and people find it.
func (s Service) queueName(what string, fifo bool) string {
	name := s.Stack + "-" + what
	if fifo {
		return shorten(name, maxQueueName-len(fifoSuffix)) + fifoSuffix
	}
	return shorten(name, maxQueueName)
}

// Subscription brings a topic's messages into one of a worker's queues.
type Subscription struct {
	ID            string // logical ID
	Service, Name string // of the topic, as the manifest names it
	Topic         string // the topic's name in SNS
	TopicARN      string // text for Fn::Sub
	OwnTopic      string // logical ID, where the worker publishes the topic itself
	Queue         string // logical ID
	FilterPolicy  string // JSON; "" = every message
	FilterScope   string // "" = SNS's default, MessageAttributes
	Raw           bool
}

// Subscriptions returns what a worker is subscribed to, in the manifest's order.
func (s Service) Subscriptions() []Subscription {
	if s.Manifest.Type != manifest.WorkerService {
		return nil
	}
	m := s.Manifest.Subscribe
	var all []Subscription
	for _, t := range m.Topics {
		sub := Subscription{
			ID: strings.TrimSuffix(m.Key(t), "EventsQueue") + "Subscription", Service: t.Service, Name: t.Name,
			Topic: s.topicOf(t), TopicARN: substARN("sns", s.topicOf(t)), Queue: "EventsQueue",
			FilterPolicy: t.FilterPolicy, FilterScope: t.FilterScope, Raw: t.Raw,
		}
		if t.Queue != nil {
			sub.Queue = m.Key(t)
		}
		for _, own := range s.Topics() {
			if t.Service == s.Name && own.Name == sub.Topic {
				sub.OwnTopic = own.ID
			}
		}
		all = append(all, sub)
	}
	return all
}

// Publishers returns the other services whose topics this one is subscribed to, sorted: their stacks come first.
func (s Service) Publishers() []string {
	var names []string
	for _, t := range s.Subscriptions() {
		if t.Service != s.Name {
			names = append(names, t.Service)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TopicARN returns the ARN of the topic of a subscription, for calls; what is not known stays a placeholder.
func (s Service) TopicARN(t Subscription) string { return s.arn("sns", t.Topic) }

// messagePolicies let the application publish to its own topics, and receive from its own queues.
func (s Service) messagePolicies() []Policy {
	var all []Policy
	if topics := s.Topics(); len(topics) > 0 {
		p := Policy{Name: "publish"}
		send := Statement{Sid: "Publish", Actions: []string{"sns:Publish"}}
		var keys []string
		for _, t := range topics {
			send.Resources = append(send.Resources, "${"+t.ID+"}")
			keys = append(keys, t.KMSKey)
		}
		p.Statements = append([]Statement{send}, keyStatements("Encrypt", "sns", keys)...)
		all = append(all, p)
	}
	if queues := s.Queues(); len(queues) > 0 {
		p := Policy{Name: "receive"}
		take := Statement{Sid: "Receive", Actions: []string{
			"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage",
		}}
		var keys []string
		for _, q := range queues {
			take.Resources = append(take.Resources, "${"+q.ID+".Arn}")
			keys = append(keys, q.KMSKey)
		}
		p.Statements = append([]Statement{take}, keyStatements("Decrypt", "sqs", keys)...)
		all = append(all, p)
	}
	return all
}

// keyStatements let the application use the user's own keys, through one service. IAM does not take an alias for a
// resource, so that a key with an alias is named by a condition.
// https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
func keyStatements(sid, service string, keys []string) []Statement {
	var arns, aliases []string
	for _, key := range keys {
		switch {
		case key == "" || key == accountTopicKey:
		case strings.HasPrefix(key, "arn:") && !strings.Contains(key, ":alias/"):
			arns = append(arns, escapeSub(key))
		case strings.Contains(key, "alias/"):
			aliases = append(aliases, escapeSub(key[strings.Index(key, "alias/"):]))
		default:
			arns = append(arns, substARN("kms", "key/"+escapeSub(key)))
		}
	}
	through := map[string][]string{"kms:ViaService": {service + ".${AWS::Region}.${AWS::URLSuffix}"}}
	actions := []string{"kms:Decrypt", "kms:GenerateDataKey"}
	var all []Statement
	if arns = sorted(arns); len(arns) > 0 {
		all = append(all, Statement{Sid: sid, Actions: actions, Resources: arns, Conditions: map[string]map[string][]string{"StringEquals": through}})
	}
	if aliases = sorted(aliases); len(aliases) > 0 {
		all = append(all, Statement{Sid: sid + "ByAlias", Actions: actions, Resources: []string{substARN("kms", "key/*")}, Conditions: map[string]map[string][]string{
			"StringEquals": through, "ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases},
		}})
	}
	return all
}

// messages are the variables that tell the container its topics and queues, by Copilot's names without their prefix.
func (s Service) messages() map[string]string {
	told := map[string]string{}
	topics := map[string]string{}
	for _, t := range s.Topics() {
		topics[t.Key] = s.arn("sns", t.Name)
	}
	if len(topics) > 0 {
		told["SNS_TOPIC_ARNS"] = jsonObject(topics)
	}
	queues := map[string]string{}
	for _, q := range s.Queues() {
		url := Ref(s.Stack, q.URLOutput())
		if q.Key == "" {
			told["QUEUE_URI"] = url
			continue
		}
		queues[q.Key] = url
	}
	if len(queues) > 0 {
		told["TOPIC_QUEUE_URIS"] = jsonObject(queues)
	}
	return told
}

// jsonObject writes a JSON object of texts that need no escapes: letters, digits and placeholders, which an encoder would
// make unreadable.
func jsonObject(m map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, `"`+key+`":"`+m[key]+`"`)
	}
	return "{" + strings.Join(pairs, ",") + "}"
}
