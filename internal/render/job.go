package render

import (
	"strings"

	"ferry.dev/ferry/internal/plan"
)

// RunTask renders what `aws ecs run-task --cli-input-json` takes to run a workload's task once, to its end. It names the
// task definition by its family: ECS takes the newest revision. Subnets and security groups are placeholders for Resolve.
func RunTask(s plan.Service) ([]byte, error) {
	return document(runTask{
		Cluster: s.Cluster, TaskDefinition: s.Family, Count: runs(s), LaunchType: "FARGATE", PlatformVersion: "LATEST",
		NetworkConfiguration: networkConfiguration{AwsvpcConfiguration: awsvpc{
			Subnets: s.Network.Subnets, SecurityGroups: s.Network.SecurityGroups, AssignPublicIP: enabled(s.Network.PublicIP),
		}},
		PropagateTags: "TASK_DEFINITION", EnableECSManagedTags: true, EnableExecuteCommand: s.Manifest.Exec,
	}, nil)
}

// runs is how many tasks a run has: a job's as its manifest says; of a service one is enough.
func runs(s plan.Service) int {
	if s.IsJob() {
		return s.Manifest.Count
	}
	return 1
}

// runTask is in the words and the order of the aws command line's skeleton.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
type runTask struct {
	Cluster              string               `json:"cluster"`
	TaskDefinition       string               `json:"taskDefinition"`
	Count                int                  `json:"count"`
	LaunchType           string               `json:"launchType,omitempty"`
	PlatformVersion      string               `json:"platformVersion,omitempty"`
	NetworkConfiguration networkConfiguration `json:"networkConfiguration"`
	PropagateTags        string               `json:"propagateTags"`
	EnableECSManagedTags bool                 `json:"enableECSManagedTags"`
	EnableExecuteCommand bool                 `json:"enableExecuteCommand"`
}

// imports writes identifiers as a YAML flow sequence. What stands for an output of another stack is imported; the one that
// stands for all subnets is taken apart.
func imports(texts []string) string {
	parts := make([]string, len(texts))
	for i, t := range texts {
		stack, output, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(t, "\x00{"), "}"), ".")
		switch {
		case !ok || !strings.HasPrefix(t, "\x00"):
			parts[i] = quote(t)
		case len(texts) == 1 && strings.HasSuffix(output, "Subnets"):
			return `!Split [",", !ImportValue ` + quote(stack+"-"+output) + "]"
		default:
			parts[i] = "!ImportValue " + quote(stack+"-"+output)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
