package plan

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

func (c *checker) routing(s Service) {
	if s.Routing == nil {
		return
	}
	c.groups(s)
	c.network(s)
}

// network: a Network Load Balancer stands in the environment's public subnets.
func (c *checker) network(s Service) {
	if s.Routing.Network != nil && len(c.env.Network.Public) == 0 {
		c.add("nlb", fmt.Sprintf("environment %q has no public subnets, where it would stand", s.Env), "name them in its manifest: network.vpc.subnets.public")
	}
}

// Missing reports what is needed before services can be deployed, but not to look at what a deploy would make.
func Missing(services []Service) diag.List {
	c := &checker{}
	for _, s := range services {
		if s.Routing == nil {
			continue
		}
		c.file = s.Name + "/manifest.yml"
		c.version(s)
		c.loop(s)
		if s.Routing.Network.lacksCertificate() {
			c.add("nlb.port", fmt.Sprintf("TLS needs a certificate, and environment %q names none", s.Env),
				fmt.Sprintf("write nlb.certificate, or alias with hosted_zone, or http.public.certificates in environments/%s/manifest.yml", s.Env))
		}
	}
	return c.found
}

// version: ELB talks HTTP/2 and gRPC to targets only behind a listener with HTTPS.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
func (c *checker) version(s Service) {
	for _, rule := range s.Routing.Rules {
		t := s.Routing.find(rule.Target)
		if rule.Listener == listenerHTTPS || t.ProtocolVersion == "HTTP1" || s.Routing.secure(rule) {
			continue
		}
		path, hint := "http.version", fmt.Sprintf("write http.%s.certificates in environments/%s/manifest.yml", strings.ToLower(rule.LoadBalancer), s.Env)
		if rule.LoadBalancer == Private && s.Routing.LoadBalancer != Private {
			path = "internal_http.version"
		}
		if rule.LoadBalancer == Imported {
			hint = "write alias, and name a load balancer that listens with HTTPS"
		}
		c.add(path, fmt.Sprintf("%s needs HTTPS, and environment %q names no certificate", strings.ToLower(t.ProtocolVersion), s.Env), hint)
		return
	}
}

// loop: CloudFront that ends TLS calls the load balancer in plain HTTP, and would be sent back to HTTPS for ever.
func (c *checker) loop(s Service) {
	cdn := s.EnvManifest.CDN
	if cdn == nil || !cdn.TerminateTLS || s.Routing.LoadBalancer != Public || !s.Routing.HTTPS {
		return
	}
	for i, rule := range rulesOf(*s.Manifest.HTTP) {
		if rule.RedirectToHTTPS {
			path := "http.redirect_to_https"
			if i > 0 {
				path = fmt.Sprintf("http.additional_rules[%d].redirect_to_https", i-1)
			}
			c.add(path, fmt.Sprintf("environment %q has cdn.terminate_tls: CloudFront would be redirected for ever", s.Env), "write redirect_to_https: false")
		}
	}
}

// find returns a target group by its logical ID.
func (r Routing) find(key string) TargetGroup {
	for _, t := range r.Targets {
		if t.Key == key {
			return t
		}
	}
	return TargetGroup{}
}

// secure tells whether the same requests have a rule on a listener with HTTPS.
func (r Routing) secure(plain ListenerRule) bool {
	return slices.ContainsFunc(r.Rules, func(o ListenerRule) bool {
		return o.Listener == listenerHTTPS && o.LoadBalancer == plain.LoadBalancer
	})
}

func (c *checker) groups(s Service) {
	if n := len(s.Routing.Targets); n > MaxTargetGroups {
		c.warn("http.additional_rules", fmt.Sprintf("ECS keeps %d target groups for a service, and these rules need %d", MaxTargetGroups, n),
			"rules to the same port with the same settings share one: give them the same healthcheck, stickiness, version and deregistration_delay")
	}
}

// rules finds services that ask for the same requests: the second would never get one.
func (c *checker) rules(services []Service) {
	owner := map[string]string{}
	for _, s := range services {
		if s.Routing == nil {
			continue
		}
		c.file = s.Name + "/manifest.yml"
		told := false
		for _, r := range s.Routing.Rules {
			for _, ask := range r.asks() {
				want := s.Routing.ListenerOutput(r) + " " + ask
				first, twice := owner[want]
				if !twice {
					owner[want] = s.Name
				} else if first != s.Name && !told {
					told = true
					c.add(s.Routing.place(r), fmt.Sprintf("service %q takes the same requests", first), "give each its own path or alias")
				}
			}
		}
	}
}

// asks lists the requests that a rule takes: each name with each path, from its ranges of addresses.
func (r ListenerRule) asks() []string {
	ips := slices.Sorted(slices.Values(r.SourceIPs))
	var all []string
	for _, host := range either(r.Hosts, []string{"*"}) {
		for _, path := range either(r.Paths, []string{"/*"}) {
			all = append(all, fmt.Sprint(strings.ToLower(host), path, ips, r.Tests != ""))
		}
	}
	return all
}

// place is the field of the manifest that a rule came from.
func (r Routing) place(rule ListenerRule) string {
	block := "http"
	if rule.LoadBalancer == Private && r.LoadBalancer != Private {
		block = "internal_http"
	}
	if strings.HasSuffix(rule.Key, "ListenerRule") {
		return block + ".path"
	}
	return block + ".additional_rules"
}
