package elb_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func TestHTTPAndHTTPSShareThePort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.listener = w.listen(443, types.ProtocolEnumHttps, "arn:aws:acm:us-east-1:000000000000:certificate/1")
	g := w.group("web")
	w.rule(1, forwardTo(g), pathIs("/*"))
	w.register(g, w.serve("web").Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	_, err := w.ModifyListener(t.Context(), &elbv2.ModifyListenerInput{ListenerArn: w.first80(), DefaultActions: []types.Action{{Type: types.ActionTypeEnumRedirect,
		RedirectConfig: &types.RedirectActionConfig{Protocol: aws.String("HTTPS"), Port: aws.String("443"), StatusCode: types.RedirectActionStatusCodeEnumHttp301}}}})
	w.must(err)
	resp, _ := w.ask(http.MethodGet, "/x?y=1")
	if want := "https://" + *w.balancer.DNSName + "/x?y=1"; resp.StatusCode != http.StatusMovedPermanently || resp.Header.Get("Location") != want {
		t.Errorf("%d to %q, want 301 to %q", resp.StatusCode, resp.Header.Get("Location"), want)
	}
	plain := w.url
	w.url = "https://" + *w.balancer.DNSName
	if got := w.get("/x"); got != "200 web" {
		t.Errorf("over TLS: %s", got)
	}
	w.url = plain
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	r, err := client.Get("https://" + *w.balancer.DNSName + "/")
	w.must(err)
	defer r.Body.Close()
	if r.Proto != "HTTP/2.0" {
		t.Errorf("over TLS the load balancer speaks %s", r.Proto)
	}
}

func (w *world) first80() *string {
	out, err := w.DescribeListeners(w.t.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: w.balancer.LoadBalancerArn})
	w.must(err)
	for _, l := range out.Listeners {
		if *l.Port == 80 {
			return l.ListenerArn
		}
	}
	return nil
}

func TestHTTP2TargetsAreSpokenToWithoutTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("grpc", func(in *elbv2.CreateTargetGroupInput) { in.ProtocolVersion = aws.String("GRPC") })
	w.rule(1, forwardTo(g), pathIs("/*"))
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/grpc")
		rw.Header().Set("Trailer", "Grpc-Status")
		fmt.Fprint(rw, r.Proto+" "+r.Header.Get("Te"))
		rw.Header().Set("Grpc-Status", "12")
	}))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	w.register(g, s.Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	tr := &http.Transport{Protocols: new(http.Protocols)}
	tr.Protocols.SetUnencryptedHTTP2(true)
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/pkg.Service/Method", nil)
	w.must(err)
	req.Header.Set("Te", "trailers")
	resp, err := tr.RoundTrip(req)
	w.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	w.must(err)
	if got := string(body) + " " + resp.Trailer.Get("Grpc-Status"); got != "HTTP/2.0 trailers 12" {
		t.Error(got)
	}
}

func TestAnUpgradedConnectionPassesBytesBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("ws")
	w.rule(1, forwardTo(g), pathIs("/*"))
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			return
		}
		conn, buf, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, err := buf.ReadString('\n')
		if err != nil {
			t.Error(err)
		}
		fmt.Fprint(conn, "you said "+line)
	}))
	t.Cleanup(s.Close)
	w.register(g, s.Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	conn, err := net.Dial("tcp", *w.balancer.DNSName)
	w.must(err)
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	w.must(err)
	fmt.Fprint(conn, "hello\n")
	line, err := r.ReadString('\n')
	w.must(err)
	if resp.StatusCode != http.StatusSwitchingProtocols || line != "you said hello\n" {
		t.Errorf("%s, %q", resp.Status, line)
	}
}

func TestAStreamPassesAsItComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("stream")
	w.rule(1, forwardTo(g), pathIs("/*"))
	next := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/events" {
			return
		}
		for i := range 3 {
			fmt.Fprintf(rw, "event %d\n", i)
			if err := http.NewResponseController(rw).Flush(); err != nil {
				t.Error(err)
			}
			<-next
		}
	}))
	t.Cleanup(s.Close)
	w.register(g, s.Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	resp, err := http.Get(w.url + "/events")
	w.must(err)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for i := range 3 {
		if !lines.Scan() || lines.Text() != fmt.Sprintf("event %d", i) {
			t.Fatalf("event %d: %q", i, lines.Text())
		}
		next <- struct{}{}
	}
}

func TestANetworkLoadBalancerPassesBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.CreateLoadBalancer(t.Context(), &elbv2.CreateLoadBalancerInput{Name: aws.String("net"), Type: types.LoadBalancerTypeEnumNetwork, Subnets: []string{"subnet-a"}})
	w.must(err)
	g := w.group("tcp", func(in *elbv2.CreateTargetGroupInput) { in.Protocol = types.ProtocolEnumTcp })
	_, err = w.CreateListener(t.Context(), &elbv2.CreateListenerInput{LoadBalancerArn: out.LoadBalancers[0].LoadBalancerArn, Port: aws.Int32(7), Protocol: types.ProtocolEnumTcp, DefaultActions: []types.Action{forwardTo(g)}})
	w.must(err)
	w.register(g, w.serve("tcp").Listener.Addr().String())
	w.await(g, types.TargetHealthStateEnumHealthy)
	w.url = "http://" + *out.LoadBalancers[0].DNSName
	if got := w.get("/"); got != "200 tcp" {
		t.Error(got)
	}
}
