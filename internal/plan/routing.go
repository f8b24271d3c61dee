package plan

import (
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Routing leads requests of one of the environment's load balancers to a service.
type Routing struct {
	LoadBalancer string // Public or Private
	HTTPS        bool   // the load balancer has certificates: it listens on 443, and 80 redirects there
	Target       TargetGroup
	Rules        []ListenerRule
	Host         string // of the service's address; "" = the load balancer's own name
	Path         string // of the service's address: "/" or "/api"
}

// TargetGroup is where a load balancer finds the service's tasks, and how it tells which of them are well.
type TargetGroup struct {
	Name                string // ≤ 32 characters
	ContainerPort       int
	Protocol            string // HTTP, or HTTPS where the container listens on 443
	ProtocolVersion     string // HTTP1, HTTP2 or GRPC
	Check               TargetCheck
	DeregistrationDelay int // seconds
	Stickiness          bool
}

// TargetCheck is the health check of a target group. Times are in seconds.
type TargetCheck struct {
	Path, Port         string // Port is a number or "traffic-port"
	Codes              string // HTTP or gRPC status codes that mean healthy
	GRPC               bool
	Healthy, Unhealthy int // consecutive answers
	Interval, Timeout  int
}

// ListenerRule sends matching requests to the target group.
type ListenerRule struct {
	Key                     string // logical ID in the template
	Listener                string // HTTP or HTTPS
	Priority                int
	Hosts, Paths, SourceIPs []string
}

const (
	trafficPort   = "traffic-port"
	listenerHTTP  = "HTTP"
	listenerHTTPS = "HTTPS"
)

// newRouting decides how requests reach a service, or returns nil where none shall.
func newRouting(s Service, env manifest.Environment) *Routing {
	h := s.Manifest.HTTP
	if h == nil {
		return nil
	}
	alb, kind := env.HTTP.Public, Public
	if NeedsOf(s.Manifest).PrivateALB {
		alb, kind = env.HTTP.Private, Private
	}
	r := &Routing{LoadBalancer: kind, HTTPS: len(alb.Certificates) > 0, Path: cleanPath(h.Path)}
	if len(h.Aliases) > 0 && !strings.Contains(h.Aliases[0], "*") {
		r.Host = h.Aliases[0]
	}
	r.Target = newTargetGroup(s)
	r.Rules = newRules(s, *r)
	return r
}

// ListenerOutputs names the outputs of the environment that hold the listeners on which the rules stand.
func (r Routing) ListenerOutputs() []string {
	var names []string
	for _, rule := range r.Rules {
		names = append(names, r.ListenerOutput(rule))
	}
	return names
}

// ListenerOutput names the environment's output that holds the ARN of a rule's listener.
func (r Routing) ListenerOutput(rule ListenerRule) string {
	return r.LoadBalancer + rule.Listener + "ListenerArn"
}

func newTargetGroup(s Service) TargetGroup {
	h := s.Manifest.HTTP
	t := TargetGroup{
		ContainerPort:       s.HTTPPort(),
		Protocol:            "HTTP",
		ProtocolVersion:     strings.ToUpper(h.Version),
		DeregistrationDelay: seconds(h.DeregistrationDelay),
		Stickiness:          h.Stickiness,
	}
	if t.ContainerPort == 443 {
		t.Protocol = "HTTPS"
	}
	t.Check = newTargetCheck(h.HealthCheck, t.ProtocolVersion == "GRPC")
	// CloudFormation makes the new one before it deletes the old, so whatever makes it another is part of the name.
	t.Name = digested(s.Stack, maxTargetGroupName, t.Protocol, t.ProtocolVersion)
	return t
}

func newTargetCheck(m manifest.HTTPHealthCheck, grpc bool) TargetCheck {
	c := TargetCheck{
		Path:      m.Path,
		Port:      trafficPort,
		Codes:     m.SuccessCodes,
		GRPC:      grpc,
		Healthy:   m.HealthyThreshold,
		Unhealthy: m.UnhealthyThreshold,
		Interval:  seconds(m.Interval),
		Timeout:   seconds(m.Timeout),
	}
	if m.Port != 0 {
		c.Port = strconv.Itoa(m.Port)
	}
	return c
}

// newRules returns the rules in the order of their keys. The first one's listener is where the service is called.
func newRules(s Service, r Routing) []ListenerRule {
	h := s.Manifest.HTTP
	rule := ListenerRule{
		Key: "ListenerRule", Listener: listenerHTTP,
		Hosts: h.Aliases, Paths: pathPatterns(r.Path), SourceIPs: h.AllowedSourceIPs,
	}
	if r.Path == "/" && len(rule.Hosts)+len(rule.SourceIPs) > 0 {
		rule.Paths = nil // another condition stands already, and "/*" says nothing
	}
	rule.Priority = preferredPriority(s, rule, r.Path)
	if !r.HTTPS {
		return []ListenerRule{rule}
	}
	secure := rule
	secure.Listener = listenerHTTPS
	if h.RedirectToHTTPS {
		return []ListenerRule{secure} // port 80 redirects everything to 443 unless a rule there says otherwise
	}
	rule.Key = "PlainListenerRule"
	return []ListenerRule{secure, rule}
}

// cleanPath gives a path one leading slash and no trailing one.
func cleanPath(path string) string { return "/" + strings.Trim(path, "/") }

// pathPatterns matches a path and all below it, but not its namesakes: /api and /api/v1, not /apis.
func pathPatterns(path string) []string {
	switch {
	case path == "/":
		return []string{"/*"}
	case strings.HasSuffix(path, "*"):
		return []string{path}
	}
	return []string{path, path + "/*"}
}

// URL returns the service's address, given the outputs of the environment's stack; "" where it has none, or where its
// load balancer does not stand yet.
func (s Service) URL(environment map[string]string) string {
	if s.Routing == nil {
		return ""
	}
	base := environment[s.Routing.LoadBalancer+"URL"]
	if base == "" {
		return ""
	}
	if scheme, _, ok := strings.Cut(base, "://"); ok && s.Routing.Host != "" {
		base = scheme + "://" + s.Routing.Host
	}
	return base + strings.TrimSuffix(strings.TrimSuffix(s.Routing.Path, "/"), "*")
}

// LoadBalancerPorts returns the ports that the load balancer must be let to where the tasks are not in the environment's
// security group, which it may reach anyway: then the service has one of its own for it. Nothing where they are.
func (s Service) LoadBalancerPorts() []int {
	if s.Routing == nil || !s.Manifest.Network.DenyDefault {
		return nil
	}
	ports := []int{s.Routing.Target.ContainerPort}
	if check, err := strconv.Atoi(s.Routing.Target.Check.Port); err == nil && check != ports[0] {
		ports = append(ports, check)
	}
	return ports
}
