package ecs_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/elb"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// balanced is a world with a load balancer that forwards everything to one target group.
func balanced(t *testing.T) (w *world, group, url string) {
	t.Helper()
	var lbs *elb.Service
	w = newWorld(t, func(d *ecs.Deps) {
		lbs = elb.New(elb.Deps{Scope: ids.Default(), Clock: d.Clock})
		d.ELB = lbs
	})
	t.Cleanup(func() {
		if err := lbs.Close(); err != nil {
			t.Error(err)
		}
	})
	lb, err := lbs.CreateLoadBalancer(t.Context(), &elbv2.CreateLoadBalancerInput{Name: aws.String("demo"), Subnets: []string{"subnet-1", "subnet-2"}})
	balancer := get(t, lb, err).LoadBalancers[0]
	tg, err := lbs.CreateTargetGroup(t.Context(), &elbv2.CreateTargetGroupInput{
		Name: aws.String("web"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), VpcId: aws.String("vpc-1"), TargetType: elbtypes.TargetTypeEnumIp,
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2), HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
	})
	group = *get(t, tg, err).TargetGroups[0].TargetGroupArn
	must(t)(lbs.ModifyTargetGroupAttributes(t.Context(), &elbv2.ModifyTargetGroupAttributesInput{TargetGroupArn: &group, Attributes: []elbtypes.TargetGroupAttribute{
		{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("10")},
	}}))
	return w, group, "http://" + *balancer.DNSName + "|" + *balancer.LoadBalancerArn
}

// listen adds the listener without which a target group has no load balancer.
func listen(t *testing.T, w *world, group, url string) string {
	t.Helper()
	address, arn, _ := strings.Cut(url, "|")
	must(t)(w.deps.ELB.(*elb.Service).CreateListener(t.Context(), &elbv2.CreateListenerInput{
		LoadBalancerArn: &arn, Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumHttp,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &group}},
	}))
	return address
}

func behind(group string) func(*sdk.CreateServiceInput) {
	return func(in *sdk.CreateServiceInput) {
		in.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: &group, ContainerName: aws.String("web"), ContainerPort: aws.Int32(8080)}}
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(body))
}

func TestATargetGroupWithoutALoadBalancerIsRefused(t *testing.T) {
	t.Parallel()
	w, group, _ := balanced(t)
	td := w.register(definition("web", container("web", "web:1")))
	in := &sdk.CreateServiceInput{Cluster: aws.String("demo"), ServiceName: aws.String("web"), TaskDefinition: &td, NetworkConfiguration: network()}
	behind(group)(in)
	_, err := w.ecs.CreateService(t.Context(), in)
	var refused *types.InvalidParameterException
	if !errors.As(err, &refused) || !strings.HasSuffix(*refused.Message, "does not have an associated load balancer.") {
		t.Error(err)
	}
}

func TestEveryRequestIsAnsweredWhileANewRevisionReplacesTheOld(t *testing.T) {
	t.Parallel()
	w, group, where := balanced(t)
	url := listen(t, w, group, where)
	w.create("web", w.register(definition("web", container("web", "web:1"))), 2, behind(group))
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	if got := fetch(t, url); got != "web:1" {
		t.Errorf("it answers %q", got)
	}
	w.update("web", w.register(definition("web", container("web", "web:2"))))
	seen := map[string]bool{}
	w.until("the deployment ends", func() bool {
		seen[fetch(t, url)] = true
		return w.deployment("web").FinishedAt != nil
	})
	if got := fetch(t, url); got != "web:2" {
		t.Errorf("it answers %q", got)
	}
	for answer := range seen {
		if answer != "web:1" && answer != "web:2" {
			t.Errorf("a request was answered with %q", answer)
		}
	}
	health, err := w.deps.ELB.DescribeTargetHealth(t.Context(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &group})
	if n := len(get(t, health, err).TargetHealthDescriptions); n != 2 {
		t.Errorf("%d targets are registered", n)
	}
}

func TestARevisionThatFailsItsLoadBalancersHealthCheckIsRolledBack(t *testing.T) {
	t.Parallel()
	w, group, where := balanced(t)
	url := listen(t, w, group, where)
	w.create("web", w.register(definition("web", container("web", "web:1"))), 1, behind(group))
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	w.run.Script(virtual.Script{Image: "web:2", HTTPStatus: 500})
	w.update("web", w.register(definition("web", container("web", "web:2"))))
	w.ends("web", types.ServiceDeploymentStatusRollbackSuccessful)
	if got := fetch(t, url); got != "web:1" {
		t.Errorf("it answers %q", got)
	}
	failed := 0
	for _, task := range w.tasks(types.DesiredStatusStopped) {
		if strings.HasPrefix(*task.StoppedReason, "Task failed ELB health checks in (target-group "+group) {
			failed++
		}
	}
	if failed != 3 {
		t.Errorf("%d tasks failed, not 3", failed)
	}
}

func TestASlowStarterIsSparedForTheGracePeriod(t *testing.T) {
	t.Parallel()
	w, group, where := balanced(t)
	listen(t, w, group, where)
	w.run.Script(virtual.Script{ReadyAfter: virtual.Duration(60 * time.Second)})
	w.create("web", w.register(definition("web", container("web", "web:1"))), 1, behind(group), func(in *sdk.CreateServiceInput) {
		in.HealthCheckGracePeriodSeconds = aws.Int32(120)
	})
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	if stopped := w.tasks(types.DesiredStatusStopped); len(stopped) != 0 {
		t.Errorf("%d tasks were stopped: %s", len(stopped), *stopped[0].StoppedReason)
	}
}
