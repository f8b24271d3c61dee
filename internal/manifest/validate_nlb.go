package manifest

import (
	"strings"
	"time"
)

// nlb checks the Network Load Balancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
func (v validator) nlb(w Workload) {
	b := w.NLB
	if b == nil {
		return
	}
	p := at("nlb")
	v.httpAliases(p.with("alias"), b.Aliases)
	v.zonesOf(p, b.Aliases)
	v.arn(p.with("certificate"), b.Certificate, "acm", "certificate/")
	taken := map[int]path{}
	for i, l := range b.Listeners {
		at := p
		if i > 0 {
			at = p.with("additional_listeners").with(index(i - 1))
		}
		v.listener(at, l, w)
		v.listenedTwice(at.with("port"), l, taken)
	}
}

// listenedTwice finds a port that two listeners want, be it with different protocols.
func (v validator) listenedTwice(p path, l NLBListener, taken map[int]path) {
	if l.Port == 0 {
		return
	}
	if first, twice := taken[l.Port]; twice {
		v.bad(p, "choose another port; tcp_udp is TCP and UDP on the same one", "%s listens on port %d already", first, l.Port)
		return
	}
	taken[l.Port] = p
}

func (v validator) listener(p path, l NLBListener, w Workload) {
	port := p.with("port")
	if _, _, ok := listenerPort(v.root.find(port).str()); !ok && v.has(port) {
		v.bad(port, "write for example 443/tls, 80/tcp or 53/udp", "%q is no port with one of the protocols tcp, udp, tcp_udp and tls", v.root.find(port).str())
		return
	}
	v.target(p, l.TargetContainer, l.TargetPort, w)
	v.within(p.with("deregistration_delay"), l.DeregistrationDelay, 0, time.Hour)
	v.listenerTLS(p, l)
	v.listenerCheck(p.with("healthcheck"), l)
}

// listenerTLS checks what has a meaning with TLS only, or with anything but it.
func (v validator) listenerTLS(p path, l NLBListener) {
	if policy := p.with("ssl_policy"); v.has(policy) {
		switch {
		case l.Protocol != "TLS":
			v.bad(policy, "remove it, or write port: 443/tls", "has no meaning with %s", strings.ToLower(l.Protocol))
		case !strings.HasPrefix(l.SSLPolicy, "ELBSecurityPolicy-"):
			v.bad(policy, "for example ELBSecurityPolicy-TLS13-1-2-2021-06", "%q is no security policy of Elastic Load Balancing", l.SSLPolicy)
		}
	}
	if l.Stickiness && l.Protocol == "TLS" {
		v.bad(p.with("stickiness"), "remove it, or end TLS in the container with port: 443/tcp", "a listener with TLS has none")
	}
}

func (v validator) listenerCheck(p path, l NLBListener) {
	c := l.HealthCheck
	v.within(p.with("interval"), c.Interval, 5*time.Second, 300*time.Second)
	v.within(p.with("timeout"), c.Timeout, 2*time.Second, 120*time.Second)
	v.within(p.with("grace_period"), c.GracePeriod, 0, (1<<31-1)*time.Second)
	v.timely(p, c)
	if port := p.with("port"); l.Protocol == "UDP" && !v.has(port) {
		v.warn(port, "write healthcheck: {port: …}, a port that the container listens on with TCP",
			"health checks come over TCP: where nothing answers TCP on port %d, no task gets healthy", l.TargetPort)
	}
}
