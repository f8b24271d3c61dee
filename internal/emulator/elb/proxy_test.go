package elb_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
)

// get asks the load balancer and returns status and body.
func (w *world) get(path string, tweak ...func(*http.Request)) string {
	w.t.Helper()
	resp, body := w.ask(http.MethodGet, path, tweak...)
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

func (w *world) ask(method, path string, tweak ...func(*http.Request)) (*http.Response, string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, nil)
	w.must(err)
	for _, f := range tweak {
		f(req)
	}
	tr := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	resp, err := tr.RoundTrip(req)
	w.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	w.must(err)
	return resp, string(b)
}

func TestRulesAreTriedByPriorityAndTheDefaultAnswersTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	groups := map[string]string{}
	for _, name := range []string{"api", "v2", "shop", "post", "beta", "query"} {
		groups[name] = w.group(name)
	}
	w.rule(50, forwardTo(groups["api"]), pathIs("/api", "/api/*"))
	w.rule(10, forwardTo(groups["v2"]), pathIs("/api/v?/*"))
	w.rule(60, forwardTo(groups["shop"]), types.RuleCondition{Field: aws.String("host-header"), HostHeaderConfig: &types.HostHeaderConditionConfig{Values: []string{"shop.*"}}})
	w.rule(61, forwardTo(groups["post"]), types.RuleCondition{Field: aws.String("http-request-method"), HttpRequestMethodConfig: &types.HttpRequestMethodConditionConfig{Values: []string{"POST"}}})
	w.rule(62, forwardTo(groups["beta"]), types.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X-Ring"), Values: []string{"beta*"}}})
	w.rule(63, forwardTo(groups["query"]), types.RuleCondition{Field: aws.String("query-string"), QueryStringConfig: &types.QueryStringConditionConfig{Values: []types.QueryStringKeyValuePair{{Key: aws.String("v"), Value: aws.String("2")}}}},
		types.RuleCondition{Field: aws.String("source-ip"), SourceIpConfig: &types.SourceIpConditionConfig{Values: []string{"127.0.0.0/8"}}})
	w.rule(64, notFound()[0], types.RuleCondition{Field: aws.String("source-ip"), SourceIpConfig: &types.SourceIpConditionConfig{Values: []string{"10.0.0.0/8"}}})
	for name, g := range groups {
		w.register(g, w.serve(name).Listener.Addr().String())
		w.await(g, types.TargetHealthStateEnumHealthy)
	}
	post := func(r *http.Request) { r.Method = http.MethodPost }
	got := []string{
		w.get("/api"), w.get("/api/users"), w.get("/api/v1/users"), w.get("/API"), w.get("/", host("SHOP.example.com")), w.get("/", post),
		w.get("/", header("X-Ring", "Beta-7")), w.get("/?a=1&v=2"), w.get("/?v=3"), w.get("/else"),
	}
	want := []string{"200 api", "200 api", "200 v2", "404 nobody", "200 shop", "200 post", "200 beta", "200 query", "404 nobody", "404 nobody"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWeightsSpreadRequestsAndACookieKeepsThemTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	blue, green := w.group("blue"), w.group("green")
	action := types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{
		TargetGroups:                []types.TargetGroupTuple{{TargetGroupArn: &blue, Weight: aws.Int32(90)}, {TargetGroupArn: &green, Weight: aws.Int32(10)}},
		TargetGroupStickinessConfig: &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)},
	}}
	w.rule(1, action, pathIs("/*"))
	for g, name := range map[string]string{blue: "blue", green: "green"} {
		w.register(g, w.serve(name).Listener.Addr().String())
		w.await(g, types.TargetHealthStateEnumHealthy)
	}
	got := map[string]int{}
	for range 100 {
		got[w.get("/")]++
	}
	if d := cmp.Diff(map[string]int{"200 blue": 90, "200 green": 10}, got); d != "" {
		t.Error(d)
	}
	resp, body := w.ask(http.MethodGet, "/")
	var cookie *http.Cookie
	for _, c := range resp.Cookies() {
		if c.Name == "AWSALBTG" {
			cookie = c
		}
	}
	if cookie == nil {
		t.Fatalf("no AWSALBTG cookie: %v", resp.Header)
	}
	for range 20 {
		if again := w.get("/", func(r *http.Request) { r.AddCookie(cookie) }); again != "200 "+body {
			t.Fatalf("with the cookie of %s: %s", body, again)
		}
	}
}

func TestTheLoadBalancerAnswersForTargetsThatDoNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.ModifyLoadBalancerAttributes(t.Context(), &elbv2.ModifyLoadBalancerAttributesInput{LoadBalancerArn: w.balancer.LoadBalancerArn,
		Attributes: []types.LoadBalancerAttribute{{Key: aws.String("idle_timeout.timeout_seconds"), Value: aws.String("1")}}})
	w.must(err)
	empty, closed, slow := w.group("empty"), w.group("closed"), w.group("slow")
	w.rule(1, forwardTo(empty), pathIs("/empty"))
	w.rule(2, forwardTo(closed), pathIs("/closed"))
	w.rule(3, forwardTo(slow), pathIs("/slow"))
	gone := httptest.NewServer(http.NotFoundHandler())
	w.register(closed, gone.Listener.Addr().String())
	gone.Close()
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-release
		}
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(release) })
	w.register(slow, s.Listener.Addr().String())
	w.await(closed, types.TargetHealthStateEnumUnhealthy)
	w.await(slow, types.TargetHealthStateEnumHealthy)
	for path, want := range map[string]string{"/empty": "503 Service Temporarily Unavailable", "/closed": "502 Bad Gateway", "/slow": "504 Gateway Time-out"} {
		resp, body := w.ask(http.MethodGet, path)
		if fmt.Sprint(resp.StatusCode) != want[:3] || !strings.Contains(body, "<h1>"+want+"</h1>") || resp.Header.Get("Server") != "awselb/2.0" {
			t.Errorf("%s: %d %q %q", path, resp.StatusCode, resp.Header.Get("Server"), body)
		}
	}
}

func TestATargetSeesWhereARequestCameFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("echo")
	w.rule(1, forwardTo(g), pathIs("/*"))
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(rw, "%s|%s|%s|%s|%s|%t", r.Host, r.RequestURI, r.Header.Get("X-Forwarded-For"), r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Forwarded-Port"), r.Header.Get("X-Amzn-Trace-Id") != "")
	}))
	t.Cleanup(s.Close)
	w.register(g, s.Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	got := w.get("/a%2Fb?x=1;2", host("app.example.com"), header("X-Forwarded-For", "203.0.113.9"))
	if want := "200 app.example.com|/a%2Fb?x=1;2|203.0.113.9, 127.0.0.1|http|80|true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTrafficToAPrivateAddressGoesWhereSetAddressSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("eni")
	w.rule(1, forwardTo(g), pathIs("/*"))
	_, err := w.RegisterTargets(t.Context(), &elbv2.RegisterTargetsInput{TargetGroupArn: &g, Targets: []types.TargetDescription{{Id: aws.String("10.0.1.7"), Port: aws.Int32(8080)}}})
	w.must(err)
	w.SetAddress("10.0.1.7", 8080, w.serve("eni").Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	if got := w.get("/"); got != "200 eni" {
		t.Error(got)
	}
	w.SetAddress("10.0.1.7", 8080, "")
	w.await(g, types.TargetHealthStateEnumUnhealthy)
	want := []types.TargetHealthDescription{{HealthCheckPort: aws.String("8080"), Target: &types.TargetDescription{Id: aws.String("10.0.1.7"), Port: aws.Int32(8080)},
		TargetHealth: &types.TargetHealth{State: types.TargetHealthStateEnumUnhealthy, Reason: types.TargetHealthReasonEnumTimeout, Description: aws.String("Request timed out")}}}
	if d := cmp.Diff(want, w.health(g), cmp.Exporter(exportAll)); d != "" {
		t.Error(d)
	}
}

func TestDrainingLetsARequestFinish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("drain")
	w.rule(1, forwardTo(g), pathIs("/*"))
	begun, release := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/long" {
			return
		}
		close(begun)
		<-release
		fmt.Fprint(rw, "done")
	}))
	t.Cleanup(s.Close)
	w.register(g, s.Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	answer := make(chan string)
	go func() {
		resp, err := http.Get(w.url + "/long")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		answer <- fmt.Sprint(string(b), err)
	}()
	<-begun
	_, err := w.DeregisterTargets(t.Context(), &elbv2.DeregisterTargetsInput{TargetGroupArn: &g, Targets: []types.TargetDescription{{Id: aws.String("127.0.0.1"), Port: aws.Int32(port(s.Listener.Addr().String()))}}})
	w.must(err)
	w.await(g, types.TargetHealthStateEnumDraining)
	if got := w.get("/"); !strings.HasPrefix(got, "503") {
		t.Errorf("a new request while draining: %s", got)
	}
	close(release)
	if got := <-answer; got != "done<nil>" {
		t.Errorf("the request under way: %s", got)
	}
	for len(w.health(g)) > 0 {
		w.must(w.clock.Wait(t.Context(), time.Second))
	}
}
