package moto

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/manifest"
)

// TestTheTaskDefinitionOfEachManifestThatIsValidForCopilotRegistersInAnAccount packages each, in each environment that it names,
// registers what comes of it and reads it back. One of each type of workload is registered by the aws command line, from the file
// as a user would; the others by the SDK, which is quicker.
func TestTheTaskDefinitionOfEachManifestThatIsValidForCopilotRegistersInAnAccount(t *testing.T) {
	t.Parallel()
	harness.Slow(t, "e2e-moto")
	harness.Need(t, "moto_server", "aws")
	valid := harness.ValidForCopilot(t)
	bin, url := harness.Ferry(t), harness.Moto(t, "")
	a := registrar{url: url, dir: t.TempDir(), ecs: ecs.New(ecs.Options{
		BaseEndpoint: aws.String(url), Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "x", ""),
	})}
	byCommand := map[string]bool{}
	var g errgroup.Group
	g.SetLimit(2)
	for i, m := range valid {
		dir := t.TempDir()
		for _, env := range m.Workspace(t, dir) {
			for name, doc := range rendered(t, bin, dir, env, m.Env()) {
				doc = harness.Resolved(t, doc, harness.MotoAccount)
				in := harness.TaskDefinition(t, doc)
				in.Family = aws.String(fmt.Sprintf("%s-%d", aws.ToString(in.Family), i)) // the manifests share names
				register := a.bySDK
				if kind := manifest.TypeOf(m.Source); !byCommand[kind] {
					byCommand[kind] = true
					register = func(ctx context.Context, in *ecs.RegisterTaskDefinitionInput) error { return a.byCommand(ctx, in, doc) }
				}
				g.Go(func() error {
					err := register(t.Context(), in)
					if err == nil {
						err = a.readBack(t.Context(), in)
					}
					if err != nil {
						err = fmt.Errorf("%s in %s: %s: %w", m.File, env, name, err)
					}
					return err
				})
			}
		}
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	want := map[string]bool{
		manifest.LoadBalancedWebService: true, manifest.BackendService: true, manifest.WorkerService: true, manifest.ScheduledJob: true,
		manifest.RequestDrivenService: true, manifest.EnvironmentType: true, // beside which a service stands
	}
	if diff := cmp.Diff(want, byCommand); diff != "" {
		t.Errorf("types of manifest (-want +got):\n%s", diff)
	}
}

// rendered packages a workspace for an environment and returns its task definitions by their files.
func rendered(t *testing.T, bin, dir, env string, variables []string) map[string][]byte {
	t.Helper()
	out := filepath.Join(dir, "out", env)
	cmd := exec.CommandContext(t.Context(), bin, "package", "--env", env, "--output-dir", out)
	cmd.Dir, cmd.Env = dir, harness.Env(append(variables, "HOME="+dir)...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ferry package: %v\n%s", err, said)
	}
	files, err := filepath.Glob(filepath.Join(out, "*.taskdef.json"))
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string][]byte{}
	for _, file := range files {
		if docs[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return docs
}

// registrar registers task definitions with an account.
type registrar struct {
	url, dir string
	ecs      *ecs.Client
}

func (r registrar) bySDK(ctx context.Context, in *ecs.RegisterTaskDefinitionInput) error {
	_, err := r.ecs.RegisterTaskDefinition(ctx, in)
	return err
}

// byCommand has the aws command line register the file as it is, but for the family's name.
func (r registrar) byCommand(ctx context.Context, in *ecs.RegisterTaskDefinitionInput, doc []byte) error {
	file := filepath.Join(r.dir, aws.ToString(in.Family)+".json")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "aws", "ecs", "register-task-definition", "--cli-input-json", "file://"+file, "--family", aws.ToString(in.Family))
	cmd.Env = harness.Env(harness.AWSEnv(r.url, r.dir)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("aws ecs register-task-definition: %w\n%s", err, out)
	}
	return nil
}

// task is what of a task definition is compared.
type task struct {
	CPU, Memory string
	Containers  []container
}

type container struct {
	Name, Image              string
	CPU, Memory, Reservation int32
}

func taskOf(cpu, memory *string, containers []types.ContainerDefinition) task {
	t := task{CPU: aws.ToString(cpu), Memory: aws.ToString(memory)}
	for _, c := range containers {
		t.Containers = append(t.Containers, container{
			aws.ToString(c.Name), aws.ToString(c.Image), c.Cpu, aws.ToInt32(c.Memory), aws.ToInt32(c.MemoryReservation),
		})
	}
	return t
}

// readBack tells whether a task definition reads as it was written.
func (r registrar) readBack(ctx context.Context, in *ecs.RegisterTaskDefinitionInput) error {
	out, err := r.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: in.Family})
	if err != nil {
		return err
	}
	got := taskOf(out.TaskDefinition.Cpu, out.TaskDefinition.Memory, out.TaskDefinition.ContainerDefinitions)
	if diff := cmp.Diff(taskOf(in.Cpu, in.Memory, in.ContainerDefinitions), got); diff != "" {
		return fmt.Errorf("it reads otherwise (-want +got):\n%s", diff)
	}
	return nil
}
