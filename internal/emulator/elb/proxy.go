package elb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

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
