package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// TargetGroup is where a load balancer finds the service's tasks, and how it tells which of them are well.
type TargetGroup struct {
	Key                 string // logical ID in the template; the output <Key>Arn names it
	LoadBalancer        string // Public, Private, Imported or Network: a target group belongs to one
	Name                string // ≤ 32 characters
	Type                string // of its targets: ip, or instance where tasks have no address of their own
	Container           string
	ContainerPort       int
	Protocol            string // HTTP, or HTTPS where the container listens on 443; of a Network Load Balancer TCP, UDP or TCP_UDP
	ProtocolVersion     string // HTTP1, HTTP2 or GRPC; "" with a Network Load Balancer
	Check               TargetCheck
	DeregistrationDelay int // seconds
	Stickiness          bool
}

// TargetCheck is the health check of a target group. Times are in seconds.
type TargetCheck struct {
	Protocol           string // HTTP, HTTPS or TCP
	Path, Port         string // Port is a number or "traffic-port"
	Codes              string // HTTP or gRPC status codes that mean healthy
	GRPC               bool
	Healthy, Unhealthy int // consecutive answers
	Interval, Timeout  int
}

const trafficPort = "traffic-port"

// ARN stands for the target group's ARN in a service definition.
func (t TargetGroup) ARN(stack string) string { return Ref(stack, t.Key+"Arn") }

// target returns the logical ID of the target group that a rule fills: one that is there already and is the same, or a new one.
func (r *Routing) target(s Service, b block, h manifest.HTTP) string {
	t := TargetGroup{
		LoadBalancer:        b.kind,
		Container:           cmp.Or(h.TargetContainer, s.Name),
		ContainerPort:       h.TargetPort,
		Protocol:            "HTTP",
		ProtocolVersion:     strings.ToUpper(h.Version),
		DeregistrationDelay: seconds(h.DeregistrationDelay),
		Stickiness:          h.Stickiness,
	}
	if t.Container == s.Name {
		t.ContainerPort = cmp.Or(t.ContainerPort, s.Manifest.Image.Port)
	}
	if t.ContainerPort == 443 {
		t.Protocol = "HTTPS"
	}
	t.Check = newTargetCheck(h.HealthCheck, t)
	return r.group(s, t, b.lead)
}

// group adds a target group unless there is the same.
func (r *Routing) group(s Service, t TargetGroup, lead bool) string {
	t.Type = s.Capacity.TargetType()
	for _, other := range r.Targets {
		same := t
		same.Key, same.Name = other.Key, other.Name
		if same == other {
			return other.Key
		}
	}
	// CloudFormation makes the new one before it deletes the old, so whatever makes it another is part of the name.
	kind := []string{t.Protocol, t.ProtocolVersion}
	if t.Type != TargetIP {
		kind = append(kind, t.Type)
	}
	if lead && len(r.Targets) == 0 {
		t.Key, t.Name = "TargetGroup", digested(s.Stack, maxTargetGroupName, kind...)
	} else {
		t.Key = r.freeKey(t)
		t.Name = digested(s.Stack, maxTargetGroupName, append([]string{t.Key}, kind...)...)
	}
	r.Targets = append(r.Targets, t)
	return t.Key
}

// freeKey names a target group after what it leads to, so that one which comes or goes renames no other.
func (r *Routing) freeKey(t TargetGroup) string {
	prefix := map[string]string{Private: "Private", NetworkLB: NetworkLB}[t.LoadBalancer]
	key := prefix + "TargetGroup" + logical(t.Container) + strconv.Itoa(t.ContainerPort)
	taken := func(k string) bool {
		return slices.ContainsFunc(r.Targets, func(o TargetGroup) bool { return o.Key == k })
	}
	for n, first := 2, key; taken(key); n++ {
		key = first + "N" + strconv.Itoa(n)
	}
	return key
}

// logical makes a part of a logical ID of a text, which may hold letters and digits only: "my-proxy" is MyProxy.
func logical(text string) string {
	var b strings.Builder
	up := true
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z' && up:
			b.WriteRune(c - 'a' + 'A')
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			b.WriteRune(c)
		default:
			up = true
			continue
		}
		up = false
	}
	return b.String()
}

func newTargetCheck(m manifest.HTTPHealthCheck, t TargetGroup) TargetCheck {
	c := TargetCheck{
		Protocol:  t.Protocol,
		Path:      m.Path,
		Port:      trafficPort,
		Codes:     m.SuccessCodes,
		GRPC:      t.ProtocolVersion == "GRPC",
		Healthy:   m.HealthyThreshold,
		Unhealthy: m.UnhealthyThreshold,
		Interval:  seconds(m.Interval),
		Timeout:   seconds(m.Timeout),
	}
	if m.Port != 0 {
		c.Port, c.Protocol = strconv.Itoa(m.Port), "HTTP"
		if m.Port == 443 {
			c.Protocol = "HTTPS"
		}
	}
	return c
}
