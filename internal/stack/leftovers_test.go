package stack_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/stack"
)

// What others do to a stack, and what killed runs leave of one, must neither stop a deploy nor be run over.
func TestAStackIsBroughtToItsSpecWhateverStateItIsFoundIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leave func(context.Context, *testing.T, *stack.Client)
		found types.StackStatus
	}{
		"another update goes on": {func(ctx context.Context, t *testing.T, c *stack.Client) {
			mustApply(t, c, spec("a"))
			other := slow()
			_, err := c.CFN.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: &other.Name, TemplateBody: aws.String(string(other.Template))})
			must(t, err)
		}, types.StackStatusUpdateInProgress},
		"somebody deletes it": {func(ctx context.Context, t *testing.T, c *stack.Client) {
			mustApply(t, c, slow())
			_, err := c.CFN.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("shop-test")})
			must(t, err)
		}, types.StackStatusDeleteInProgress},
		"another run makes it": {func(ctx context.Context, t *testing.T, c *stack.Client) {
			other := slow()
			_, err := c.CFN.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: &other.Name, TemplateBody: aws.String(string(other.Template))})
			must(t, err)
		}, types.StackStatusCreateInProgress},
		"a change set of other content is left of a first run": {func(ctx context.Context, t *testing.T, c *stack.Client) {
			_, err := c.Propose(ctx, stack.Stack{Name: "shop-test"}, spec("b", "c"), event.Discard)
			must(t, err)
		}, types.StackStatusReviewInProgress},
		"its creation failed": {func(_ context.Context, t *testing.T, c *stack.Client) {
			if _, _, err := apply(t, c, spec("a", "a"), event.Discard); err == nil {
				t.Fatal("got no error")
			}
		}, types.StackStatusRollbackComplete},
		"its last update failed": {func(_ context.Context, t *testing.T, c *stack.Client) {
			mustApply(t, c, spec("a"))
			if _, _, err := apply(t, c, spec("a", "b", "b"), event.Discard); err == nil {
				t.Fatal("got no error")
			}
		}, types.StackStatusUpdateRollbackComplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := emulatortest.Start(t, emulatortest.WithClock(clock.Real(100))) // slow enough to be met half-way on a busy machine
			h.Runtime.Script(virtual.Script{PullTakes: virtual.Duration(2 * time.Minute), IgnoreSIGTERM: true})
			client := client(h)
			c.leave(t.Context(), t, client)
			live, err := client.Describe(t.Context(), "shop-test")
			must(t, err)
			if live.Status != c.found {
				t.Fatalf("the stack is %s, not %s: the test proves nothing", live.Status, c.found)
			}
			got, _, err := client.Apply(t.Context(), live, spec("a", "d"), event.Discard)
			must(t, err)
			if got.Outputs["TemplateDigest"] != "sha-a-d" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// slow is a stack that takes its time to be made, and to be deleted: its service starts and stops slowly.
func slow() stack.Spec {
	return stack.SpecOf("shop-test", []byte(`Resources:
  G0:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: a}
  Cluster:
    Type: AWS::ECS::Cluster
    Properties: {ClusterName: slow}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: slow
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      Cpu: "256"
      Memory: "512"
      ContainerDefinitions: [{Name: web, Image: web, StopTimeout: 120}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      ServiceName: slow
      TaskDefinition: !Ref Task
      DesiredCount: 1
      LaunchType: FARGATE
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-1]}}
Outputs:
  TemplateDigest:
    Value: sha-slow
`), nil)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
