package render

import (
	"errors"
	"regexp"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

// RunTask renders what `aws ecs run-task --cli-input-json` takes to run a workload's task once, to its end. It names the
// task definition by its family: ECS takes the newest revision. Subnets and security groups are placeholders for Resolve.
func RunTask(s plan.Service) ([]byte, error) { return document(newRunTask(s), nil) }

// newRunTask launches as the service definition does; what a task alone has no use for is left out.
func newRunTask(s plan.Service) runTask {
	like := newService(s)
	out := runTask{
		Cluster: s.Cluster, TaskDefinition: s.Family, Count: runs(s), LaunchType: like.LaunchType, CapacityProviderStrategy: like.CapacityProviderStrategy,
		PlatformVersion: like.PlatformVersion, PlacementConstraints: like.PlacementConstraints, PlacementStrategy: like.PlacementStrategy,
		NetworkConfiguration: like.NetworkConfiguration, PropagateTags: "TASK_DEFINITION", EnableECSManagedTags: true,
		EnableExecuteCommand: s.Manifest.Exec, VolumeConfigurations: like.VolumeConfigurations,
	}
	for i := range out.VolumeConfigurations {
		out.VolumeConfigurations[i].ManagedEBSVolume.TagSpecifications = []ebsTagSpecification{{ResourceType: "volume", PropagateTags: "TASK_DEFINITION"}}
	}
	return out
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
	Cluster                  string                `json:"cluster"`
	TaskDefinition           string                `json:"taskDefinition"`
	Count                    int                   `json:"count"`
	LaunchType               string                `json:"launchType,omitempty"`
	CapacityProviderStrategy []strategyItem        `json:"capacityProviderStrategy,omitempty"`
	PlatformVersion          string                `json:"platformVersion,omitempty"`
	PlacementConstraints     []placementConstraint `json:"placementConstraints,omitempty"`
	PlacementStrategy        []placementStrategy   `json:"placementStrategy,omitempty"`
	NetworkConfiguration     *networkConfiguration `json:"networkConfiguration,omitempty"`
	PropagateTags            string                `json:"propagateTags"`
	EnableECSManagedTags     bool                  `json:"enableECSManagedTags"`
	EnableExecuteCommand     bool                  `json:"enableExecuteCommand"`
	VolumeConfigurations     []volumeConfiguration `json:"volumeConfigurations,omitempty"`
}

// parameter is one of RunTask's, with a capital as CloudFormation and Step Functions write it. Its value is JSON, which is
// YAML too.
type parameter struct{ Name, Value string }

// launch lists how a job's tasks are launched, without what the template says by itself.
func launch(s plan.Service) ([]parameter, error) {
	r := newRunTask(s)
	var out []parameter
	var failed error
	add := func(name string, value any, there bool) {
		if !there {
			return
		}
		text, err := capitals(value)
		out, failed = append(out, parameter{name, text}), errors.Join(failed, err)
	}
	add("LaunchType", r.LaunchType, r.LaunchType != "")
	add("CapacityProviderStrategy", r.CapacityProviderStrategy, len(r.CapacityProviderStrategy) > 0)
	add("PlatformVersion", r.PlatformVersion, r.PlatformVersion != "")
	add("PlacementConstraints", r.PlacementConstraints, len(r.PlacementConstraints) > 0)
	add("PlacementStrategy", r.PlacementStrategy, len(r.PlacementStrategy) > 0)
	add("PropagateTags", r.PropagateTags, true)
	add("EnableECSManagedTags", r.EnableECSManagedTags, true)
	add("EnableExecuteCommand", r.EnableExecuteCommand, true)
	return out, failed
}

// key is a member's name in JSON of ours, which holds no text that looks like one.
var key = regexp.MustCompile(`"([a-z])([A-Za-z]*)":`)

// capitals writes a value as JSON whose members begin with a capital.
func capitals(v any) (string, error) {
	data, err := encode(v, "")
	text := key.ReplaceAllStringFunc(string(data), func(m string) string { return m[:1] + strings.ToUpper(m[1:2]) + m[2:] + " " })
	return strings.NewReplacer(`,"`, `, "`, ",{", ", {").Replace(text), err
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
