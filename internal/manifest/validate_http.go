package manifest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxConditionValues is Elastic Load Balancing's limit for one listener rule.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
const maxConditionValues = 5

func (v validator) http(kind rune, w Workload) {
	p := at("http")
	h := v.root.get("http")
	nlb := v.root.get("nlb")
	switch {
	case h.empty() && kind == kindLoadBalanced:
		v.bad(p, "write http: {path: /}", "is missing: a Load Balanced Web Service answers requests")
	case h.isFalse() && kind == kindLoadBalanced && nlb.empty():
		v.bad(p, "use type: Backend Service", "a Load Balanced Web Service without http has no load balancer")
	case h != nil && h.kind == scalar && !h.isFalse():
		v.bad(p, "write http: {path: /}", "only false can stand here instead of a map")
	}
	v.rulesOf(p, w.HTTP, w)
	v.rulesOf(at("internal_http"), w.InternalHTTP, w)
	if w.HTTP != nil && w.HTTP.ALB != "" {
		v.importedBalancer(p.with("alb"), w.HTTP.ALB)
	}
}

// rulesOf checks the rules of one load balancer.
func (v validator) rulesOf(p path, h *HTTP, w Workload) {
	if h == nil {
		return
	}
	v.rule(p, h, w)
	places := []path{p}
	rules := []*HTTP{h}
	for i := range h.AdditionalRules {
		at := p.with("additional_rules").with(index(i))
		v.rule(at, &h.AdditionalRules[i], w)
		places, rules = append(places, at), append(rules, &h.AdditionalRules[i])
	}
	v.rivalRules(places, rules)
}

// rule checks one rule: which requests it takes, and where it leads them.
func (v validator) rule(p path, h *HTTP, w Workload) {
	v.httpPath(p, h)
	v.httpAliases(p.with("alias"), h.Aliases)
	v.zonesOf(p, h.Aliases)
	v.conditions(p, h)
	v.within(p.with("deregistration_delay"), h.DeregistrationDelay, 0, time.Hour)
	v.httpHealthCheck(p, h)
	v.target(p, h.TargetContainer, h.TargetPort, w)
}

// rivalRules finds rules of the service that ask for the same requests.
func (v validator) rivalRules(places []path, rules []*HTTP) {
	first := map[string]path{}
	for i, h := range rules {
		p := places[i].with("path")
		if h.Path == "" || !v.sure(p, places[i].with("alias"), places[i].with("allowed_source_ips")) {
			continue
		}
		names := slices.Sorted(slices.Values(h.Aliases))
		ask := strings.ToLower(strings.Join(names, " ")) + "|" + h.Path + "|" + strings.Join(slices.Sorted(slices.Values(h.AllowedSourceIPs)), " ")
		if other, twice := first[ask]; twice {
			v.bad(p, "give each its own path or alias", "%s takes the same requests", other)
			continue
		}
		first[ask] = places[i]
	}
}

func (v validator) importedBalancer(p path, name string) {
	if strings.HasPrefix(name, "arn:") {
		if !isARN(name, "elasticloadbalancing") || !strings.Contains(name, ":loadbalancer/app/") {
			v.bad(p, "it looks like arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<name>/<id>", "%q is no ARN of an Application Load Balancer", name)
		}
		return
	}
	if len(name) > 32 || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		v.bad(p, "write its name or its ARN", "%q is no name of a load balancer: it has at most 32 letters, digits and hyphens", name)
	}
}

func (v validator) httpPath(block path, h *HTTP) {
	p := block.with("path")
	n := v.root.find(p)
	switch {
	case n.empty():
		v.bad(p, "write path: / for every request", "is missing")
		return
	case !v.sure(p):
		return
	case n.str() == "":
		v.warn(p, "write / for every request", "must not be empty: it is read as /")
		return
	}
	for _, pattern := range h.pathPatterns() {
		if len(pattern) > 128 {
			v.bad(p, "", "is too long: a listener rule allows 128 characters, and %q has %d", pattern, len(pattern))
			break
		}
	}
	for _, r := range h.Path {
		if !strings.ContainsRune("_-.$/~\"'@:+&*?", r) && (r > 0x7f || !isLetter(byte(r)) && !isDigit(byte(r))) {
			v.bad(p, "letters, digits and _-.$/~\"'@:+&*? are", "%q is not allowed in the path of a listener rule", r)
			break
		}
	}
}

func (v validator) httpAliases(block path, names []string) {
	seen := map[string]bool{}
	for i, alias := range names {
		p := block.with(index(i))
		if n := v.root.find(block); n != nil && n.kind == scalar {
			p = block
		}
		switch {
		case !isHostName(alias):
			v.bad(p, "write a name such as shop.example.com", "%q is no host name", alias)
		case seen[strings.ToLower(alias)]:
			v.bad(p, "remove one of the two", "%q is written twice", alias)
		}
		seen[strings.ToLower(alias)] = true
	}
}

// zonesOf checks the hosted zones of a rule's names.
func (v validator) zonesOf(p path, names []string) {
	if zone := p.with("hosted_zone"); v.has(zone) {
		if len(names) == 0 && v.sure(p.with("alias")) {
			v.bad(zone, "write alias too, or remove it", "without alias there is no name to put into a zone")
		}
		v.zone(zone)
	}
	if n := v.root.find(p.with("alias")); n.usable() {
		for i := range n.items {
			if zone := p.with("alias").with(index(i)).with("hosted_zone"); v.has(zone) {
				v.zone(zone)
			}
		}
	}
}

// zone looks at the id of a hosted zone: Route 53's have at most 32 capitals and digits.
func (v validator) zone(p path) {
	id := v.root.find(p).str()
	if len(id) > 32 || id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		v.warn(p, "it looks like Z0873220N255IR3MTNR4", "%q does not look like the id of a hosted zone", id)
	}
}

// pathPatterns are the path conditions of the service's listener rule: /api and what lies below it. Every path needs one
// only where nothing else says which requests are meant.
func (h HTTP) pathPatterns() []string {
	switch {
	case h.Path != "/" && h.Path != "":
		if strings.HasSuffix(h.Path, "*") {
			return []string{h.Path}
		}
		return []string{h.Path, h.Path + "/*"}
	case len(h.Aliases)+len(h.AllowedSourceIPs) > 0:
		return nil
	default:
		return []string{"/*"}
	}
}

// conditions counts the values of a rule. Up to four names and ranges are split over several listener rules where a path
// leaves no room for them; more are refused, as Copilot does.
func (v validator) conditions(p path, h *HTTP) {
	paths := len(h.pathPatterns())
	own := len(h.Aliases) + len(h.AllowedSourceIPs)
	if own < maxConditionValues || own+paths <= maxConditionValues || !v.sure(p.with("path"), p.with("alias"), p.with("allowed_source_ips")) {
		return
	}
	at := p.with("alias")
	if len(h.AllowedSourceIPs) > len(h.Aliases) {
		at = p.with("allowed_source_ips")
	}
	v.bad(at, "spread them over additional_rules, or use a wildcard such as *.example.com",
		"a listener rule has at most %d values, and this one has %d: alias %d, allowed_source_ips %d, path %d",
		maxConditionValues, own+paths, len(h.Aliases), len(h.AllowedSourceIPs), paths)
}

// httpHealthCheck holds the bounds of ELB's CreateTargetGroup.
func (v validator) httpHealthCheck(block path, h *HTTP) {
	p, c := block.with("healthcheck"), h.HealthCheck
	if path := p.with("path"); v.fromUser(path) {
		switch {
		case !strings.HasPrefix(c.Path, "/"):
			v.bad(path, "write path: /"+c.Path, "%q must begin with /", c.Path)
		case len(c.Path) > 1024:
			v.bad(path, "", "must have at most 1024 characters, not %d", len(c.Path))
		}
	}
	v.successCodes(block, c.SuccessCodes, h.Version)
	v.within(p.with("interval"), c.Interval, 5*time.Second, 300*time.Second)
	v.within(p.with("timeout"), c.Timeout, 2*time.Second, 120*time.Second)
	v.within(p.with("grace_period"), c.GracePeriod, 0, (1<<31-1)*time.Second)
	v.timely(p, c)
}

// timely checks that a health check can end before the next begins.
func (v validator) timely(p path, c HTTPHealthCheck) {
	if c.Timeout < c.Interval || !v.sure(p.with("timeout"), p.with("interval")) || c.Timeout > 120*time.Second || c.Interval < 5*time.Second {
		return
	}
	at := p.with("timeout")
	if !v.fromUser(at) {
		at = p.with("interval")
	}
	v.bad(at, "", "timeout (%s) must be less than interval (%s)", short(c.Timeout), short(c.Interval))
}

// successCodes checks the matcher: 200, 200,202 or 200-299; from 200 to 499, with gRPC from 0 to 99.
func (v validator) successCodes(block path, codes, version string) {
	p := block.with("healthcheck").with("success_codes")
	if !v.fromUser(p) || !v.sure(p, block.with("version")) {
		return
	}
	low, high := 200, 499
	if version == "grpc" {
		low, high = 0, 99
	}
	for part := range strings.SplitSeq(codes, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a < low || b > high || a > b {
			v.bad(p, "write for example "+map[bool]string{true: "0-99", false: "200-399"}[version == "grpc"],
				"%q is no list of codes from %d to %d", codes, low, high)
			return
		}
	}
}
