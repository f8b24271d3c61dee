package elb_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// TestTheCommandLineBuildsALoadBalancerThatAnswers goes the way of a user: everything by the aws command, the answer by HTTP.
func TestTheCommandLineBuildsALoadBalancerThatAnswers(t *testing.T) {
	t.Parallel()
	cli := emulatortest.AWS(t)
	w := &world{t: t}
	target := w.serve("from the command line").Listener.Addr().String()
	_, number, _ := strings.Cut(target, ":")
	lb := cli("elbv2", "create-load-balancer", "--name", "cli", "--subnets", "subnet-a", "subnet-b", "--query", "LoadBalancers[0].LoadBalancerArn")
	group := cli("elbv2", "create-target-group", "--name", "cli", "--protocol", "HTTP", "--port", "80", "--vpc-id", "vpc-1", "--target-type", "ip", "--query", "TargetGroups[0].TargetGroupArn")
	listener := cli("elbv2", "create-listener", "--load-balancer-arn", lb, "--protocol", "HTTP", "--port", "80", "--default-actions", "Type=fixed-response,FixedResponseConfig={StatusCode=404}", "--query", "Listeners[0].ListenerArn")
	cli("elbv2", "create-rule", "--listener-arn", listener, "--priority", "5", "--conditions", "Field=path-pattern,Values=/cli*", "--actions", "Type=forward,TargetGroupArn="+group)
	cli("elbv2", "register-targets", "--target-group-arn", group, "--targets", "Id=127.0.0.1,Port="+number)
	cli("elbv2", "wait", "target-in-service", "--target-group-arn", group, "--targets", "Id=127.0.0.1,Port="+number)
	w.url = "http://" + cli("elbv2", "describe-load-balancers", "--names", "cli", "--query", "LoadBalancers[0].DNSName")
	got := []string{
		w.get("/cli/x"), w.get("/else"),
		cli("elbv2", "describe-rules", "--listener-arn", listener, "--query", "Rules[].[Priority,Actions[0].Type]"),
		cli("elbv2", "describe-target-health", "--target-group-arn", group, "--query", "TargetHealthDescriptions[].TargetHealth.State"),
		cli("elbv2", "describe-target-group-attributes", "--target-group-arn", group, "--query", "Attributes[?Key=='deregistration_delay.timeout_seconds'].Value"),
	}
	if d := cmp.Diff([]string{"200 from the command line", "404 ", "5\tforward\ndefault\tfixed-response", "healthy", "300"}, got); d != "" {
		t.Error(d)
	}
}
