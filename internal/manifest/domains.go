package manifest

import (
	"slices"
	"strings"
)

// Domain is a domain under which an environment's services are found.
type Domain struct {
	Name        string // in small letters
	HostedZone  string // id; "" = aliases are pointed at load balancers by hand
	Certificate string // ARN; "" = one that ferry requests
}

// DomainOf returns the domain that a name is or lies below, the longest of several; nil where there is none.
func (e Environment) DomainOf(name string) *Domain {
	var found *Domain
	for i, d := range e.Domains {
		below := strings.EqualFold(name, d.Name) || strings.HasSuffix(strings.ToLower(name), "."+d.Name)
		if below && (found == nil || len(d.Name) > len(found.Name)) {
			found = &e.Domains[i]
		}
	}
	return found
}

// Secure tells whether the public load balancer speaks HTTPS.
func (e Environment) Secure() bool { return len(e.HTTP.Public.Certificates)+len(e.Domains) > 0 }

func decodeDomains(n *node) []Domain {
	var out []Domain
	for _, item := range n.elements() {
		out = append(out, Domain{
			Name: strings.ToLower(item.get("name").str()), HostedZone: item.get("hosted_zone").str(), Certificate: item.get("certificate").str(),
		})
	}
	return out
}

// domains checks the domains of an environment. The first name of a certificate that ACM makes has at most 64 characters.
// https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate.html
func (v validator) domains(e Environment) {
	for i, d := range e.Domains {
		p := at("domains", index(i))
		name := p.with("name")
		switch same := func(o Domain) bool { return o.Name == d.Name }; {
		case !v.has(name) || !v.sure(name):
		case !isHostName(d.Name) || strings.ContainsAny(d.Name, "*?_"):
			v.bad(name, "write a domain such as example.com", "%q is no domain", d.Name)
		case slices.ContainsFunc(e.Domains[:i], same):
			v.bad(name, "remove one of the two", "%s is written twice", d.Name)
		case d.Certificate == "" && len(d.Name) > 64:
			v.bad(name, "request a certificate for it, and write its ARN as certificate", "is too long for a certificate that ferry requests: its first name has at most 64 characters")
		}
		if zone := p.with("hosted_zone"); v.has(zone) {
			v.zone(zone)
		} else if !v.has(p.with("certificate")) && v.sure(zone, p.with("certificate")) {
			v.bad(p, "write hosted_zone, certificate or both", "has neither a zone nor a certificate")
		}
		certificate := p.with("certificate")
		v.arn(certificate, d.Certificate, "acm", "certificate/")
		if r := arnRegion(d.Certificate); isARN(d.Certificate, "acm") && e.Region != "" && r != e.Region && v.sure(at("region")) {
			v.bad(certificate, "request a certificate in "+e.Region, "the certificate is in %s, the load balancer in %s", r, e.Region)
		}
	}
}
