package plan

import (
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Routing leads requests to a service: target groups, and the listener rules and listeners that fill them.
type Routing struct {
	LoadBalancer string        // of the service's address: Public, Private, Imported or Network
	HTTPS        bool          // that one speaks HTTPS on 443, and 80 redirects there
	Targets      []TargetGroup // the first one's health stands for the service's; MaxTargetGroups at most
	Rules        []ListenerRule
	Records      []Record // names that are pointed at load balancers
	Host         string   // of the service's address; "" = the load balancer's own name
	Path         string   // of the service's address: "/" or "/api"
	Network      *NetworkBalancer
	Import       *Import // the Application Load Balancer that exists already; nil: the environment's
}

// Imported is the word for a load balancer that exists already, beside Public and Private.
const Imported = "Imported"

// MaxTargetGroups is how many target groups ECS keeps for one service.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/register-multiple-targetgroups.html
const MaxTargetGroups = 5

// Target is the target group whose health stands for the service's.
func (r Routing) Target() TargetGroup { return r.Targets[0] }

// block is one of a manifest's blocks of rules with the load balancer that they are for.
type block struct {
	kind  string
	https bool
	lead  bool            // the service's address is there
	bare  bool            // it listens with HTTPS only
	rules []manifest.HTTP // the block's own first
}

// newRouting decides how requests reach a service, or returns nil where none shall.
func newRouting(s Service) *Routing {
	r := &Routing{}
	if s.Express != nil {
		return nil // ECS keeps what leads requests to it
	}
	for _, b := range blocks(s) {
		r.add(s, b)
	}
	r.tested(s)
	r.addNetwork(s)
	if len(r.Targets) == 0 {
		return nil
	}
	return r
}

// blocks lists what the manifest says of Application Load Balancers, the one of the service's address first.
func blocks(s Service) []block {
	public, private := s.EnvManifest.Secure(), len(s.EnvManifest.HTTP.Private.Certificates) > 0
	var all []block
	if h := s.Manifest.HTTP; h != nil {
		b := block{kind: Public, https: public, lead: true, rules: rulesOf(*h)}
		switch {
		case h.ALB != "":
			b.kind, b.https, b.bare = Imported, s.Import.HTTPS(*h), s.Import.Known && s.Import.HTTPListener == ""
		case !facesInternet(s.Manifest):
			b.kind, b.https = Private, private
		}
		all = append(all, b)
	}
	if h := s.Manifest.InternalHTTP; h != nil {
		all = append(all, block{kind: Private, https: private, lead: len(all) == 0, rules: rulesOf(*h)})
	}
	return all
}

func rulesOf(h manifest.HTTP) []manifest.HTTP {
	more := h.AdditionalRules
	h.AdditionalRules = nil
	return append([]manifest.HTTP{h}, more...)
}

// add takes the rules of a load balancer in.
func (r *Routing) add(s Service, b block) {
	if b.lead {
		h := b.rules[0]
		r.LoadBalancer, r.HTTPS, r.Path, r.Import = b.kind, b.https, cleanPath(h.Path), s.Import
		if len(h.Aliases) > 0 && !strings.Contains(h.Aliases[0], "*") {
			r.Host = h.Aliases[0]
		}
	}
	for i, h := range b.rules {
		target := r.target(s, b, h)
		r.Rules = append(r.Rules, newRules(s, b, i, h, target)...)
		r.record(s.EnvManifest, b.kind, h)
	}
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

// URL returns the service's address, given the outputs of the stacks of the environment and of the service; "" where it
// has none, or where its load balancer does not stand yet.
func (s Service) URL(outputs ...map[string]string) string {
	find := func(name string) string {
		for _, o := range outputs {
			if o[name] != "" {
				return o[name]
			}
		}
		return ""
	}
	switch {
	case s.IsSite():
		return s.siteURL(find(OutputSiteDomain))
	case s.Routing == nil:
		return ""
	}
	if s.Routing.LoadBalancer == NetworkLB {
		dns := find("NetworkLoadBalancerDNS")
		if dns == "" {
			return ""
		}
		return s.Routing.Network.url(s.Routing.Host, dns)
	}
	base := find(s.Routing.LoadBalancer + "URL")
	if base == "" {
		return ""
	}
	if scheme, _, ok := strings.Cut(base, "://"); ok && s.Routing.Host != "" {
		base = scheme + "://" + s.Routing.Host
	}
	return base + strings.TrimSuffix(strings.TrimSuffix(s.Routing.Path, "/"), "*")
}

// OwnAddress tells whether the service's own stack knows its address, and not the environment's.
func (s Service) OwnAddress() bool {
	return s.Routing != nil && (s.Routing.LoadBalancer == Imported || s.Routing.LoadBalancer == NetworkLB)
}
