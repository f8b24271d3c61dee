package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Container is one container of a service's task. What is zero is not said, and ECS's own default holds.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
type Container struct {
	Name         string
	Image        string // the reference of an image that exists; "" = ferry builds it, and the release names it
	Credentials  string // ARN of the secret with a private registry's user and password
	Essential    bool   // when it stops, the task does
	Ports        []Port
	Entrypoint   []string
	Command      []string
	Variables    map[string]string
	EnvFiles     []string          // ARNs of files in S3 that ECS reads when a task starts
	Secrets      map[string]string // variable → ARN that ECS takes its value from
	DependsOn    map[string]string // container → start, complete, success or healthy
	HealthCheck  *HealthCheck
	Labels       map[string]string // Docker labels
	MountPoints  []MountPoint
	ReadonlyRoot bool // the image's own files cannot be written
	Init         bool // an init process reaps what other processes leave behind
	Log          Log
	Router       *Firelens                 // nil: it is no log router
	Options      manifest.ContainerOptions // what ferry says beyond Copilot; Ports and Init are above
}

// MountPoint is a volume of the task, seen in a container.
type MountPoint struct {
	Volume   string // name of a volume of the task
	Path     string // where the container finds it
	ReadOnly bool
}

// Containers returns the containers of the task: the service's own first, which has its name, or in Express Mode is Main, then the log router, and the
// sidecars by their names, and last what collects traces.
func (s Service) Containers() []Container {
	all := []Container{s.mainContainer()}
	if r := s.Manifest.Logging.Router; r != nil {
		all = append(all, s.logRouter(*r))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Manifest.Sidecars)) {
		all = append(all, s.sidecar(name, s.Manifest.Sidecars[name]))
	}
	return append(all, s.collector()...)
}

func (s Service) mainContainer() Container {
	m := s.Manifest
	return Container{
		Name:         s.MainContainer(),
		Image:        m.Image.Location,
		Credentials:  m.Image.Credentials,
		Essential:    true,
		Ports:        s.Ports(),
		Entrypoint:   m.Entrypoint,
		Command:      m.Command,
		Variables:    s.Variables(),
		EnvFiles:     remote(m.EnvFile),
		Secrets:      s.SecretARNs(),
		DependsOn:    m.Image.DependsOn,
		HealthCheck:  newHealthCheck(m.Image.HealthCheck),
		Labels:       m.Image.Labels,
		Init:         s.init(m.Container),
		Log:          s.mainLog(),
		Options:      m.Container,
		MountPoints:  s.MountPoints(),
		ReadonlyRoot: m.Storage.ReadOnlyRoot,
	}
}

func (s Service) sidecar(name string, m manifest.Sidecar) Container {
	c := Container{
		Name:        name,
		Image:       m.Image.Location,
		Credentials: m.Image.Credentials,
		Essential:   m.Essential,
		Entrypoint:  m.Entrypoint,
		Command:     m.Command,
		Variables:   s.environment(mountPoints(m.MountPoints), s.EnvFiles[name], m.Variables, m.ImportedVariables, s.secretARNs(m.Secrets)),
		EnvFiles:    remote(m.EnvFile),
		Secrets:     s.secretARNs(m.Secrets),
		DependsOn:   m.Image.DependsOn,
		HealthCheck: newHealthCheck(m.Image.HealthCheck),
		Labels:      m.Image.Labels,
		Init:        s.init(m.Options),
		Log:         s.ownLog(),
		Options:     m.Options,
	}
	c.Ports = s.spoken(morePorts(s.PortsOf(name, m.Image.Port, cmp.Or(m.Image.Protocol, "tcp")), m.Options.Ports))
	c.MountPoints = mountPoints(m.MountPoints)
	return c
}

func mountPoints(points []manifest.MountPoint) []MountPoint {
	var out []MountPoint
	for _, p := range points {
		out = append(out, MountPoint{Volume: p.SourceVolume, Path: p.Path, ReadOnly: p.ReadOnly})
	}
	return out
}

// init: sessions of exec leave processes without a parent behind, which an init reaps.
func (s Service) init(o manifest.ContainerOptions) bool {
	if o.Init != nil {
		return *o.Init
	}
	return s.Manifest.Exec && !s.Windows()
}

// remote returns an environment file that lies in S3. One of the repository is read by ferry itself.
func remote(envFile string) []string {
	if !strings.HasPrefix(envFile, "arn:") {
		return nil
	}
	return []string{envFile}
}

// builds tells whether ferry builds an image of the task.
func builds(w manifest.Workload) bool {
	if w.Image.Location == "" {
		return true
	}
	for _, c := range w.Sidecars {
		if c.Image.Location == "" {
			return true
		}
	}
	return false
}

// ImageOf returns the reference that a container of the release runs: what was published for it, else what the manifest says.
func (r Release) ImageOf(s Service, c Container) string {
	if c.Name == s.MainContainer() {
		return cmp.Or(r.Image, c.Image)
	}
	return cmp.Or(r.Images[c.Name], c.Image)
}
