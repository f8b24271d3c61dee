package cfn_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"ferry.dev/ferry/internal/emulator/cfn"
	"ferry.dev/ferry/internal/emulator/elb"
)

func TestAStackThatWasBeingMadeIsRolledBackAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 2)
	w.must(second(w.CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(slowBalancer)})))
	for len(w.course(w.stack("app"))) < 4 { // some of it is there
		w.tick()
	}
	w.must(w.Close())
	saved, err := w.Save()
	w.must(err)
	if st := w.stack("app"); st.StackStatus != types.StackStatusCreateInProgress {
		t.Fatalf("stopped too late: %s", st.StackStatus)
	}
	w.Service = cfn.New(w.deps)
	w.must(w.Load(saved))
	if st := w.settled("app"); st.StackStatus != types.StackStatusRollbackComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}

// slowBalancer takes a second on the clock until its load balancer is active.
const slowBalancer = `

Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]], AvailabilityZone: !Select [0, !GetAZs ""]}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]], AvailabilityZone: !Select [1, !GetAZs ""]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B]}}
  After: {Type: AWS::Logs::LogGroup, DependsOn: Balancer}
`

func TestAStackCanBeDeletedWhileItIsBeingMade(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 2)
	w.must(second(w.CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(slowBalancer)})))
	for len(w.course(w.stack("app"))) < 4 {
		w.tick()
	}
	if st := w.remove(w.stack("app")); st.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}

func TestAnUpdateThatIsCancelledIsRolledBack(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 2)
	base := strings.Split(slowBalancer, "  Balancer:")[0]
	w.create("app", base)
	w.must(second(w.UpdateStack(t.Context(), &cf.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(slowBalancer)})))
	for !slices.Contains(w.course(w.stack("app")), "Balancer CREATE_IN_PROGRESS") {
		w.tick()
	}
	w.must(second(w.CancelUpdateStack(t.Context(), &cf.CancelUpdateStackInput{StackName: aws.String("app")})))
	if st := w.settled("app"); st.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.remove(w.stack("app"))
	w.isEmpty()
}

func TestAfterARestartOutputsTellWhereALoadBalancerListensNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.create("app", slowBalancer+"Outputs: {DNS: {Value: !GetAtt Balancer.DNSName, Export: {Name: dns}}}\n")
	balancers, err := w.deps.ELB.Save()
	w.must(err)
	stacks, err := w.Save()
	w.must(err)
	next := w.deps
	next.ELB = elb.New(elb.Deps{Scope: next.Scope, Clock: next.Clock})
	t.Cleanup(func() { w.must(next.ELB.Close()) })
	w.must(next.ELB.Load(balancers)) // the first one still holds the port
	again := cfn.New(next)
	t.Cleanup(func() { w.must(again.Close()) })
	w.must(again.Load(stacks))
	out, err := again.DescribeStacks(t.Context(), &cf.DescribeStacksInput{StackName: aws.String("app")})
	w.must(err)
	lbs, err := next.ELB.DescribeLoadBalancers(t.Context(), &elbv2.DescribeLoadBalancersInput{})
	w.must(err)
	got, old, want := *out.Stacks[0].Outputs[0].OutputValue, *before.Outputs[0].OutputValue, *lbs.LoadBalancers[0].DNSName
	if got != want || got == old {
		t.Errorf("%s, want %s instead of %s", got, want, old)
	}
}
