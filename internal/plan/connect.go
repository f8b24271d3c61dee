package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"ferry.dev/ferry/internal/manifest"
)

// ConnectService is a port of the task that other services call through Service Connect.
type ConnectService struct {
	Port      Port   // of the task's
	Discovery string // in the namespace
	Alias     string // what others call, at the port Called
	Called    int
	Ingress   int // that the proxy listens on; 0 = ECS's own choice
	// Idle and PerRequest are in seconds; nil = ECS's own.
	Idle, PerRequest *int
	TLS              *ConnectTLS           // nil: plain
	Test             *manifest.TestTraffic // calls that reach a new revision first; nil: none
	place            string                // in the manifest
}

// ConnectTLS encrypts the calls between proxies.
type ConnectTLS struct{ Authority, KMSKey, Role string }

// ConnectServices are the ports that others call: the one that gets requests, be it a sidecar's, and those that the manifest
// names beside it. There is none where Service Connect is off.
func (s Service) ConnectServices() []ConnectService {
	c := s.Manifest.Network.Connect
	if c == nil {
		return nil
	}
	var all []ConnectService
	if own := c.Own; s.HTTPPort() != 0 {
		own.TargetPort = s.HTTPPort()
		// As in Copilot it is not the service's own name, which stays free for DNS: Cloud Map has one entry per name.
		all = append(all, s.connectService(own, s.Name+"-sc", "network.connect"))
	}
	for i, more := range c.More {
		name := s.Name + "-sc-" + strconv.Itoa(more.TargetPort)
		all = append(all, s.connectService(more, name, fmt.Sprintf("network.connect.additional_ports[%d]", i)))
	}
	return all
}

func (s Service) connectService(p manifest.ConnectPort, name, place string) ConnectService {
	c := ConnectService{
		Port: s.connectPort(p.TargetPort), Discovery: name, Alias: cmp.Or(p.Alias, s.Name), Called: cmp.Or(p.Port, p.TargetPort), Ingress: p.IngressPort,
		place: place,
	}
	if p.IdleTimeout != nil {
		n := seconds(*p.IdleTimeout)
		c.Idle = &n
	}
	if p.PerRequestTimeout != nil {
		n := seconds(*p.PerRequestTimeout)
		c.PerRequest = &n
	}
	if p.TLS != nil {
		c.TLS = &ConnectTLS{Authority: p.TLS.Authority, KMSKey: p.TLS.KMSKey, Role: cmp.Or(p.TLS.Role, s.RoleARN(s.ConnectRole()))}
	}
	if c.Port.Protocol != "" && s.Manifest.Deployment.Strategy != manifest.StrategyRolling {
		c.Test = s.Manifest.Deployment.TestTraffic
	}
	return c
}

// connectPort finds a port among those of all containers. One that none has is without a transport.
func (s Service) connectPort(number int) Port {
	for _, c := range s.Containers() {
		for _, p := range c.Ports {
			if p.Number == number && p.Transport == "tcp" && p.Last == 0 {
				return p
			}
		}
	}
	return Port{Number: number, Name: portName(number, "tcp")}
}

// spoken says of ports what Service Connect is told to be spoken there.
func (s Service) spoken(ports []Port) []Port {
	c := s.Manifest.Network.Connect
	if c == nil {
		return ports
	}
	words := map[int]string{s.HTTPPort(): c.Own.Protocol}
	for _, more := range c.More {
		words[more.TargetPort] = more.Protocol
	}
	for i, p := range ports {
		word := words[p.Number]
		switch {
		case word == "" || p.Transport != "tcp" || p.Last != 0:
		case word == "tcp":
			ports[i].Protocol = ""
		default:
			ports[i].Protocol = word
		}
	}
	return ports
}

// ConnectRole names the role with which ECS gets certificates for Service Connect.
func (s Service) ConnectRole() string { return shorten(s.Stack+"-connect", maxRoleName) }

// OwnConnectRole tells whether there is one, and ConnectKeys are the KMS keys that it uses.
func (s Service) OwnConnectRole() bool {
	return slices.ContainsFunc(s.connectPorts(), func(p manifest.ConnectPort) bool { return p.TLS != nil && p.TLS.Role == "" })
}

// ConnectKeys are the KMS keys of TLS that the manifest names, without repetitions.
func (s Service) ConnectKeys() []string {
	var keys []string
	for _, p := range s.connectPorts() {
		if p.TLS != nil && p.TLS.Role == "" && p.TLS.KMSKey != "" {
			keys = append(keys, p.TLS.KMSKey)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (s Service) connectPorts() []manifest.ConnectPort {
	c := s.Manifest.Network.Connect
	if c == nil || s.IsJob() {
		return nil
	}
	return append([]manifest.ConnectPort{c.Own}, c.More...)
}

// connect holds Service Connect against the ports that the containers have.
func (c *checker) connect(s Service) {
	settings := s.Manifest.Network.Connect
	if settings == nil || s.IsJob() {
		return
	}
	if own := settings.Own; s.HTTPPort() == 0 && own != (manifest.ConnectPort{Alias: own.Alias}) {
		c.add("network.connect", "says how others call the service, and it has no port that they could call", "write image.port, or additional_ports")
	}
	all := s.ConnectServices()
	for _, one := range all {
		c.connectPort(s, one)
	}
	speaks := func(one ConnectService) bool { return one.Port.Protocol != "" }
	if t := s.Manifest.Deployment.TestTraffic; t != nil && s.Routing == nil && !slices.ContainsFunc(all, speaks) {
		c.add("deployment.test_traffic", "Service Connect finds a header in HTTP only, and no port speaks it", "write network.connect.protocol: http")
	}
}

func (c *checker) connectPort(s Service, one ConnectService) {
	switch {
	case one.Port.Transport == "":
		c.add(one.place+".target_port", fmt.Sprintf("no container listens on port %d", one.Port.Number), fmt.Sprintf("write container.ports: [%d]", one.Port.Number))
	case one.PerRequest != nil && one.Port.Protocol == "":
		c.add(one.place+".timeouts.per_request", fmt.Sprintf("port %d speaks tcp, which knows no requests", one.Port.Number), "write protocol: http, http2 or grpc")
	}
	for _, container := range s.Containers() {
		for _, p := range container.Ports {
			if one.Ingress != 0 && one.Ingress >= p.Number && one.Ingress <= max(p.Number, p.Last) {
				c.add(one.place+".ingress_port", fmt.Sprintf("container %s listens on port %d itself", container.Name, one.Ingress), "take a port that is free in the task")
				return
			}
		}
	}
}

// names finds services that others would call by the same name and port.
func (c *checker) names(services []Service) {
	owner := map[string]string{}
	for _, s := range services {
		c.file = s.Name + "/manifest.yml"
		if s.IsSite() || s.IsJob() {
			continue
		}
		for _, one := range s.ConnectServices() {
			address := fmt.Sprintf("%s:%d", one.Alias, one.Called)
			if first, twice := owner[address]; twice && first != s.Name {
				c.add(one.place+".alias", fmt.Sprintf("service %q is called %s too", first, address), "give each its own alias")
				continue
			}
			owner[address] = s.Name
		}
	}
}
