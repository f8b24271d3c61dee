package cfn_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/autoscaling"
	"ferry.dev/ferry/internal/emulator/cfn"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cloudfront"
	"ferry.dev/ferry/internal/emulator/cloudmap"
	"ferry.dev/ferry/internal/emulator/cloudwatch"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/ec2"
	"ferry.dev/ferry/internal/emulator/ecr"
	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/efs"
	"ferry.dev/ferry/internal/emulator/elb"
	"ferry.dev/ferry/internal/emulator/iam"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/emulator/s3"
	"ferry.dev/ferry/internal/emulator/scheduler"
	"ferry.dev/ferry/internal/emulator/secrets"
	"ferry.dev/ferry/internal/emulator/sfn"
	"ferry.dev/ferry/internal/emulator/sns"
	"ferry.dev/ferry/internal/emulator/sqs"
	"ferry.dev/ferry/internal/emulator/ssm"
)

// world is CloudFormation with everything below it, without HTTP.
type world struct {
	*cfn.Service
	deps cfn.Deps
	t    *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldAt(t, 500)
}

// newWorldAt runs the clock at another speed.
func newWorldAt(t *testing.T, speed float64) *world {
	t.Helper()
	clk := clock.Scaled(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), speed)
	scope := ids.Default()
	d := cfn.Deps{
		Scope: scope, Clock: clk, ELB: elb.New(elb.Deps{Scope: scope, Clock: clk}), Logs: cwlogs.New(scope, clk), IAM: iam.New(scope, clk), EC2: ec2.New(scope),
		ECR: ecr.New(ecr.Deps{Scope: scope, Clock: clk, Host: func() string { return "127.0.0.1:4566" }}),
		SSM: ssm.New(scope, clk), Secrets: secrets.New(scope, clk), CloudMap: cloudmap.New(scope, clk),
		S3: s3.New(s3.Deps{Scope: scope, Clock: clk}), SFN: sfn.New(sfn.Deps{Scope: scope, Clock: clk}),
		Scheduler: scheduler.New(scheduler.Deps{Scope: scope, Clock: clk}),
	}
	d.EFS = efs.New(efs.Deps{Scope: scope})
	d.CloudFront = cloudfront.New(cloudfront.Deps{Scope: scope, Clock: clk, S3: d.S3})
	d.SQS = sqs.New(sqs.Deps{Scope: scope, Clock: clk, Host: func() string { return "127.0.0.1:4566" }})
	d.SNS = sns.New(sns.Deps{Scope: scope, Clock: clk, Queues: d.SQS, Host: func() string { return "127.0.0.1:4566" }})
	run := virtual.New(clk)
	d.ECS = ecs.New(ecs.Deps{Scope: scope, Clock: clk, Runtime: run, ELB: d.ELB, Logs: d.Logs, ECR: d.ECR, SSM: d.SSM, Secrets: d.Secrets, EFS: d.EFS, Endpoint: func() string { return "http://127.0.0.1:4566" }})
	scaling := autoscaling.New(autoscaling.Deps{Scope: scope, Clock: clk, ECS: d.ECS})
	d.CloudWatch = cloudwatch.New(cloudwatch.Deps{Scope: scope, Clock: clk, Scaling: scaling, Topics: d.SNS})
	w := &world{Service: cfn.New(d), deps: d, t: t}
	t.Cleanup(func() {
		for _, c := range []interface{ Close() error }{w.Service, d.CloudWatch, scaling, d.Scheduler, d.SFN, d.CloudFront, d.ECS, d.ELB, d.Logs, d.EFS, run} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return w
}

func allCapabilities() []types.Capability {
	return []types.Capability{types.CapabilityCapabilityNamedIam}
}

// settled waits until nothing is under way on a stack and returns it.
func (w *world) settled(name string) types.Stack {
	w.t.Helper()
	for {
		out, err := w.DescribeStacks(w.t.Context(), &cf.DescribeStacksInput{StackName: &name})
		if err != nil {
			w.t.Fatal(err)
		}
		if !strings.HasSuffix(string(out.Stacks[0].StackStatus), "_IN_PROGRESS") {
			return out.Stacks[0]
		}
		w.tick()
	}
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.deps.Clock.Wait(w.t.Context(), 50*time.Millisecond); err != nil {
		w.t.Fatal(err)
	}
}

// create makes a stack and returns it once it has settled.
func (w *world) create(name, text string, tweak ...func(*cf.CreateStackInput)) types.Stack {
	w.t.Helper()
	in := &cf.CreateStackInput{StackName: &name, TemplateBody: &text, Capabilities: allCapabilities()}
	for _, f := range tweak {
		f(in)
	}
	out, err := w.CreateStack(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.settled(aws.ToString(out.StackId))
}

func (w *world) update(name, text string) types.Stack {
	w.t.Helper()
	if _, err := w.UpdateStack(w.t.Context(), &cf.UpdateStackInput{StackName: &name, TemplateBody: &text, Capabilities: allCapabilities()}); err != nil {
		w.t.Fatal(err)
	}
	return w.settled(name)
}

// change proposes an update and returns what it would do.
func (w *world) change(name, set, text string, kind types.ChangeSetType) *cf.DescribeChangeSetOutput {
	w.t.Helper()
	out, err := w.CreateChangeSet(w.t.Context(), &cf.CreateChangeSetInput{StackName: &name, ChangeSetName: &set, TemplateBody: &text, ChangeSetType: kind, Capabilities: allCapabilities()})
	if err != nil {
		w.t.Fatal(err)
	}
	for {
		d, err := w.DescribeChangeSet(w.t.Context(), &cf.DescribeChangeSetInput{ChangeSetName: out.Id})
		if err != nil {
			w.t.Fatal(err)
		}
		if d.Status == types.ChangeSetStatusCreateComplete || d.Status == types.ChangeSetStatusFailed {
			return d
		}
		w.tick()
	}
}

// remove deletes a stack and returns it once it has settled.
func (w *world) remove(st types.Stack) types.Stack {
	w.t.Helper()
	if _, err := w.DeleteStack(w.t.Context(), &cf.DeleteStackInput{StackName: st.StackId}); err != nil {
		w.t.Fatal(err)
	}
	return w.settled(*st.StackId)
}

// why returns the events that say why something failed, the oldest first.
func (w *world) why(st types.Stack) string {
	w.t.Helper()
	out, err := w.DescribeStackEvents(context.WithoutCancel(w.t.Context()), &cf.DescribeStackEventsInput{StackName: st.StackId})
	if err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	for i := len(out.StackEvents) - 1; i >= 0; i-- {
		if e := out.StackEvents[i]; e.ResourceStatusReason != nil {
			b.WriteString(*e.LogicalResourceId + " " + string(e.ResourceStatus) + ": " + *e.ResourceStatusReason + "\n")
		}
	}
	return b.String()
}
