package elb

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// AWS's cookies are opaque; ours hold what they stand for, in base64.
const (
	targetCookie = "AWSALB"   // the target within its group
	groupCookie  = "AWSALBTG" // the target group within a weighted forward action
)

func cookieValue(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	v, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return string(v)
}

// stickyGroup returns the target group that the client's cookie names, when the action keeps clients with theirs.
func stickyGroup(c *types.ForwardActionConfig, r *http.Request) string {
	if c.TargetGroupStickinessConfig == nil || !aws.ToBool(c.TargetGroupStickinessConfig.Enabled) {
		return ""
	}
	v := cookieValue(r, groupCookie)
	for _, t := range c.TargetGroups {
		if aws.ToString(t.TargetGroupArn) == v && aws.ToInt32(t.Weight) > 0 {
			return v
		}
	}
	return ""
}

// sticky returns the target that the client's cookie names, when the group keeps clients with theirs and it is healthy.
func (g *targetGroup) sticky(r *http.Request) *target {
	if g.attribute("stickiness.enabled") != "true" {
		return nil
	}
	if g.attribute("stickiness.type") == "app_cookie" {
		if _, err := r.Cookie(g.attribute("stickiness.app_cookie.cookie_name")); err != nil {
			return nil
		}
	}
	v := cookieValue(r, targetCookie)
	i := slices.IndexFunc(g.Targets, func(t *target) bool { return t.key() == v && t.health.State == types.TargetHealthStateEnumHealthy })
	if i < 0 {
		return nil
	}
	return g.Targets[i]
}

// stickyCookies are the cookies that bring the client back to this target.
func stickyCookies(c *types.ForwardActionConfig, g *targetGroup, t *target, now time.Time) []*http.Cookie {
	var out []*http.Cookie
	add := func(name, value string, seconds int) {
		out = append(out, &http.Cookie{Name: name, Value: base64.RawURLEncoding.EncodeToString([]byte(value)), Path: "/", Expires: now.Add(time.Duration(seconds) * time.Second)})
	}
	if s := c.TargetGroupStickinessConfig; s != nil && aws.ToBool(s.Enabled) {
		seconds := 3600
		if s.DurationSeconds != nil {
			seconds = int(*s.DurationSeconds)
		}
		add(groupCookie, aws.ToString(g.TargetGroupArn), seconds)
	}
	if g.attribute("stickiness.enabled") == "true" {
		seconds, err := strconv.Atoi(g.attribute("stickiness." + g.attribute("stickiness.type") + ".duration_seconds"))
		if err != nil {
			seconds = 86400
		}
		add(targetCookie, t.key(), seconds)
	}
	return out
}

// transports keeps one connection pool for each way of speaking to targets. The zero value is ready.
type transports struct {
	mu   sync.Mutex
	pool map[transportKey]*http.Transport
}

type transportKey struct {
	http2 bool
	idle  time.Duration
}

func (p *transports) of(http2 bool, idle time.Duration) *http.Transport {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := transportKey{http2, idle}
	if p.pool == nil {
		p.pool = map[transportKey]*http.Transport{}
	}
	if p.pool[k] == nil {
		p.pool[k] = newTransport(http2, idle)
	}
	return p.pool[k]
}

func (p *transports) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.pool {
		t.CloseIdleConnections()
	}
}
