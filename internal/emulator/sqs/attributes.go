package sqs

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// limits are the numbers among a queue's attributes: least, most and default.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
func limits() map[string][3]int {
	return map[string][3]int{
		"DelaySeconds":                  {0, 900, 0},
		"MaximumMessageSize":            {1024, maxBody, maxBody},
		"MessageRetentionPeriod":        {60, 1209600, 345600},
		"ReceiveMessageWaitTimeSeconds": {0, 20, 0},
		"VisibilityTimeout":             {0, 43200, 30},
		"KmsDataKeyReusePeriodSeconds":  {60, 86400, 300},
	}
}

// maxBody is the largest message, attributes included.
const maxBody = 1 << 20

// words are the attributes that take one of several words.
func words() map[string][]string {
	return map[string][]string{
		"FifoQueue":                 {"true", "false"},
		"ContentBasedDeduplication": {"true", "false"},
		"SqsManagedSseEnabled":      {"true", "false"},
		"DeduplicationScope":        {"messageGroup", "queue"},
		"FifoThroughputLimit":       {"perQueue", "perMessageGroupId"},
	}
}

// checkAttributes refuses what SQS would. The caller holds the lock.
func (s *Service) checkAttributes(q *queue, set map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		value := set[name]
		if bounds, ok := limits()[name]; ok {
			n, err := strconv.Atoi(value)
			if err != nil || n < bounds[0] || n > bounds[1] {
				return fail("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
			}
			continue
		}
		if allowed, ok := words()[name]; ok {
			if !slices.Contains(allowed, value) {
				return fail("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
			}
			if onlyFIFO(name) && !q.fifo() && value != "false" {
				return fail("InvalidAttributeName", "Unknown Attribute %s.", name)
			}
			continue
		}
		switch name {
		case "Policy", "RedriveAllowPolicy":
			if value != "" && !json.Valid([]byte(value)) {
				return fail("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
			}
		case "KmsMasterKeyId":
		case "RedrivePolicy":
			if err := s.checkRedrive(q, value); err != nil {
				return err
			}
		default:
			return fail("InvalidAttributeName", "Unknown Attribute %s.", name)
		}
	}
	return nil
}

func onlyFIFO(name string) bool {
	return slices.Contains([]string{"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"}, name)
}

// redrive is where a queue's messages go that nobody manages to work on.
type redrive struct {
	Target string `json:"deadLetterTargetArn"`
	Count  int    `json:"-"`
	Raw    any    `json:"maxReceiveCount"`
}

// parseRedrive reads a redrive policy; the count may be written as text.
func parseRedrive(text string) (redrive, bool) {
	var r redrive
	if json.Unmarshal([]byte(text), &r) != nil || r.Target == "" {
		return r, false
	}
	switch n := r.Raw.(type) {
	case float64:
		r.Count = int(n)
	case string:
		r.Count, _ = strconv.Atoi(n)
	}
	return r, r.Count >= 1 && r.Count <= 1000
}

func (s *Service) checkRedrive(q *queue, value string) error {
	if value == "" {
		return nil
	}
	r, ok := parseRedrive(value)
	if !ok {
		return invalid(value, "RedrivePolicy", "Redrive policy is not a valid JSON map with deadLetterTargetArn and maxReceiveCount from 1 to 1000.")
	}
	target := s.byARN(r.Target)
	switch {
	case target == nil:
		return invalid(value, "RedrivePolicy", "Dead letter target does not exist.")
	case target.fifo() != q.fifo():
		return invalid(value, "RedrivePolicy", "Dead-letter queue must be same type of queue as the source.")
	}
	return nil
}

// fifo tells a FIFO queue, by its name, which says it too.
func (q *queue) fifo() bool { return strings.HasSuffix(q.Name, ".fifo") }

// number is a numeric attribute, by default SQS's own.
func (q *queue) number(name string) int {
	if n, err := strconv.Atoi(q.Attributes[name]); err == nil {
		return n
	}
	return limits()[name][2]
}

func (q *queue) seconds(name string) time.Duration {
	return time.Duration(q.number(name)) * time.Second
}

// settings are all attributes that can be set, with the defaults of those that were not.
func (q *queue) settings() map[string]string {
	all := map[string]string{}
	for name, bounds := range limits() {
		if name != "KmsDataKeyReusePeriodSeconds" {
			all[name] = strconv.Itoa(bounds[2])
		}
	}
	if q.fifo() {
		all["FifoQueue"], all["ContentBasedDeduplication"] = "true", "false"
		all["DeduplicationScope"], all["FifoThroughputLimit"] = "queue", "perQueue"
	}
	all["SqsManagedSseEnabled"] = strconv.FormatBool(q.Attributes["KmsMasterKeyId"] == "")
	if q.Attributes["KmsMasterKeyId"] != "" {
		all["KmsDataKeyReusePeriodSeconds"] = "300"
	}
	for name, value := range q.Attributes {
		if value != "" {
			all[name] = value
		}
	}
	return all
}

// attributes are all that GetQueueAttributes can tell. The caller holds the lock and has swept.
func (s *Service) attributes(q *queue) map[string]string {
	all := q.settings()
	all["QueueArn"] = q.ARN
	all["CreatedTimestamp"] = strconv.FormatInt(q.Created.Unix(), 10)
	all["LastModifiedTimestamp"] = strconv.FormatInt(q.Modified.Unix(), 10)
	visible, hidden, delayed := 0, 0, 0
	for _, m := range q.Messages {
		switch {
		case !s.delayed(m) && !s.hidden(m):
			visible++
		case s.hidden(m):
			hidden++
		default:
			delayed++
		}
	}
	all["ApproximateNumberOfMessages"] = strconv.Itoa(visible)
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(hidden)
	all["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(delayed)
	return all
}
