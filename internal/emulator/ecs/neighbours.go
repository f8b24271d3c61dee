package ecs

import (
	"cmp"
	"errors"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// Names that tasks find each other by: those of Service Connect, for tasks whose service is in the namespace, and those of
// service discovery, for all. Behind each is, for every connection anew, one of the service's tasks that runs and is not
// unhealthy.
//
// Deviation from AWS, where a task finds only those names of Service Connect that its namespace had when it started: here
// all that there are, so that services that are deployed side by side find each other.

// directory is what Cloud Map calls things. It is asked without the service's lock.
type directory struct {
	hosts  map[string]string // service registry → host name
	spaces map[string]string // namespace, by what configurations say of it → its name
}

// look asks Cloud Map for the names of everything that services mention.
func (s *Service) look() directory {
	d := directory{hosts: map[string]string{}, spaces: map[string]string{}}
	s.mu.Lock()
	for _, svc := range s.active() {
		for _, r := range svc.Service.ServiceRegistries {
			d.hosts[aws.ToString(r.RegistryArn)] = ""
		}
		if c := svc.connects(svc.primary().ID); c != nil {
			d.spaces[svc.namespace(c)] = ""
		}
	}
	s.mu.Unlock()
	for arn := range d.hosts {
		d.hosts[arn] = s.hostOf(arn)
	}
	for space := range d.spaces {
		d.spaces[space] = s.nameOf(space)
	}
	return d
}

// hostOf is the host name of a registry; "" where there is none (any more).
func (s *Service) hostOf(registry string) string {
	if s.CloudMap == nil {
		return ""
	}
	out, err := s.CloudMap.GetService(s.ctx, &servicediscovery.GetServiceInput{Id: &registry})
	if err != nil || out.Service.DnsConfig == nil {
		return ""
	}
	space := s.nameOf(aws.ToString(out.Service.NamespaceId))
	if space == "" {
		return ""
	}
	return strings.ToLower(aws.ToString(out.Service.Name) + "." + space)
}

// nameOf is a namespace's name, given its name, its ID or its ARN.
func (s *Service) nameOf(namespace string) string {
	id := last(namespace)
	if !strings.HasPrefix(id, "ns-") || s.CloudMap == nil {
		return namespace
	}
	out, err := s.CloudMap.GetNamespace(s.ctx, &servicediscovery.GetNamespaceInput{Id: &id})
	if err != nil {
		return ""
	}
	return aws.ToString(out.Namespace.Name)
}

// active lists the services that are not deleted, in the order of their names. The caller holds the lock.
func (s *Service) active() []*service {
	var all []*service
	for _, cluster := range slices.Sorted(maps.Keys(s.clusters)) {
		c := s.clusters[cluster]
		for _, name := range slices.Sorted(maps.Keys(c.Services)) {
			if svc := c.Services[name]; svc.status() == "ACTIVE" {
				all = append(all, svc)
			}
		}
	}
	return all
}

// connects is what a revision of the service says of Service Connect; nil where it is off.
func (svc *service) connects(revision string) *types.ServiceConnectConfiguration {
	r := svc.Revision[revision]
	if r == nil || r.Revision.ServiceConnectConfiguration == nil || !r.Revision.ServiceConnectConfiguration.Enabled {
		return nil
	}
	return r.Revision.ServiceConnectConfiguration
}

// namespace is the configuration's, or the cluster's default.
func (svc *service) namespace(c *types.ServiceConnectConfiguration) string {
	if c.Namespace == nil && svc.cluster.Cluster.ServiceConnectDefaults != nil {
		return aws.ToString(svc.cluster.Cluster.ServiceConnectDefaults.Namespace)
	}
	return aws.ToString(c.Namespace)
}

// neighbours are the names that a task's programs find. The caller holds the lock.
func (s *Service) neighbours(t *task, d directory) []runtime.Name {
	space := ""
	if own := t.cluster.Services[t.Service]; own != nil {
		if c := own.connects(last(t.Deployment)); c != nil {
			space = d.spaces[own.namespace(c)]
		}
	}
	var all []runtime.Name
	for _, svc := range s.active() {
		td, err := s.taskDefinition(aws.ToString(svc.Service.TaskDefinition))
		if err != nil {
			continue
		}
		if c := svc.connects(svc.primary().ID); c != nil && space != "" && d.spaces[svc.namespace(c)] == space {
			all = append(all, s.aliases(svc, td.Definition, c, space)...)
		}
		for _, r := range svc.Service.ServiceRegistries {
			if host := d.hosts[aws.ToString(r.RegistryArn)]; host != "" {
				all = append(all, s.everyPort(svc, td.Definition, host)...)
			}
		}
	}
	return all
}

// called are the host names that others call a task by, on its own container ports.
func (s *Service) called(t *task) []string {
	d := s.look()
	s.mu.Lock()
	defer s.mu.Unlock()
	svc := t.cluster.Services[t.Service]
	if svc == nil {
		return nil
	}
	var all []runtime.Name
	if c := svc.connects(last(t.Deployment)); c != nil {
		all = s.aliases(svc, t.Definition, c, d.spaces[svc.namespace(c)])
	}
	for _, r := range t.Registries {
		all = append(all, runtime.Name{Host: d.hosts[aws.ToString(r.RegistryArn)]})
	}
	var hosts []string
	for _, n := range all {
		if n.Host != "" && !slices.Contains(hosts, n.Host) {
			hosts = append(hosts, n.Host)
		}
	}
	return hosts
}

// aliases are a service's names in Service Connect.
func (s *Service) aliases(svc *service, td types.TaskDefinition, c *types.ServiceConnectConfiguration, space string) []runtime.Name {
	var all []runtime.Name
	for _, one := range c.Services {
		port := portNamed(td, aws.ToString(one.PortName))
		if port == 0 {
			continue
		}
		discovery := cmp.Or(aws.ToString(one.DiscoveryName), aws.ToString(one.PortName)) + "." + space
		for _, a := range one.ClientAliases {
			host := strings.ToLower(cmp.Or(aws.ToString(a.DnsName), discovery))
			all = append(all, runtime.Name{Host: host, Port: int(aws.ToInt32(a.Port)), Dial: s.dialler(svc, port)})
		}
	}
	return all
}

// everyPort is a host name with all ports of a service's containers, as DNS has it.
func (s *Service) everyPort(svc *service, td types.TaskDefinition, host string) []runtime.Name {
	var all []runtime.Name
	for _, c := range td.ContainerDefinitions {
		for _, port := range ports(c) {
			all = append(all, runtime.Name{Host: host, Port: port, Dial: s.dialler(svc, port)})
		}
	}
	return all
}

// portNamed finds the container port behind the name of a port mapping; 0 where there is none.
func portNamed(td types.TaskDefinition, name string) int {
	for _, c := range td.ContainerDefinitions {
		for _, p := range c.PortMappings {
			if aws.ToString(p.Name) == name && p.ContainerPort != nil {
				return int(*p.ContainerPort)
			}
		}
	}
	return 0
}

// dialler connects to a port of one of a service's tasks.
func (s *Service) dialler(svc *service, port int) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		address := s.somewhere(svc, port)
		if address == "" {
			return nil, errors.New("service " + svc.name() + " has no task that answers")
		}
		return new(net.Dialer).DialContext(s.ctx, "tcp", address)
	}
}

// somewhere is where the port of one of a service's tasks answers on this machine: each in turn; "" where none does.
func (s *Service) somewhere(svc *service, port int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, t := range svc.tasks() {
		if !t.running() || !t.wanted() || t.Task.HealthStatus == types.HealthStatusUnhealthy {
			continue
		}
		for _, c := range t.Task.Containers {
			for _, b := range c.NetworkBindings {
				if int(aws.ToInt32(b.ContainerPort)) == port {
					all = append(all, net.JoinHostPort(aws.ToString(b.BindIP), strconv.Itoa(int(aws.ToInt32(b.HostPort)))))
				}
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	s.turn++
	return all[s.turn%len(all)]
}

// introduce tells a task's programs the names there are, before they start.
func (s *Service) introduce(t *task) {
	s.naming.Lock()
	defer s.naming.Unlock()
	d := s.look()
	s.mu.Lock()
	names := s.neighbours(t, d)
	t.met = true
	s.mu.Unlock()
	s.resolve(t, names)
}

// reintroduce tells every task what names there are, after a service has come, changed or gone. The caller holds the lock.
func (s *Service) reintroduce() {
	s.run(func() {
		s.naming.Lock()
		defer s.naming.Unlock()
		d := s.look()
		s.mu.Lock()
		news := map[*task][]runtime.Name{}
		for _, c := range s.clusters {
			for _, t := range c.Tasks {
				if t.met && t.wanted() && !t.stopped() {
					news[t] = s.neighbours(t, d)
				}
			}
		}
		s.mu.Unlock()
		for t, names := range news {
			s.resolve(t, names)
		}
	})
}

// resolve tells a task its names, unless it knows just them. The caller holds s.naming.
func (s *Service) resolve(t *task, names []runtime.Name) {
	known := []string{}
	for _, n := range names {
		known = append(known, net.JoinHostPort(n.Host, strconv.Itoa(n.Port)))
	}
	if slices.Equal(known, t.known) {
		return
	}
	t.known = known
	if err := t.run.Resolve(names); err != nil && t.ctx.Err() == nil {
		s.tell(t, "(service %s) tasks do not find the names of other services: %s", err.Error())
	}
}
