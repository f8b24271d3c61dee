package cfn

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/sqs"
)

// queueProperties are the properties of AWS::SQS::Queue that are attributes of the queue under the same name.
func queueProperties() []string {
	return []string{
		"ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId",
		"MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout",
	}
}

// queue is a queue; Ref is its URL.
func (d Deps) queue() provider {
	attributes := func(props map[string]any) (map[string]string, error) {
		out := map[string]string{}
		for _, name := range queueProperties() {
			value, ok := props[name]
			if !ok || value == nil {
				continue
			}
			text, scalar := template.Text(value)
			if !scalar {
				var err error
				if text, err = document(value); err != nil {
					return nil, err
				}
			}
			out[name] = text
		}
		return out, nil
	}
	return provider{
		createOnly: []string{"FifoQueue", "QueueName"}, properties: queueProperties(), name: "QueueName", tagged: true, attributes: []string{"Arn", "QueueName", "QueueUrl"},
		create: func(ctx context.Context, r request) (string, error) {
			set, err := attributes(r.Props)
			if err != nil {
				return "", err
			}
			name, fifo := r.text("QueueName"), r.text("FifoQueue") == "true"
			if fifo {
				set["FifoQueue"] = "true"
			}
			if name == "" {
				name = r.physical(80)
				if fifo {
					name = strings.TrimRight(r.physical(75), "-") + ".fifo"
				}
			}
			if _, err := d.SQS.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name}); err == nil {
				return "", badProperty("Resource of type 'AWS::SQS::Queue' with identifier '%s' already exists.", name)
			}
			out, err := d.SQS.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: set, Tags: r.allTags()})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.QueueUrl), nil
		},
		update: func(ctx context.Context, r request) error {
			set, err := attributes(r.Props)
			if err != nil {
				return err
			}
			before, err := attributes(r.Old)
			if err != nil {
				return err
			}
			for name := range before {
				if _, still := set[name]; !still {
					set[name] = defaultOf(name)
				}
			}
			if _, err := d.SQS.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &r.ID, Attributes: set}); err != nil {
				return err
			}
			tags, gone := r.tagDiff()
			if len(tags) > 0 {
				if _, err := d.SQS.TagQueue(ctx, &sqs.TagQueueInput{QueueUrl: &r.ID, Tags: tags}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err = d.SQS.UntagQueue(ctx, &sqs.UntagQueueInput{QueueUrl: &r.ID, TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.SQS.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: &r.ID})
			return gone(err, "QueueDoesNotExist")
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &r.ID, AttributeNames: []string{"QueueArn"}})
			if err != nil {
				return nil, err
			}
			arn := out.Attributes["QueueArn"]
			return map[string]any{"Arn": arn, "QueueName": arn[strings.LastIndexByte(arn, ':')+1:], "QueueUrl": r.ID}, nil
		},
	}
}

// defaultOf is what CloudFormation sets a queue's attribute to when its property goes.
func defaultOf(name string) string {
	return map[string]string{
		"ContentBasedDeduplication": "false", "DeduplicationScope": "queue", "DelaySeconds": "0", "FifoThroughputLimit": "perQueue",
		"KmsDataKeyReusePeriodSeconds": "300", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0",
		"SqsManagedSseEnabled": "true", "VisibilityTimeout": "30",
	}[name]
}

// gone forgives that what is to be removed is not there.
func gone(err error, codes ...string) error {
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(codes, api.ErrorCode()) {
		return nil
	}
	return err
}

// queuePolicy puts one policy on queues.
func (d Deps) queuePolicy() provider {
	put := func(ctx context.Context, queues []string, policy string) error {
		for _, url := range queues {
			if _, err := d.SQS.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{"Policy": policy}}); err != nil {
				return err
			}
		}
		return nil
	}
	return provider{
		required: []string{"PolicyDocument", "Queues"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(ctx context.Context, r request) (string, error) {
			policy, err := document(r.Props["PolicyDocument"])
			if err != nil {
				return "", err
			}
			return r.physical(128), put(ctx, r.texts("Queues"), policy)
		},
		update: func(ctx context.Context, r request) error {
			policy, err := document(r.Props["PolicyDocument"])
			if err != nil {
				return err
			}
			for _, url := range texts(r.Old["Queues"]) {
				if !slices.Contains(r.texts("Queues"), url) {
					if err := gone(put(ctx, []string{url}, ""), "QueueDoesNotExist"); err != nil {
						return err
					}
				}
			}
			return put(ctx, r.texts("Queues"), policy)
		},
		remove: func(ctx context.Context, r request) error {
			for _, url := range r.texts("Queues") {
				if err := gone(put(ctx, []string{url}, ""), "QueueDoesNotExist"); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// sortedTags are tags by key, for services that take them as a list.
func sortedTags[T any](m map[string]string, tag func(key, value *string) T) []T {
	var out []T
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, tag(aws.String(k), aws.String(m[k])))
	}
	return out
}
