package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry.dev/ferry/internal/manifest"
)

// Port is one port of a container, or several in a row.
type Port struct {
	Number    int
	Last      int    // of several; 0 = just Number
	Name      string // what Service Connect calls it
	Protocol  string // application protocol: http, http2, grpc; "" = just bytes
	Transport string // tcp or udp
}

// Ports returns the ports of the service's own container in ascending order: the image's, those of load balancers,
// and those that the manifest adds.
func (s Service) Ports() []Port {
	return s.spoken(morePorts(s.PortsOf(s.MainContainer(), s.Manifest.Image.Port, "tcp"), s.Manifest.Container.Ports))
}

// PortsOf returns the ports of a container of the task in ascending order: the one that the manifest gives it, 0 for none,
// and those that load balancers call.
func (s Service) PortsOf(container string, own int, transport string) []Port {
	var ports []Port
	add := func(number int, transport, protocol string) {
		if number == 0 {
			return
		}
		if i := slices.IndexFunc(ports, func(p Port) bool { return p.Number == number && p.Transport == transport }); i >= 0 {
			ports[i].Protocol = cmp.Or(ports[i].Protocol, protocol)
			return
		}
		ports = append(ports, Port{Number: number, Name: portName(number, transport), Protocol: protocol, Transport: transport})
	}
	add(own, transport, "")
	if s.Routing != nil {
		for _, t := range s.Routing.Targets {
			for _, transport := range t.transports() {
				if t.Container == container {
					add(t.ContainerPort, transport, t.application())
				}
			}
		}
	}
	slices.SortFunc(ports, func(a, b Port) int { return cmp.Or(a.Number-b.Number, strings.Compare(a.Transport, b.Transport)) })
	return ports
}

// Range is what ECS calls several ports in a row: 7000-7010; "" for a single one.
func (p Port) Range() string {
	if p.Last == 0 {
		return ""
	}
	return fmt.Sprintf("%d-%d", p.Number, p.Last)
}

// morePorts adds what a manifest adds, and puts all in order.
func morePorts(ports []Port, more []manifest.PortRange) []Port {
	for _, r := range more {
		same := func(p Port) bool { return p.Number == r.From && p.Transport == r.Protocol }
		switch {
		case r.From != r.To:
			ports = append(ports, Port{Number: r.From, Last: r.To, Transport: r.Protocol})
		case !slices.ContainsFunc(ports, same):
			ports = append(ports, Port{Number: r.From, Name: portName(r.From, r.Protocol), Transport: r.Protocol})
		}
	}
	slices.SortStableFunc(ports, func(a, b Port) int { return cmp.Or(a.Number-b.Number, strings.Compare(a.Transport, b.Transport)) })
	return ports
}

func portName(number int, transport string) string {
	name := "port-" + strconv.Itoa(number)
	if transport != "tcp" {
		name += "-" + transport
	}
	return name
}

// application is the target group's protocol in the words of ECS.
func (t TargetGroup) application() string {
	return map[string]string{"HTTP1": "http", "HTTP2": "http2", "GRPC": "grpc"}[t.ProtocolVersion]
}

// GracePeriod is how long, in seconds, a new task's bad health is overlooked: what the manifest says for all checks, else the
// longest that any of its load balancers is told. matters tells whether there is something to say.
func (s Service) GracePeriod() (period int, matters bool) {
	if g := s.Manifest.Deployment.HealthCheckGrace; g != nil {
		return seconds(*g), true
	}
	var longest time.Duration
	for _, h := range []*manifest.HTTP{s.Manifest.HTTP, s.Manifest.InternalHTTP} {
		if h == nil {
			continue
		}
		for _, rule := range rulesOf(*h) {
			longest = max(longest, rule.HealthCheck.GracePeriod)
		}
	}
	if s.Manifest.NLB != nil {
		for _, l := range s.Manifest.NLB.Listeners {
			longest = max(longest, l.HealthCheck.GracePeriod)
		}
	}
	return seconds(longest), s.Routing != nil
}
