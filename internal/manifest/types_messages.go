package manifest

import (
	"strings"
	"time"
)

// What a queue is where its manifest says nothing. SQS's own defaults.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
const (
	defaultRetention  = 4 * 24 * time.Hour
	defaultVisibility = 30 * time.Second
)

// Topic is an SNS topic that the workload publishes.
type Topic struct {
	Name                      string // without .fifo
	FIFO                      bool
	ContentBasedDeduplication bool
	KMSKey                    string // ARN, id or alias/…; "" = the account's own key of SNS
}

// ID is the topic's name for CloudFormation, which allows letters and digits only. As in Copilot, a FIFO topic may have the
// name of another one.
func (t Topic) ID() string {
	if t.FIFO {
		return alphanumeric(t.Name) + "fifo"
	}
	return alphanumeric(t.Name)
}

// fullName is the topic's name as SNS knows it: a FIFO topic and another one of the same name are two.
func (t Topic) fullName() string {
	if t.FIFO && t.Name != "" {
		return t.Name + ".fifo"
	}
	return t.Name
}

// Subscribe says what fills a worker's queues.
type Subscribe struct {
	Topics []Subscription
	Queue  Queue // the worker's main queue
}

// Subscription is a topic of another workload.
type Subscription struct {
	Name, Service string
	FilterPolicy  string // JSON; "" = every message
	FilterScope   string // "MessageAttributes" or "MessageBody"; "" = MessageAttributes
	Raw           bool
	Queue         *Queue // nil: the worker's main queue
}

// Queue is an SQS queue.
type Queue struct {
	Retention time.Duration // default 4 days
	Delay     time.Duration
	Timeout   time.Duration // default 30s
	Tries     int           // before a message goes to the dead-letter queue; 0 = there is none
	FIFO      QueueFIFO
	KMSKey    string // ARN, id or alias/…; "" = SQS's own key
}

// QueueFIFO is what a FIFO queue has beyond others.
type QueueFIFO struct {
	Enabled                   bool
	ContentBasedDeduplication bool
	DeduplicationScope        string // "messageGroup", "queue"; "" = SQS's default, queue
	ThroughputLimit           string // "perQueue", "perMessageGroupId"; "" = SQS's default, perQueue
}

// QueueOf returns the queue that a subscription fills.
func (s Subscribe) QueueOf(t Subscription) Queue {
	if t.Queue != nil {
		return *t.Queue
	}
	return s.Queue
}

// Key names a subscription as COPILOT_TOPIC_QUEUE_URIS does: merchantOrdersEventsQueue for topic orders of service merchant,
// merchantOrdersfifoEventsQueue where the topic is a FIFO one, which it is when its queue is.
func (s Subscribe) Key(t Subscription) string {
	topic := alphanumeric(t.Name)
	if topic != "" {
		topic = strings.ToUpper(topic[:1]) + topic[1:]
	}
	if s.QueueOf(t).FIFO.Enabled {
		topic += "fifo"
	}
	return alphanumeric(t.Service) + topic + "EventsQueue"
}

func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r))) {
			return r
		}
		return -1
	}, s)
}
