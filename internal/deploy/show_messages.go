package deploy

import "strings"

// QueueUse is one queue of a worker.
type QueueUse struct {
	Name       string   `json:"name"`
	DeadLetter string   `json:"deadLetter,omitempty"` // the queue that takes what nobody manages to work on
	Tries      int      `json:"tries,omitempty"`      // before a message goes there
	Topics     []string `json:"topics,omitempty"`     // that fill it, as service:topic
}

// messaging says what a service publishes, and the queues of a worker.
func messaging(j job) (topics []string, queues []QueueUse) {
	for _, t := range j.plan.Topics() {
		topics = append(topics, t.Name)
	}
	for _, q := range j.plan.Queues() {
		use := QueueUse{Name: q.Name, Tries: q.Tries}
		if q.Tries > 0 {
			use.DeadLetter = q.DeadLetterName
		}
		for _, sub := range j.plan.Subscriptions() {
			if sub.Queue == q.ID {
				use.Topics = append(use.Topics, sub.Service+":"+sub.Name)
			}
		}
		queues = append(queues, use)
	}
	return topics, queues
}

// String writes a queue in one line.
func (q QueueUse) String() string {
	text := q.Name
	if len(q.Topics) > 0 {
		text += ", filled by " + strings.Join(q.Topics, ", ")
	}
	if q.DeadLetter != "" {
		text += "; dead letters in " + q.DeadLetter
	}
	return text
}
