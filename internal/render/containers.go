package render

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

// logBuffer is what a container keeps of its log in memory while CloudWatch does not take it. ECS's own default is 10m;
// beyond it lines are lost.
const logBuffer = "25m"

func containers(s plan.Service, r plan.Release) []container {
	var out []container
	for _, c := range s.Containers() {
		out = append(out, newContainer(s, r, c))
	}
	return out
}

func newContainer(s plan.Service, r plan.Release, c plan.Container) container {
	out := container{
		Name:                   c.Name,
		Image:                  r.ImageOf(s, c),
		Essential:              c.Essential,
		PortMappings:           portMappings(s, c.Ports),
		EntryPoint:             c.Entrypoint,
		Command:                c.Command,
		Environment:            pairs(c.Variables),
		MountPoints:            mountPoints(c.MountPoints),
		Secrets:                secrets(c.Secrets),
		HealthCheck:            newHealthCheck(c.HealthCheck),
		DependsOn:              dependencies(c.DependsOn),
		ReadonlyRootFilesystem: c.ReadonlyRoot,
		DockerLabels:           c.Labels,
		LogConfiguration:       logs(s, plan.LogStreamPrefix),
	}
	if c.Credentials != "" {
		out.RepositoryCredentials = &repositoryCredentials{CredentialsParameter: c.Credentials}
	}
	if c.Init {
		out.LinuxParameters = &linuxParameters{InitProcessEnabled: true}
	}
	return out
}

func newHealthCheck(h *plan.HealthCheck) *healthCheck {
	if h == nil {
		return nil
	}
	return &healthCheck{
		Command: h.Command, Interval: h.Interval, Timeout: h.Timeout, Retries: h.Retries, StartPeriod: h.StartPeriod,
	}
}

func mountPoints(points []plan.MountPoint) []mountPoint {
	var out []mountPoint
	for _, p := range points {
		out = append(out, mountPoint{SourceVolume: p.Volume, ContainerPath: p.Path, ReadOnly: p.ReadOnly})
	}
	return out
}

func portMappings(s plan.Service, ports []plan.Port) []portMapping {
	var out []portMapping
	for _, p := range ports {
		out = append(out, portMapping{
			Name: p.Name, ContainerPort: p.Number, HostPort: s.Capacity.HostPort(p.Number), Protocol: p.Transport, AppProtocol: p.Protocol,
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
