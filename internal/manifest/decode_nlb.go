package manifest

import (
	"strconv"
	"strings"
)

func decodeNLB(n *node) *NLB {
	if n.empty() || n.kind != mapping || !n.usable() {
		return nil
	}
	b := &NLB{
		Listeners:   []NLBListener{decodeListener(n)},
		Aliases:     aliases(n.get("alias")),
		HostedZone:  n.get("hosted_zone").str(),
		AliasZones:  aliasZones(n.get("alias")),
		Certificate: n.get("certificate").str(),
	}
	if more := n.get("additional_listeners"); more.usable() {
		for _, item := range more.items {
			b.Listeners = append(b.Listeners, decodeListener(item))
		}
	}
	return b
}

func decodeListener(n *node) NLBListener {
	check := n.get("healthcheck")
	port, protocol, _ := listenerPort(n.get("port").str())
	return NLBListener{
		Port:                port,
		Protocol:            protocol,
		TargetContainer:     n.get("target_container").str(),
		TargetPort:          n.get("target_port").num(),
		SSLPolicy:           n.get("ssl_policy").str(),
		Stickiness:          n.get("stickiness").yes(),
		DeregistrationDelay: n.get("deregistration_delay").duration(),
		HealthCheck: HTTPHealthCheck{
			Port:               check.get("port").num(),
			HealthyThreshold:   check.get("healthy_threshold").num(),
			UnhealthyThreshold: check.get("unhealthy_threshold").num(),
			Interval:           check.get("interval").duration(),
			Timeout:            check.get("timeout").duration(),
			GracePeriod:        check.get("grace_period").duration(),
		},
	}
}

// listenerPort reads 443/tls. Without a protocol it is TCP.
func listenerPort(text string) (port int, protocol string, ok bool) {
	number, protocol, named := strings.Cut(text, "/")
	if !named {
		protocol = "tcp"
	}
	protocol = strings.ToUpper(protocol)
	port, err := strconv.Atoi(number)
	known := protocol == "TCP" || protocol == "UDP" || protocol == "TCP_UDP" || protocol == "TLS"
	return port, protocol, err == nil && 1 <= port && port <= 65535 && known
}

// nlbListeners lists the listeners of the Network Load Balancer.
func nlbListeners(root *node) []*node {
	n := root.get("nlb")
	if n.empty() || n.kind != mapping {
		return nil
	}
	all := []*node{n}
	if more := n.get("additional_listeners"); more.usable() {
		for _, item := range more.items {
			if item.kind == mapping {
				all = append(all, item)
			}
		}
	}
	return all
}
