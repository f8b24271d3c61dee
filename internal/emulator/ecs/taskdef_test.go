package ecs_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRegistrationRefusesWhatECSRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := func(change func(*types.ContainerDefinition)) func(*sdk.RegisterTaskDefinitionInput) {
		return func(in *sdk.RegisterTaskDefinitionInput) { change(&in.ContainerDefinitions[0]) }
	}
	for name, change := range map[string]func(*sdk.RegisterTaskDefinitionInput){
		"a family with a dot":         func(in *sdk.RegisterTaskDefinitionInput) { in.Family = aws.String("a.b") },
		"no containers":               func(in *sdk.RegisterTaskDefinitionInput) { in.ContainerDefinitions = nil },
		"a size that is not there":    func(in *sdk.RegisterTaskDefinitionInput) { in.Memory = aws.String("4096") },
		"no size":                     func(in *sdk.RegisterTaskDefinitionInput) { in.Cpu = nil },
		"bridge on Fargate":           func(in *sdk.RegisterTaskDefinitionInput) { in.NetworkMode = types.NetworkModeBridge },
		"logs without execution role": func(in *sdk.RegisterTaskDefinitionInput) { in.ExecutionRoleArn = nil },
		"too little storage": func(in *sdk.RegisterTaskDefinitionInput) {
			in.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 20}
		},
		"two containers of a name": func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions = append(in.ContainerDefinitions, container("web", "x"))
		},
		"no essential container":    one(func(c *types.ContainerDefinition) { c.Essential = aws.Bool(false) }),
		"no image":                  one(func(c *types.ContainerDefinition) { c.Image = nil }),
		"more memory than the task": one(func(c *types.ContainerDefinition) { c.Memory = aws.Int32(1024) }),
		"more cpu than the task":    one(func(c *types.ContainerDefinition) { c.Cpu = 512 }),
		"soft over hard memory":     one(func(c *types.ContainerDefinition) { c.Memory, c.MemoryReservation = aws.Int32(64), aws.Int32(128) }),
		"a port out of range":       one(func(c *types.ContainerDefinition) { c.PortMappings[0].ContainerPort = aws.Int32(70000) }),
		"another host port":         one(func(c *types.ContainerDefinition) { c.PortMappings[0].HostPort = aws.Int32(80) }),
		"a port twice":              one(func(c *types.ContainerDefinition) { c.PortMappings = append(c.PortMappings, c.PortMappings[0]) }),
		"a dependency on nobody": one(func(c *types.ContainerDefinition) {
			c.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("no"), Condition: types.ContainerConditionStart}}
		}),
		"a dependency on itself": one(func(c *types.ContainerDefinition) {
			c.DependsOn = []types.ContainerDependency{{ContainerName: c.Name, Condition: types.ContainerConditionStart}}
		}),
		"a health check without CMD": one(func(c *types.ContainerDefinition) { c.HealthCheck = &types.HealthCheck{Command: []string{"curl"}} }),
		"a log driver that Fargate lacks": one(func(c *types.ContainerDefinition) {
			c.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverSyslog}
		}),
		"privileges on Fargate": one(func(c *types.ContainerDefinition) { c.Privileged = aws.Bool(true) }),
		"a capability that Fargate lacks": one(func(c *types.ContainerDefinition) {
			c.LinuxParameters = &types.LinuxParameters{Capabilities: &types.KernelCapabilities{Add: []string{"NET_ADMIN"}}}
		}),
		"a long stop on Fargate": one(func(c *types.ContainerDefinition) { c.StopTimeout = aws.Int32(121) }),
		"a soft limit over a hard": one(func(c *types.ContainerDefinition) {
			c.Ulimits = []types.Ulimit{{Name: "nofile", SoftLimit: 2, HardLimit: 1}}
		}),
		"a hasty restart": one(func(c *types.ContainerDefinition) {
			c.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(5)}
		}),
		"more reserved memory than the task": func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].MemoryReservation = aws.Int32(400)
			other := container("other", "x")
			other.Memory = aws.Int32(200)
			in.ContainerDefinitions = append(in.ContainerDefinitions, other)
		},
		"awslogs without a stream prefix": one(func(c *types.ContainerDefinition) { delete(c.LogConfiguration.Options, "awslogs-stream-prefix") }),
	} {
		in := definition("web", container("web", "web:1"))
		change(in)
		_, err := w.ecs.RegisterTaskDefinition(t.Context(), in)
		var refused *types.ClientException
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsDescribedHasECSsDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arn := w.register(definition("web", container("web", "web:1")))
	out, err := w.ecs.DescribeTaskDefinition(t.Context(), &sdk.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")})
	got := get(t, out, err).TaskDefinition
	want := container("web", "web:1")
	want.Essential = aws.Bool(true)
	want.Environment, want.MountPoints, want.VolumesFrom, want.SystemControls = []types.KeyValuePair{}, []types.MountPoint{}, []types.VolumeFrom{}, []types.SystemControl{}
	want.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(8080), HostPort: aws.Int32(8080), Protocol: types.TransportProtocolTcp}}
	want.LogConfiguration.SecretOptions = []types.Secret{}
	ignore := cmpopts.IgnoreUnexported(types.ContainerDefinition{}, types.PortMapping{}, types.LogConfiguration{})
	if diff := cmp.Diff([]types.ContainerDefinition{want}, got.ContainerDefinitions, ignore); diff != "" {
		t.Error(diff)
	}
	if *got.TaskDefinitionArn != arn || got.Revision != 1 || got.Status != types.TaskDefinitionStatusActive {
		t.Errorf("it is %+v", got)
	}
}

func TestRevisionsAreCountedAndNeverComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.register(definition("web", container("web", "web:1")))
	must(t)(w.ecs.DeregisterTaskDefinition(t.Context(), &sdk.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("web:1")}))
	if _, err := w.ecs.DescribeTaskDefinition(t.Context(), &sdk.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web")}); err == nil {
		t.Error("a family without active revisions was described")
	}
	out, err := w.ecs.DescribeTaskDefinition(t.Context(), &sdk.DescribeTaskDefinitionInput{TaskDefinition: &first})
	if got := get(t, out, err).TaskDefinition.Status; got != types.TaskDefinitionStatusInactive {
		t.Errorf("the revision is %s", got)
	}
	must(t)(w.ecs.DeleteTaskDefinitions(t.Context(), &sdk.DeleteTaskDefinitionsInput{TaskDefinitions: []string{"web:1"}}))
	if second := w.register(definition("web", container("web", "web:2"))); last(second) != "web:2" {
		t.Errorf("the next revision is %s", second)
	}
	for range 10 {
		w.register(definition("web", container("web", "web:2")))
	}
	list, err := w.ecs.ListTaskDefinitions(t.Context(), &sdk.ListTaskDefinitionsInput{FamilyPrefix: aws.String("web"), Sort: types.SortOrderDesc, MaxResults: aws.Int32(2)})
	var names []string
	for _, arn := range get(t, list, err).TaskDefinitionArns {
		names = append(names, last(arn))
	}
	if diff := cmp.Diff([]string{"web:12", "web:11"}, names); diff != "" || list.NextToken == nil {
		t.Error(diff)
	}
}

func last(arn string) string {
	for i := len(arn) - 1; i >= 0; i-- {
		if arn[i] == '/' {
			return arn[i+1:]
		}
	}
	return arn
}
