package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// Check reports what AWS would refuse, or what would never answer, although each manifest by itself is right: what an
// environment and its services say about each other. Everything is reported, in the order of the services. The places
// name the file relative to the workspace, without a line.
func Check(e Environment, services []Service) diag.List {
	c := &checker{env: e}
	c.environment()
	for _, s := range services {
		c.service(s)
	}
	c.rules(services)
	return c.found
}

type checker struct {
	env   Environment
	file  string
	found diag.List
}

// add reports a mistake in the file at hand.
func (c *checker) add(path, message, hint string) {
	c.found = append(c.found, diag.Diagnostic{
		Position: diag.Position{File: c.file}, Severity: diag.Error, Path: path, Message: message, Hint: hint,
	})
}

func (c *checker) service(s Service) {
	c.file = s.Name + "/manifest.yml"
	c.name(s)
	c.routing(s)
	c.placement(s)
	c.container(s)
	if s.Windows() && s.Manifest.Network.Connect {
		c.add("network.connect", "Service Connect does not run beside Windows containers", "write connect: false")
	}
}

func (c *checker) name(s Service) {
	if len(s.Stack) > maxStackName {
		c.add("name", fmt.Sprintf("the stack's name %q is longer than %d characters", s.Stack, maxStackName),
			"choose shorter names for application, environment or service")
	}
}

func (c *checker) routing(s Service) {
	r := s.Routing
	if r == nil {
		return
	}
	if r.Target.ContainerPort == 0 {
		c.add("image.port", "the load balancer needs a port to send requests to", "write the port that the container listens on")
	}
	if v := r.Target.ProtocolVersion; v != "HTTP1" && !r.HTTPS {
		c.add("http.version", fmt.Sprintf("%s needs HTTPS, and environment %q names no certificate", strings.ToLower(v), s.Env),
			fmt.Sprintf("write http.%s.certificates in environments/%s/manifest.yml", strings.ToLower(r.LoadBalancer), s.Env))
	}
	if n := r.Rules[0].values(); n > maxConditionValues {
		c.add("http", fmt.Sprintf("path, alias and allowed_source_ips come to %d values; a listener rule takes %d", n, maxConditionValues),
			"name fewer aliases or source addresses")
	}
	if t := r.Target.Check; t.Timeout >= t.Interval {
		c.add("http.healthcheck.timeout", fmt.Sprintf("%ds is not less than the interval, %ds", t.Timeout, t.Interval),
			"make the timeout shorter")
	}
}

// placement makes sure that a task gets an address and can fetch its image.
func (c *checker) placement(s Service) {
	m, n := s.Manifest.Network, c.env.Network
	if m.DenyDefault && len(m.SecurityGroups) == 0 {
		c.add("network.vpc.security_groups", "deny_default leaves the tasks without any security group", "name one under groups")
	}
	switch {
	case len(m.Subnets) > 0:
	case m.Placement == "private" && len(n.Private) == 0:
		c.add("network.vpc.placement", fmt.Sprintf("environment %q has no private subnets", s.Env), "name them in its manifest")
	case m.Placement == "private" && n.Own() && n.NAT == NATNone:
		c.add("network.vpc.placement", fmt.Sprintf("the private subnets of environment %q have no way to fetch an image", s.Env),
			fmt.Sprintf("write network.vpc.nat: single in environments/%s/manifest.yml; a NAT gateway is billed by the hour", s.Env))
	case m.Placement != "private" && len(n.Public) == 0:
		c.add("network.vpc.placement", fmt.Sprintf("environment %q has no public subnets", s.Env), "write placement: private")
	}
}

func (c *checker) container(s Service) {
	for _, name := range slices.Sorted(maps.Keys(s.Manifest.Secrets)) {
		if _, twice := s.Manifest.Variables[name]; twice {
			c.add("secrets."+name, "is among the variables, too", "keep one of them")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Manifest.Image.DependsOn)) {
		c.add("image.depends_on."+name, "there is no other container of this name in the task", "remove it")
	}
}

// rules finds services that ask for the same requests: the second would never get one.
func (c *checker) rules(services []Service) {
	owner, number := map[string]string{}, map[string]string{}
	for _, s := range services {
		if s.Routing == nil {
			continue
		}
		c.file = s.Name + "/manifest.yml"
		r := s.Routing.Rules[0]
		listener := s.Routing.ListenerOutput(r)
		want := fmt.Sprint(listener, r.Hosts, r.Paths, r.SourceIPs)
		if first, twice := owner[want]; twice {
			c.add("http.path", fmt.Sprintf("service %q takes the same requests", first), "give each its own path or alias")
		}
		owner[want] = s.Name
		at := fmt.Sprint(listener, r.Priority)
		if first, twice := number[at]; twice && owner[want] != first {
			c.add("http", fmt.Sprintf("the rule has the number %d, which is that of service %q", r.Priority, first),
				"deploy both at once, or package them together")
		}
		number[at] = s.Name
	}
}
