package cfn

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/sns"
)

func snsTag(key, value *string) sns.Tag { return sns.Tag{Key: key, Value: value} }

// topicProperties are the properties of AWS::SNS::Topic that are attributes of the topic under the same name.
func topicProperties() []string {
	return []string{"ContentBasedDeduplication", "DisplayName", "FifoThroughputScope", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"}
}

// topic is a topic; Ref is its ARN.
func (d Deps) topic() provider {
	return provider{
		createOnly: []string{"FifoTopic", "TopicName"}, properties: topicProperties(), name: "TopicName", tagged: true, attributes: []string{"TopicArn", "TopicName"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &sns.CreateTopicInput{Name: aws.String(r.text("TopicName")), Attributes: map[string]string{}, Tags: sortedTags(r.allTags(), snsTag)}
			for _, name := range topicProperties() {
				if value := r.text(name); value != "" {
					in.Attributes[name] = value
				}
			}
			fifo := r.text("FifoTopic") == "true"
			if fifo {
				in.Attributes["FifoTopic"] = "true"
			}
			if *in.Name == "" {
				*in.Name = r.physical(250)
				if fifo {
					*in.Name += ".fifo"
				}
			}
			arn := d.Scope.ARN("sns", *in.Name)
			if _, err := d.SNS.GetTopicAttributes(ctx, &sns.TopicInput{TopicArn: &arn}); err == nil {
				return "", badProperty("Resource of type 'AWS::SNS::Topic' with identifier '%s' already exists.", arn)
			}
			out, err := d.SNS.CreateTopic(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.TopicArn), nil
		},
		update: func(ctx context.Context, r request) error {
			for _, name := range topicProperties() {
				if !r.changed(name) {
					continue
				}
				value := r.text(name)
				if name == "ContentBasedDeduplication" && value == "" {
					value = "false"
				}
				if _, err := d.SNS.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{TopicArn: &r.ID, AttributeName: &name, AttributeValue: &value}); err != nil {
					return err
				}
			}
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.SNS.TagResource(ctx, &sns.TagResourceInput{ResourceArn: &r.ID, Tags: sortedTags(set, snsTag)}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err := d.SNS.UntagResource(ctx, &sns.UntagResourceInput{ResourceArn: &r.ID, TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.SNS.DeleteTopic(ctx, &sns.TopicInput{TopicArn: &r.ID})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"TopicArn": r.ID, "TopicName": r.ID[strings.LastIndexByte(r.ID, ':')+1:]}, nil
		},
	}
}

// topicPolicy puts one policy on topics. Without it a topic has its default policy again.
func (d Deps) topicPolicy() provider {
	put := func(ctx context.Context, topics []string, policy string) error {
		for _, arn := range topics {
			if _, err := d.SNS.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{TopicArn: &arn, AttributeName: aws.String("Policy"), AttributeValue: &policy}); err != nil {
				return err
			}
		}
		return nil
	}
	return provider{
		required: []string{"PolicyDocument", "Topics"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(ctx context.Context, r request) (string, error) {
			policy, err := document(r.Props["PolicyDocument"])
			if err != nil {
				return "", err
			}
			return r.physical(128), put(ctx, r.texts("Topics"), policy)
		},
		update: func(ctx context.Context, r request) error {
			policy, err := document(r.Props["PolicyDocument"])
			if err != nil {
				return err
			}
			for _, arn := range texts(r.Old["Topics"]) {
				if !slices.Contains(r.texts("Topics"), arn) {
					if err := gone(put(ctx, []string{arn}, ""), "NotFound"); err != nil {
						return err
					}
				}
			}
			return put(ctx, r.texts("Topics"), policy)
		},
		remove: func(ctx context.Context, r request) error {
			for _, arn := range r.texts("Topics") {
				if err := gone(put(ctx, []string{arn}, ""), "NotFound"); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// subscriptionProperties are the properties of AWS::SNS::Subscription that are attributes under the same name, in the order
// in which they can be set: the scope says how the policy is read.
func subscriptionProperties() []string {
	return []string{"FilterPolicyScope", "FilterPolicy", "RawMessageDelivery", "RedrivePolicy", "DeliveryPolicy"}
}

// subscription is a subscription; Ref is its ARN.
func (d Deps) subscription() provider {
	attribute := func(props map[string]any, name string) (string, error) {
		value := props[name]
		if value == nil {
			return "", nil
		}
		if text, scalar := template.Text(value); scalar {
			return text, nil
		}
		return document(value)
	}
	return provider{
		required: []string{"Protocol", "TopicArn"}, createOnly: []string{"Endpoint", "Protocol", "TopicArn"}, properties: append(subscriptionProperties(), "Region"), attributes: []string{"Arn"}, read: selfAttribute("Arn"),
		create: func(ctx context.Context, r request) (string, error) {
			in := &sns.SubscribeInput{Protocol: aws.String(r.text("Protocol")), TopicArn: aws.String(r.text("TopicArn")), Endpoint: aws.String(r.text("Endpoint")),
				Attributes: map[string]string{}, ReturnSubscriptionArn: true}
			for _, name := range subscriptionProperties() {
				value, err := attribute(r.Props, name)
				if err != nil {
					return "", err
				}
				if value != "" {
					in.Attributes[name] = value
				}
			}
			out, err := d.SNS.Subscribe(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.SubscriptionArn), nil
		},
		update: func(ctx context.Context, r request) error {
			for _, name := range subscriptionProperties() {
				if !r.changed(name) {
					continue
				}
				value, err := attribute(r.Props, name)
				if err != nil {
					return err
				}
				switch {
				case value == "" && name == "RawMessageDelivery":
					value = "false"
				case value == "" && name == "FilterPolicyScope":
					value = "MessageAttributes"
				case value == "" && name == "FilterPolicy":
					value = "{}"
				}
				if _, err := d.SNS.SetSubscriptionAttributes(ctx, &sns.SetSubscriptionAttributesInput{SubscriptionArn: &r.ID, AttributeName: &name, AttributeValue: &value}); err != nil {
					return err
				}
			}
			return nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.SNS.Unsubscribe(ctx, &sns.SubscriptionInput{SubscriptionArn: &r.ID})
			return err
		},
	}
}
