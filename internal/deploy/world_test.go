package deploy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/stack"
)

// world is an AWS endpoint of its own for one test, with what tests ask of it.
type world struct{ *emulatortest.Handle }

func start(t *testing.T) *world {
	t.Helper()
	return &world{emulatortest.Start(t)}
}

func ptr[T any](v T) *T { return &v }

// service reads a service of environment test.
func (w *world) service(t *testing.T, name string) ecstypes.Service {
	t.Helper()
	out, err := ecs.NewFromConfig(w.Config).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: ptr("shop-test"), Services: []string{name}})
	if err != nil || len(out.Services) != 1 {
		t.Fatalf("reading service %s: %+v %v", name, out, err)
	}
	return out.Services[0]
}

// update changes service web beside ferry.
func (w *world) update(t *testing.T, in *ecs.UpdateServiceInput) {
	t.Helper()
	in.Cluster, in.Service = ptr("shop-test"), ptr("web")
	if _, err := ecs.NewFromConfig(w.Config).UpdateService(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (w *world) template(t *testing.T, name string) string {
	t.Helper()
	out, err := cloudformation.NewFromConfig(w.Config).GetTemplate(t.Context(), &cloudformation.GetTemplateInput{StackName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.TemplateBody)
}

// stacks names all stacks that stand.
func (w *world) stacks(t *testing.T) []string {
	t.Helper()
	list, err := stack.New(w.Config).Tagged(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// changeSets counts the change sets that no one has executed.
func (w *world) changeSets(t *testing.T) int {
	t.Helper()
	n := 0
	for _, name := range w.stacks(t) {
		out, err := cloudformation.NewFromConfig(w.Config).ListChangeSets(t.Context(), &cloudformation.ListChangeSetsInput{StackName: &name})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range out.Summaries {
			if s.ExecutionStatus == "AVAILABLE" {
				n++
			}
		}
	}
	return n
}

// revisions names the task definitions that are active or inactive, as family:revision.
func (w *world) revisions(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, state := range []ecstypes.TaskDefinitionStatus{ecstypes.TaskDefinitionStatusActive, ecstypes.TaskDefinitionStatusInactive} {
		out, err := ecs.NewFromConfig(w.Config).ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{Status: state})
		if err != nil {
			t.Fatal(err)
		}
		for _, arn := range out.TaskDefinitionArns {
			_, name, _ := strings.Cut(arn, "/")
			names = append(names, name)
		}
	}
	return names
}

// writes names the calls that change something.
func (w *world) writes() []string {
	var all []string
	for _, c := range w.Calls() {
		if c.Operation != "" && !strings.HasPrefix(c.Operation, "Describe") && !strings.HasPrefix(c.Operation, "Get") && !strings.HasPrefix(c.Operation, "List") {
			all = append(all, c.Service+"."+c.Operation)
		}
	}
	return all
}

// output reads an output of a stack; "" where it has none of that name.
func (w *world) output(t *testing.T, name, output string) string {
	t.Helper()
	s, err := stack.New(w.Config).Describe(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s.Outputs[output]
}
