package manifest

import (
	"regexp"
	"strings"
)

// Limits of a condition on a header.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HttpHeaderConditionConfig.html
const (
	mostHeaderName  = 40
	mostHeaderValue = 128
)

// headerName is a token of HTTP, without the * of patterns.
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'+.^_`|~-]+$")

// testTraffic checks which requests reach a new revision first.
func (v validator) testTraffic(p path, w Workload) {
	t := w.Deployment.TestTraffic
	if t == nil {
		return
	}
	switch strategy := at("deployment.strategy"); {
	case !v.sure(p, strategy):
		return
	case w.Deployment.Strategy == StrategyRolling:
		v.badKey(p, "remove it, or write strategy: blue_green", "strategy rolling has no test traffic")
		return
	case w.HTTP == nil && w.InternalHTTP == nil && w.Network.Connect == nil:
		v.badKey(p, "write http or network.connect", "has no traffic to look at: the service has neither a load balancer nor Service Connect")
	}
	v.testHeader(p.with("header"), t.Header)
	v.testValue(p.with("value"), t.Value)
}

func (v validator) testHeader(p path, name string) {
	switch {
	case !v.has(p) || !v.sure(p):
	case len(name) > mostHeaderName || !headerName.MatchString(name):
		v.bad(p, "write for example X-Test", "%q is no name of a header: it has letters, digits and hyphens, up to %d of them", name, mostHeaderName)
	case strings.EqualFold(name, "Host"):
		v.bad(p, "take another header, for example X-Test", "a load balancer does not look at Host as a header")
	}
}

// testValue: a load balancer would take * and ? for patterns and Service Connect for themselves, so that one value could not
// mean the same to both.
func (v validator) testValue(p path, value string) {
	printable := strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	switch {
	case !v.has(p) || !v.sure(p):
	case value == "" || len(value) > mostHeaderValue || !printable:
		v.bad(p, "write for example \"1\"", "a header's value has from 1 to %d characters, none of them beyond ASCII", mostHeaderValue)
	case strings.ContainsAny(value, `*?\`):
		v.bad(p, "write the value in full", `must not hold *, ? or \, which a load balancer takes for patterns`)
	}
}
