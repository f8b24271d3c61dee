package render

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

// logBuffer is what a container keeps of its log in memory while CloudWatch does not take it. ECS's own default is 10m;
// beyond it lines are lost.
const logBuffer = "25m"

// TaskDefinition renders what `aws ecs register-task-definition --cli-input-json` takes. An account or a region that the
// plan does not know, and the load balancer's name, are placeholders for Resolve.
func TaskDefinition(s plan.Service, r plan.Release) ([]byte, error) {
	return document(newTaskDefinition(s, r))
}

func newTaskDefinition(s plan.Service, r plan.Release) taskDefinition {
	m := s.Manifest
	return taskDefinition{
		Family:                  s.Family,
		TaskRoleArn:             s.RoleARN(s.TaskRole),
		ExecutionRoleArn:        s.RoleARN(s.ExecutionRole),
		NetworkMode:             "awsvpc",
		RequiresCompatibilities: []string{"FARGATE"},
		CPU:                     strconv.Itoa(m.CPU),
		Memory:                  strconv.Itoa(m.Memory),
		RuntimePlatform: runtimePlatform{
			CPUArchitecture:       m.Platform.Arch,
			OperatingSystemFamily: m.Platform.OS,
		},
		ContainerDefinitions: []container{newContainer(s, r)},
		Tags:                 tags(releaseTags(s, r)),
	}
}

func newContainer(s plan.Service, r plan.Release) container {
	m := s.Manifest
	c := container{
		Name:             s.Name,
		Image:            r.Image,
		Essential:        true,
		PortMappings:     portMappings(s.Ports()),
		EntryPoint:       m.Entrypoint,
		Command:          m.Command,
		Environment:      pairs(s.Variables()),
		Secrets:          secrets(s.SecretARNs()),
		HealthCheck:      newHealthCheck(s.HealthCheck()),
		DependsOn:        dependencies(m.Image.DependsOn),
		DockerLabels:     m.Image.Labels,
		LogConfiguration: logs(s, plan.LogStreamPrefix),
	}
	if m.Image.Credentials != "" {
		c.RepositoryCredentials = &repositoryCredentials{CredentialsParameter: m.Image.Credentials}
	}
	if m.Exec && !s.Windows() {
		// Sessions leave processes without a parent behind, which an init reaps.
		c.LinuxParameters = &linuxParameters{InitProcessEnabled: true}
	}
	return c
}

func newHealthCheck(h *plan.HealthCheck) *healthCheck {
	if h == nil {
		return nil
	}
	return &healthCheck{
		Command: h.Command, Interval: h.Interval, Timeout: h.Timeout, Retries: h.Retries, StartPeriod: h.StartPeriod,
	}
}

func portMappings(ports []plan.Port) []portMapping {
	var out []portMapping
	for _, p := range ports {
		out = append(out, portMapping{
			Name: p.Name, ContainerPort: p.Number, HostPort: p.Number, Protocol: "tcp", AppProtocol: p.Protocol,
		})
	}
	return out
}

// logs says everything: AWS changed the default of mode once, and an account may have another.
func logs(s plan.Service, prefix string) *logConfiguration {
	return &logConfiguration{LogDriver: "awslogs", Options: map[string]string{
		"awslogs-group":         s.LogGroup,
		"awslogs-region":        cmp.Or(s.Region, plan.RegionRef),
		"awslogs-stream-prefix": prefix,
		"mode":                  "non-blocking",
		"max-buffer-size":       logBuffer,
	}}
}

func dependencies(m map[string]string) []dependency {
	var out []dependency
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, dependency{ContainerName: name, Condition: strings.ToUpper(m[name])})
	}
	return out
}

func secrets(arns map[string]string) []secret {
	var out []secret
	for _, name := range slices.Sorted(maps.Keys(arns)) {
		out = append(out, secret{Name: name, ValueFrom: arns[name]})
	}
	return out
}

func pairs(m map[string]string) []pair {
	var out []pair
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, pair{Name: name, Value: m[name]})
	}
	return out
}

func releaseTags(s plan.Service, r plan.Release) map[string]string {
	t := maps.Clone(s.Tags)
	if r.Number > 0 {
		t[plan.TagRelease] = "v" + strconv.Itoa(r.Number)
	}
	if r.Commit != "" {
		t[plan.TagCommit] = r.Commit
	}
	return t
}

func tags(m map[string]string) []tag {
	var out []tag
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, tag{Key: key, Value: m[key]})
	}
	return out
}
