package elb

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// chooseLocked picks the listener of a load balancer that fits: the one on port, else the one with the lowest port.
func (s *Service) chooseLocked(lb string, port int32, fits func(*listener) bool) *listener {
	var best *listener
	for _, l := range s.listeners {
		if aws.ToString(l.LoadBalancerArn) != lb || !fits(l) {
			continue
		}
		if aws.ToInt32(l.Port) == port {
			return l
		}
		if best == nil || aws.ToInt32(l.Port) < aws.ToInt32(best.Port) {
			best = l
		}
	}
	return best
}

// decision is what the rules said about one request, taken under the lock.
type decision struct {
	action  types.Action
	port    int32 // the listener's
	listen  int   // the port on loopback
	ports   map[string]bool
	idle    time.Duration
	group   *targetGroup
	target  *target
	address string
	secure  bool // the target speaks TLS
	http2   bool
	cookies []*http.Cookie
}

// decide finds the listener, the rule and, when it forwards, the target of a request.
func (s *Service) decide(lb string, r *http.Request) (decision, bool) {
	want := types.ProtocolEnumHttp
	if r.TLS != nil {
		want = types.ProtocolEnumHttps
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.lbLocked(&lb)
	l := s.chooseLocked(lb, portIn(r.Host), func(l *listener) bool { return l.Protocol == want })
	if err != nil || l == nil {
		return decision{}, false
	}
	d := decision{port: aws.ToInt32(l.Port), listen: b.Listen, ports: map[string]bool{}, idle: 60 * time.Second}
	if n, err := strconv.Atoi(b.attribute("idle_timeout.timeout_seconds")); err == nil {
		d.idle = time.Duration(n) * time.Second
	}
	for _, other := range s.listeners {
		if aws.ToString(other.LoadBalancerArn) == lb {
			d.ports[strconv.Itoa(int(aws.ToInt32(other.Port)))] = true
		}
	}
	for _, rule := range s.rulesOfLocked(*l.ListenerArn) {
		if matches(rule.Conditions, r) {
			d.action = rule.Actions[len(rule.Actions)-1]
			s.targetLocked(&d, rule, r)
			return d, true
		}
	}
	return d, false
}

func portIn(hostport string) int32 {
	_, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(port, 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

// targetLocked chooses the target group by weight (or the sticky one) and the target in it.
func (s *Service) targetLocked(d *decision, rule *rule, r *http.Request) {
	c := d.action.ForwardConfig
	if d.action.Type != types.ActionTypeEnumForward || c == nil {
		return
	}
	arn := stickyGroup(c, r)
	if arn == "" {
		arn = weighted(c.TargetGroups, rule)
	}
	g, err := s.groupLocked(&arn)
	if err != nil {
		return
	}
	t := g.sticky(r)
	if t == nil {
		t = g.pick()
	}
	if t == nil {
		return
	}
	t.flight++
	d.group, d.target = g, t
	d.address = s.addressLocked(aws.ToString(t.Id), aws.ToInt32(t.Port))
	d.secure = g.Protocol == types.ProtocolEnumHttps
	d.http2 = aws.ToString(g.ProtocolVersion) != "HTTP1"
	d.cookies = stickyCookies(c, g, t, s.deps.Clock.Now())
}

// weighted spreads requests over the groups in proportion to their weights, evenly rather than at random: a hundred
// requests at 90 to 10 are ninety and ten.
func weighted(groups []types.TargetGroupTuple, r *rule) string {
	total := 0
	for _, g := range groups {
		total += int(aws.ToInt32(g.Weight))
	}
	if total == 0 {
		return ""
	}
	// Steps of a number without a common divisor with the total visit each point of the wheel once a turn.
	step := total*618/1000 | 1
	for gcd(step, total) != 1 {
		step++
	}
	r.turn = (r.turn + step) % total
	at := r.turn
	for _, g := range groups {
		if at -= int(aws.ToInt32(g.Weight)); at < 0 {
			return aws.ToString(g.TargetGroupArn)
		}
	}
	return ""
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// pick chooses the next target that may get a request: a healthy one, or any that failed when there is no healthy one
// (a load balancer fails open). Targets that have not answered yet get nothing.
func (g *targetGroup) pick() *target {
	var healthy, failed []*target
	for _, t := range g.Targets {
		switch t.health.State {
		case types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumUnavailable:
			healthy = append(healthy, t)
		case types.TargetHealthStateEnumUnhealthy:
			failed = append(failed, t)
		}
	}
	if len(healthy) == 0 {
		healthy = failed
	}
	if len(healthy) == 0 {
		return nil
	}
	if g.attribute("load_balancing.algorithm.type") == "least_outstanding_requests" {
		least := healthy[0]
		for _, t := range healthy {
			if t.flight < least.flight {
				least = t
			}
		}
		return least
	}
	g.turn++
	return healthy[g.turn%len(healthy)]
}
