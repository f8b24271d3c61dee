package plan

import (
	"cmp"
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// CertificateRequests are the certificates that the environment's stack requests: of each domain without one of its own, for it and
// the names right below it. They are there with the load balancer that shows them.
func (e Environment) CertificateRequests() []CertificateRequest {
	if !e.PublicALB {
		return nil
	}
	var all []CertificateRequest
	for _, d := range e.Manifest.Domains {
		if d.Certificate == "" {
			all = append(all, CertificateRequest{Key: certificateKey(d), Names: []string{d.Name, "*." + d.Name}, Zones: []string{d.HostedZone, d.HostedZone}})
		}
	}
	return all
}

func certificateKey(d manifest.Domain) string {
	words := logical(d.Name)
	return "Certificate" + words[:min(len(words), 40)] + strings.ToUpper(digest(d.Name))
}

// publicCertificates are those that the public load balancer shows; the first one to who asks for no name that it knows.
func publicCertificates(env manifest.Environment) []Value {
	all := texts(env.HTTP.Public.Certificates)
	for _, d := range env.Domains {
		if d.Certificate != "" {
			all = append(all, Value{Text: d.Certificate})
		} else {
			all = append(all, Value{Ref: certificateKey(d)})
		}
	}
	return all
}

func texts(list []string) []Value {
	var all []Value
	for _, t := range list {
		all = append(all, Value{Text: t})
	}
	return all
}

// zoneFor is the hosted zone of a name: its own, else that of all names beside it, else that of the environment's domain.
func zoneFor(env manifest.Environment, own map[string]string, all, name string) string {
	if d := env.DomainOf(name); d != nil {
		return cmp.Or(own[name], all, d.HostedZone)
	}
	return cmp.Or(own[name], all)
}

// domains looks at the names of a service behind the environment's load balancers. Which of them lead there by other ways only
// their owner knows.
func (c *checker) domains(s Service) {
	if len(s.EnvManifest.Domains) == 0 || s.Routing == nil {
		return
	}
	c.namesOf(s, "http", s.Manifest.HTTP)
	c.namesOf(s, "internal_http", s.Manifest.InternalHTTP)
}

func (c *checker) namesOf(s Service, block string, h *manifest.HTTP) {
	if h == nil {
		return
	}
	for i, rule := range rulesOf(*h) {
		place := block + ".alias"
		if i > 0 {
			place = fmt.Sprintf("%s.additional_rules[%d].alias", block, i-1)
		}
		for _, name := range rule.Aliases {
			c.domain(s, place, name, rule)
		}
	}
}

func (c *checker) domain(s Service, place, name string, rule manifest.HTTP) {
	d := s.EnvManifest.DomainOf(name)
	switch {
	case d == nil && zoneFor(s.EnvManifest, rule.AliasZones, rule.HostedZone, name) == "":
		c.warn(place, fmt.Sprintf("%s is below none of the domains of environment %q: nothing points it at the load balancer", name, s.Env), "write its hosted_zone, or name its domain in the environment's manifest")
	case d != nil && d.Certificate == "" && strings.Count(strings.TrimSuffix(strings.ToLower(name), d.Name), ".") > 1:
		c.warn(place, fmt.Sprintf("%s is more than one name below %s: the environment's certificate is for *.%s", name, d.Name, d.Name),
			"name the domain right above it in the environment's manifest")
	}
}
