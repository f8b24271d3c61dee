package deploy_test

import (
	"strings"
	"testing"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

func TestWhatPassesByItselfStopsNoDeploy(t *testing.T) {
	t.Parallel()
	role := "ECS was unable to assume the role 'arn:aws:iam::000000000000:role/shop-test-web-execution' that was provided for this task."
	cases := map[string][]emulator.Fault{
		"a role that IAM has not told yet": {
			{Service: "ecs", Operation: "RegisterTaskDefinition", Code: "ClientException", Message: role, Status: 400, Times: 2},
			{Service: "ecs", Operation: "CreateService", Code: "InvalidParameterException", Message: role, Status: 400, Times: 2},
		},
		"the role by which ECS acts, which an account's first service has AWS make": {
			{Service: "ecs", Operation: "CreateService", Code: "InvalidParameterException", Status: 400, Times: 2,
				Message: "Unable to assume the service linked role. Please verify that the ECS service linked role exists."},
		},
		"throttling and a broken network while the deployment is followed": {
			{Service: "ecs", Operation: "DescribeServiceDeployments", Code: "ThrottlingException", Message: "Rate exceeded", Status: 400, Times: 4},
			{Service: "ecs", Operation: "DescribeServiceDeployments", Drop: true, Times: 2},
		},
		"answers that are lost": {
			{Service: "ecs", Operation: "CreateService", Lose: true, Times: 1},
			{Service: "cloudformation", Operation: "ExecuteChangeSet", Lose: true, Times: 1},
		},
		"side readings that fail": {
			{Service: "ecs", Operation: "ListTasks", Code: "AccessDeniedException", Message: "no", Status: 400},
			{Service: "elasticloadbalancing", Operation: "DescribeTargetHealth", Code: "AccessDenied", Message: "no", Status: 403},
		},
	}
	for name, faults := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			if strings.HasPrefix(name, "throttling") {
				w.Config.RetryMaxAttempts = 1 // the wait itself must survive, not only the SDK
			}
			for _, f := range faults {
				w.Fault(f)
			}
			result := mustRun(t, newRepo(t).target(w.Config), only("web"))
			compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"new service"}, true}}, summaries(result))
			compare(t, []string{"shop-test-web:1"}, w.revisions(t))
		})
	}
}

func TestARefusalOfAWriteIsExplained(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.Fault(emulator.Fault{Service: "ecs", Operation: "RegisterTaskDefinition", Code: "ClientException",
		Message: "No Fargate configuration exists for given values.", Status: 400})
	_, err := deploy.Run(t.Context(), newRepo(t).target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Failed || !strings.Contains(err.Error(), "ECS refused the task definition") ||
		!strings.Contains(fault.Hint(err), "cpu and memory") || strings.Contains(err.Error(), "RequestID") {
		t.Errorf("got %v, hint %q", err, fault.Hint(err))
	}
}
