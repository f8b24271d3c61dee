package manifest

import (
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
	switch {
	case h.empty() && kind == kindLoadBalanced:
		v.bad(p, "write http: {path: /}", "is missing: a Load Balanced Web Service answers requests")
		return
	case h.isFalse() && kind == kindLoadBalanced && v.root.get("nlb") == nil:
		v.bad(p, "use type: Backend Service", "a Load Balanced Web Service without http has no load balancer")
		return
	case h != nil && h.kind == scalar && !h.isFalse():
		v.bad(p, "write http: {path: /}", "only false can stand here instead of a map")
		return
	case w.HTTP == nil:
		return
	}
	if kind == kindBackend && w.Image.Port == 0 && w.HTTP.TargetPort == 0 && v.sure(at("image.port"), at("http.target_port")) {
		v.bad(at("image", "port"), "write the port that the application listens on", "is missing: requests of the load balancer need one")
	}
	v.httpPath(w.HTTP)
	v.httpAliases(w.HTTP)
	v.conditions(w.HTTP)
	v.within(at("http.deregistration_delay"), w.HTTP.DeregistrationDelay, 0, time.Hour)
	v.httpHealthCheck(w.HTTP)
}

func (v validator) httpPath(h *HTTP) {
	p := at("http.path")
	n := v.root.find(p)
	switch {
	case n.empty():
		v.bad(p, "write path: / for every request", "is missing")
		return
	case !v.sure(p):
		return
	case n.str() == "":
		v.bad(p, "write / for every request", "must not be empty")
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

func (v validator) httpAliases(h *HTTP) {
	seen := map[string]bool{}
	for i, alias := range h.Aliases {
		p := at("http.alias", index(i))
		if n := v.root.find(at("http.alias")); n.kind == scalar {
			p = at("http.alias")
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

// conditions counts the values of the service's listener rule.
func (v validator) conditions(h *HTTP) {
	paths := len(h.pathPatterns())
	total := len(h.Aliases) + len(h.AllowedSourceIPs) + paths
	if total <= maxConditionValues || !v.sure(at("http.path"), at("http.alias"), at("http.allowed_source_ips")) {
		return
	}
	p := at("http.alias")
	if len(h.AllowedSourceIPs) > len(h.Aliases) {
		p = at("http.allowed_source_ips")
	}
	v.bad(p, "split the service, or use a wildcard such as *.example.com",
		"a listener rule has at most %d values, and this one has %d: alias %d, allowed_source_ips %d, path %d",
		maxConditionValues, total, len(h.Aliases), len(h.AllowedSourceIPs), paths)
}

// httpHealthCheck holds the bounds of ELB's CreateTargetGroup.
func (v validator) httpHealthCheck(h *HTTP) {
	p, c := at("http.healthcheck"), h.HealthCheck
	if path := p.with("path"); v.fromUser(path) {
		switch {
		case !strings.HasPrefix(c.Path, "/"):
			v.bad(path, "write path: /"+c.Path, "%q must begin with /", c.Path)
		case len(c.Path) > 1024:
			v.bad(path, "", "must have at most 1024 characters, not %d", len(c.Path))
		}
	}
	v.successCodes(p.with("success_codes"), c.SuccessCodes, h.Version)
	v.within(p.with("interval"), c.Interval, 5*time.Second, 300*time.Second)
	v.within(p.with("timeout"), c.Timeout, 2*time.Second, 120*time.Second)
	v.within(p.with("grace_period"), c.GracePeriod, 0, (1<<31-1)*time.Second)
	if c.Timeout >= c.Interval && v.sure(p.with("timeout"), p.with("interval")) && c.Timeout <= 120*time.Second && c.Interval >= 5*time.Second {
		at := p.with("timeout")
		if !v.fromUser(at) {
			at = p.with("interval")
		}
		v.bad(at, "", "timeout (%s) must be less than interval (%s)", short(c.Timeout), short(c.Interval))
	}
}

// successCodes checks the matcher: 200, 200,202 or 200-299; from 200 to 499, with gRPC from 0 to 99.
func (v validator) successCodes(p path, codes, version string) {
	if !v.fromUser(p) || !v.sure(p, at("http.version")) {
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
