// Package stack owns CloudFormation: change sets only, proposed when something differs, executed, followed by their
// events, reverted and deleted.
//
// It knows no template's content but one output, TemplateDigest, by which DescribeStacks alone tells whether the live
// template is the wanted one. What a stack holds is the business of packages plan and render.
package stack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/poll"
)

// DigestOutput is the output that carries the digest of the template's other text and of the stack's tags.
const DigestOutput = "TemplateDigest"

// Client works on the stacks of one account and region.
type Client struct {
	CFN   *cloudformation.Client
	Pace  poll.Pace
	Limit time.Duration // longest wait for a stack, somebody else's change included; default 1 hour
}

// New returns a client with default pace.
func New(cfg aws.Config) *Client { return &Client{CFN: cloudformation.NewFromConfig(cfg)} }

// Stack is a stack as it stands.
type Stack struct {
	Name    string
	ID      string
	Status  types.StackStatus // "" when there is none
	Reason  string
	Updated time.Time
	Outputs map[string]string
	Tags    map[string]string
	// Parameters are the values that the template was last given.
	Parameters map[string]string
}

// Exists tells whether the stack was ever made. A stack in REVIEW_IN_PROGRESS exists but holds nothing.
func (s Stack) Exists() bool {
	return s.Status != "" && s.Status != types.StackStatusDeleteComplete
}

// Holds tells whether the stack holds resources that were made completely, whatever happens to them now.
func (s Stack) Holds() bool {
	return s.Exists() && s.Status != types.StackStatusReviewInProgress && len(s.Outputs) > 0
}

// Spec is the stack that should be.
type Spec struct {
	Name     string
	Template []byte
	Digest   string // what the template's output TemplateDigest says; "" = always propose
	Tags     map[string]string
	// Parameters are given with a change set. Other values than the live ones are no reason for one.
	Parameters map[string]string
}

// Settled tells whether the live stack is what the spec asks for, so that there is nothing to do.
func (s Spec) Settled(live Stack) bool {
	return good(live.Status) && s.Digest != "" && live.Outputs[DigestOutput] == s.Digest
}

// Describe reads a stack by name or ID with one call. Only CloudFormation's own "does not exist" gives a Stack that
// does not exist; every other failure is an error.
func (c *Client) Describe(ctx context.Context, name string) (Stack, error) {
	out, err := c.CFN.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if Absent(err) {
		return Stack{Name: name}, nil
	}
	if err != nil {
		return Stack{}, fmt.Errorf("reading stack %s: %w", name, err)
	}
	if len(out.Stacks) == 0 {
		return Stack{}, fmt.Errorf("reading stack %s: CloudFormation answered with no stack", name)
	}
	return FromSDK(out.Stacks[0]), nil
}

// FromSDK converts CloudFormation's own description of a stack.
func FromSDK(s types.Stack) Stack {
	r := Stack{
		Name:    aws.ToString(s.StackName),
		ID:      aws.ToString(s.StackId),
		Status:  s.StackStatus,
		Reason:  aws.ToString(s.StackStatusReason),
		Updated: aws.ToTime(s.LastUpdatedTime),
		Outputs: map[string]string{},
		Tags:    map[string]string{},
	}
	for _, o := range s.Outputs {
		r.Outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	for _, t := range s.Tags {
		r.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	if len(s.Parameters) > 0 {
		r.Parameters = make(map[string]string, len(s.Parameters))
	}
	for _, p := range s.Parameters {
		r.Parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	return r
}

// Absent tells whether an error says that the stack does not exist. CloudFormation has no type for it: it is a
// ValidationError whose message ends in "does not exist".
func Absent(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationError" && strings.Contains(api.ErrorMessage(), "does not exist")
}

func sdkTags(m map[string]string) []types.Tag {
	tags := make([]types.Tag, 0, len(m))
	for _, k := range sortedKeys(m) {
		tags = append(tags, types.Tag{Key: aws.String(k), Value: aws.String(m[k])})
	}
	return tags
}

func sdkParameters(m map[string]string) []types.Parameter {
	parameters := make([]types.Parameter, 0, len(m))
	for _, k := range sortedKeys(m) {
		parameters = append(parameters, types.Parameter{ParameterKey: aws.String(k), ParameterValue: aws.String(m[k])})
	}
	return parameters
}

// digestLine finds the value of the output TemplateDigest in a template.
var digestLine = regexp.MustCompile(`(?m)^  ` + DigestOutput + `:(?:\n    .*)*?\n    Value: "?([\w-]+)"?$`)

// SpecOf makes the spec of a rendered template: the digest is read out of it.
func SpecOf(name string, template []byte, tags map[string]string) Spec {
	s := Spec{Name: name, Template: template, Tags: tags}
	if m := digestLine.FindSubmatch(template); m != nil {
		s.Digest = string(m[1])
	}
	return s
}
