package plan

import "cmp"

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
	Secrets      map[string]string // variable → ARN that ECS takes its value from
	DependsOn    map[string]string // container → start, complete, success or healthy
	HealthCheck  *HealthCheck
	Labels       map[string]string // Docker labels
	MountPoints  []MountPoint
	ReadonlyRoot bool // the image's own files cannot be written
	Init         bool // an init process reaps what other processes leave behind
}

// MountPoint is a volume of the task, seen in a container.
type MountPoint struct {
	Volume   string // name of a volume of the task
	Path     string // where the container finds it
	ReadOnly bool
}

// Containers returns the containers of the task: the service's own first, which has its name, then the others.
func (s Service) Containers() []Container {
	return []Container{s.mainContainer()}
}

func (s Service) mainContainer() Container {
	m := s.Manifest
	return Container{
		Name:         s.Name,
		Image:        m.Image.Location,
		Credentials:  m.Image.Credentials,
		Essential:    true,
		Ports:        s.Ports(),
		Entrypoint:   m.Entrypoint,
		Command:      m.Command,
		Variables:    s.Variables(),
		Secrets:      s.SecretARNs(),
		DependsOn:    m.Image.DependsOn,
		HealthCheck:  s.HealthCheck(),
		Labels:       m.Image.Labels,
		MountPoints:  s.MountPoints(),
		ReadonlyRoot: m.Storage.ReadOnlyRoot,
		// Sessions leave processes without a parent behind, which an init reaps.
		Init: m.Exec && !s.Windows(),
	}
}

// ImageOf returns the reference that a container of the release runs: what was published for it, else what the manifest says.
func (r Release) ImageOf(s Service, c Container) string {
	if c.Name == s.Name {
		return cmp.Or(r.Image, c.Image)
	}
	return cmp.Or(r.Images[c.Name], c.Image)
}
