package elb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// serverName is what the load balancer itself answers as.
const serverName = "awselb/2.0"

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

func (f *front) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, ok := f.s.decide(f.arn, r)
		if !ok { // no listener: a closed port, as far as HTTP can say it
			w.Header().Set("Connection", "close")
			refuse(w, http.StatusServiceUnavailable)
			return
		}
		switch d.action.Type {
		case types.ActionTypeEnumRedirect:
			redirect(w, r, d)
		case types.ActionTypeEnumFixedResponse:
			fixed(w, d.action.FixedResponseConfig)
		default:
			f.forward(w, r, d)
		}
	})
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

// finish counts a request out; the last one of a draining target lets it go.
func (s *Service) finish(g *targetGroup, t *target) {
	if t == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.flight--
	if t.flight == 0 && t.Draining && t.idle != nil {
		close(t.idle)
		t.idle = nil
		s.removeLocked(g, t)
	}
}

// forward proxies one request to its target.
func (f *front) forward(w http.ResponseWriter, r *http.Request, d decision) {
	if d.target == nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	defer f.s.finish(d.group, d.target)
	if d.address == "" { // the target's address leads nowhere
		refuse(w, http.StatusGatewayTimeout)
		return
	}
	p := &httputil.ReverseProxy{
		Rewrite:       func(pr *httputil.ProxyRequest) { rewrite(pr, d) },
		Transport:     f.pool.of(d.http2, d.idle),
		FlushInterval: -1, // streams pass as they come
		ErrorLog:      log.New(io.Discard, "", 0),
		ModifyResponse: func(resp *http.Response) error {
			for _, c := range d.cookies {
				resp.Header.Add("Set-Cookie", c.String())
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { failed(w, r, err) },
	}
	p.ServeHTTP(w, r)
}

// failed answers as an application load balancer does when a target does not.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
func failed(w http.ResponseWriter, r *http.Request, err error) {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(r.Context().Err(), context.Canceled): // the client has gone: nobody reads an answer
	case errors.As(err, &timeout) && timeout.Timeout():
		refuse(w, http.StatusGatewayTimeout)
	default:
		refuse(w, http.StatusBadGateway)
	}
}

func rewrite(pr *httputil.ProxyRequest, d decision) {
	scheme := "http"
	if d.secure {
		scheme = "https"
	}
	pr.Out.URL.Scheme, pr.Out.URL.Host = scheme, d.address
	pr.Out.URL.RawQuery = pr.In.URL.RawQuery
	pr.Out.Host = pr.In.Host
	h := pr.Out.Header
	client := hostOf(pr.In.RemoteAddr)
	if before := pr.In.Header.Values("X-Forwarded-For"); len(before) > 0 {
		client = strings.Join(before, ", ") + ", " + client
	}
	h.Set("X-Forwarded-For", client)
	h.Set("X-Forwarded-Port", strconv.Itoa(int(d.port)))
	h.Set("X-Forwarded-Proto", "http")
	if pr.In.TLS != nil {
		h.Set("X-Forwarded-Proto", "https")
	}
	if te := pr.In.Header.Get("Te"); te == "trailers" && d.http2 { // gRPC insists on it
		h.Set("Te", te)
	}
	root := fmt.Sprintf("Root=1-%08x-%s", time.Now().Unix(), ids.NewHex(24))
	if trace := pr.In.Header.Get("X-Amzn-Trace-Id"); trace != "" {
		root = trace
	}
	h.Set("X-Amzn-Trace-Id", root)
}

// refuse is the load balancer's own answer.
func refuse(w http.ResponseWriter, code int) {
	title := strconv.Itoa(code) + " " + map[int]string{502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}[code]
	h := w.Header()
	h.Set("Server", serverName)
	h.Set("Content-Type", "text/html")
	w.WriteHeader(code)
	fmt.Fprintf(w, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n</html>\r\n", title, title)
}

func fixed(w http.ResponseWriter, c *types.FixedResponseActionConfig) {
	code, err := strconv.Atoi(aws.ToString(c.StatusCode))
	if err != nil {
		code = http.StatusInternalServerError
	}
	w.Header().Set("Server", serverName)
	kind := aws.ToString(c.ContentType)
	if kind == "" {
		kind = "text/plain"
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.WriteHeader(code)
	io.WriteString(w, aws.ToString(c.MessageBody))
}

// redirect fills in the request's own parts. A port that this load balancer listens on becomes the loopback port, as
// there is nobody at the other one.
func redirect(w http.ResponseWriter, r *http.Request, d decision) {
	c := d.action.RedirectConfig
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	own := strings.NewReplacer("#{protocol}", scheme, "#{host}", hostOf(r.Host), "#{port}", strconv.Itoa(int(d.port)),
		"#{path}", strings.TrimPrefix(r.URL.Path, "/"), "#{query}", r.URL.RawQuery)
	protocol, port := strings.ToLower(own.Replace(aws.ToString(c.Protocol))), own.Replace(aws.ToString(c.Port))
	if d.ports[port] && portIn(r.Host) == int32(d.listen) {
		port = strconv.Itoa(d.listen)
	}
	to := url.URL{Scheme: protocol, Host: net.JoinHostPort(own.Replace(aws.ToString(c.Host)), port), Path: own.Replace(aws.ToString(c.Path)), RawQuery: own.Replace(aws.ToString(c.Query))}
	code := http.StatusFound
	if c.StatusCode == types.RedirectActionStatusCodeEnumHttp301 {
		code = http.StatusMovedPermanently
	}
	w.Header().Set("Server", serverName)
	w.Header().Set("Location", to.String())
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(code)
}
