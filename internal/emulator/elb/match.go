package elb

import (
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// matches tells whether a request meets all of a rule's conditions.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#rule-condition-types
func matches(conditions []types.RuleCondition, r *http.Request) bool {
	for _, c := range conditions {
		if !meets(c, r) {
			return false
		}
	}
	return true
}

func meets(c types.RuleCondition, r *http.Request) bool {
	switch aws.ToString(c.Field) {
	case "path-pattern":
		return anyGlob(c.PathPatternConfig.Values, r.URL.Path, false) || anyRegex(c.PathPatternConfig.RegexValues, r.URL.Path)
	case "host-header":
		host := hostOf(r.Host)
		return anyGlob(c.HostHeaderConfig.Values, host, true) || anyRegex(c.HostHeaderConfig.RegexValues, host)
	case "http-header":
		return slices.ContainsFunc(r.Header.Values(aws.ToString(c.HttpHeaderConfig.HttpHeaderName)), func(v string) bool {
			return anyGlob(c.HttpHeaderConfig.Values, v, true) || anyRegex(c.HttpHeaderConfig.RegexValues, v)
		})
	case "http-request-method":
		values := c.Values
		if c.HttpRequestMethodConfig != nil {
			values = c.HttpRequestMethodConfig.Values
		}
		return slices.Contains(values, r.Method)
	case "source-ip":
		values := c.Values
		if c.SourceIpConfig != nil {
			values = c.SourceIpConfig.Values
		}
		return fromNetwork(values, r.RemoteAddr)
	case "query-string":
		return queryMatches(c.QueryStringConfig.Values, r)
	}
	return false
}

// hostOf strips the port.
func hostOf(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return hostport
}

func fromNetwork(networks []string, remote string) bool {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(networks, func(n string) bool {
		p, err := netip.ParsePrefix(n)
		return err == nil && p.Contains(ap.Addr().Unmap())
	})
}

func queryMatches(pairs []types.QueryStringKeyValuePair, r *http.Request) bool {
	query := r.URL.Query()
	for _, p := range pairs {
		for k, values := range query {
			if p.Key != nil && *p.Key != "" && !glob(*p.Key, k, true) {
				continue
			}
			if slices.ContainsFunc(values, func(v string) bool { return glob(aws.ToString(p.Value), v, true) }) {
				return true
			}
		}
	}
	return false
}

func anyGlob(patterns []string, s string, fold bool) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return glob(p, s, fold) })
}

func anyRegex(patterns []string, s string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		re, err := regexp.Compile(p)
		return err == nil && re.MatchString(s)
	})
}

// glob matches * (any characters, slashes too) and ? (exactly one). A backslash takes the next character as it is.
func glob(pattern, s string, fold bool) bool {
	if fold {
		pattern, s = strings.ToLower(pattern), strings.ToLower(s)
	}
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p, i = p+1, i+1
		case p+1 < len(pattern) && pattern[p] == '\\' && pattern[p+1] == s[i]:
			p, i = p+2, i+1
		case p < len(pattern) && pattern[p] == s[i]:
			p, i = p+1, i+1
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
