package render

import (
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

func containers(s plan.Service, r plan.Release) []container {
	var out []container
	for _, c := range s.Containers() {
		out = append(out, newContainer(s, r, c))
	}
	return out
}

func newContainer(s plan.Service, r plan.Release, c plan.Container) container {
	o := c.Options
	out := container{
		Name:                   c.Name,
		Image:                  r.ImageOf(s, c),
		CPU:                    o.CPU,
		Memory:                 o.Memory,
		MemoryReservation:      o.MemoryReservation,
		Links:                  o.Links,
		Essential:              c.Essential,
		RestartPolicy:          newRestartPolicy(o.Restart),
		PortMappings:           portMappings(s, c.Ports),
		EntryPoint:             c.Entrypoint,
		Command:                c.Command,
		Environment:            pairs(c.Variables),
		EnvironmentFiles:       environmentFiles(c.EnvFiles),
		MountPoints:            mountPoints(c.MountPoints),
		LinuxParameters:        newLinuxParameters(c),
		Secrets:                secrets(c.Secrets),
		DependsOn:              dependencies(c.DependsOn),
		StartTimeout:           seconds(o.StartTimeout),
		StopTimeout:            seconds(o.StopTimeout),
		VersionConsistency:     versionConsistency(o.VersionConsistency),
		Hostname:               o.Hostname,
		User:                   o.User,
		WorkingDirectory:       o.WorkingDirectory,
		DisableNetworking:      o.DisableNetworking,
		Privileged:             o.Privileged,
		ReadonlyRootFilesystem: c.ReadonlyRoot,
		DNSServers:             o.DNSServers,
		DNSSearchDomains:       o.DNSSearch,
		ExtraHosts:             extraHosts(o.ExtraHosts),
		DockerSecurityOptions:  o.SecurityOptions,
		Interactive:            o.Interactive,
		PseudoTerminal:         o.TTY,
		DockerLabels:           c.Labels,
		Ulimits:                ulimits(o.Ulimits),
		LogConfiguration:       newLog(c.Log),
		HealthCheck:            newHealthCheck(c.HealthCheck),
		SystemControls:         systemControls(o.SystemControls),
		ResourceRequirements:   gpus(o.GPU),
	}
	if c.Credentials != "" {
		out.RepositoryCredentials = &repositoryCredentials{CredentialsParameter: c.Credentials}
	}
	if c.Router != nil {
		out.FirelensConfiguration = &firelens{Type: c.Router.Type, Options: c.Router.Options}
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

// portMappings: several ports in a row have no host ports of their own choice, and no name.
func portMappings(s plan.Service, ports []plan.Port) []portMapping {
	var out []portMapping
	for _, p := range ports {
		m := portMapping{Name: p.Name, Protocol: p.Transport, AppProtocol: p.Protocol}
		if m.ContainerPortRange = p.Range(); m.ContainerPortRange == "" {
			host := s.Capacity.HostPort(p.Number)
			m.ContainerPort, m.HostPort = p.Number, &host
		}
		out = append(out, m)
	}
	return out
}

func newLog(l plan.Log) *logConfiguration {
	return &logConfiguration{LogDriver: l.Driver, Options: l.Options, SecretOptions: secrets(l.Secrets)}
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
