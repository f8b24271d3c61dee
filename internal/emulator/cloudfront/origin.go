package cloudfront

import (
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/wire"
)

// newOriginClient makes a client for origins: it follows no redirect, and takes any certificate, since those of this machine
// are signed by nobody.
func newOriginClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DisableCompression: true, ResponseHeaderTimeout: time.Minute, IdleConnTimeout: 10 * time.Second, ForceAttemptHTTP2: false,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // see above
		},
	}
}

// answer takes a request's answer from the cache, or from its origin.
func (f *front) answer(v viewed) answer {
	read := v.Method == http.MethodGet || v.Method == http.MethodHead
	key := v.key()
	if read {
		if a, ok := f.cache.get(key); ok {
			a.from = "Hit"
			if a.status >= http.StatusBadRequest {
				a.from = "Error"
			}
			return a
		}
	}
	a := f.fetch(v)
	a.from = "Miss"
	if a.status >= http.StatusBadRequest {
		a.from = "Error"
	}
	ttl := v.ttl(a.status, a.header)
	if a.stream == nil || !read || ttl <= 0 || a.header.Get("Set-Cookie") != "" {
		if a.stream == nil && read {
			f.cache.put(key, v.uri, a, ttl)
		}
		return a
	}
	return f.keep(v, key, a, ttl)
}

// keep reads an origin's answer to its end, so that it can be kept.
func (f *front) keep(v viewed, key string, a answer, ttl time.Duration) answer {
	data, err := io.ReadAll(io.LimitReader(a.stream, largest+1))
	if err != nil || len(data) > largest || v.Method == http.MethodHead {
		if err == nil && v.Method != http.MethodHead {
			a.stream = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader(string(data)), a.stream), a.stream}
		}
		return a
	}
	a.stream.Close() //nolint:errcheck // it was read to its end
	a.stream, a.body = nil, data
	f.cache.put(key, v.uri, a, ttl)
	return a
}

// fetch asks the origin.
func (f *front) fetch(v viewed) answer {
	if v.origin.S3OriginConfig != nil {
		return f.bucket(v)
	}
	return f.custom(v)
}

// bucket reads from S3.
func (f *front) bucket(v viewed) answer {
	name, _, _ := strings.Cut(v.origin.DomainName, ".s3.")
	key, err := url.PathUnescape(v.origin.OriginPath + v.uri)
	if err != nil {
		return plain(http.StatusBadRequest, "Bad Request")
	}
	arn := v.arn
	if v.origin.OriginAccessControlID == "" {
		arn = "" // an anonymous request: what no policy here lets in
	}
	o, err := f.s.deps.S3.Read(name, strings.TrimPrefix(key, "/"), arn)
	if err != nil {
		var e *wire.Error
		if !errors.As(err, &e) {
			return plain(http.StatusInternalServerError, err.Error())
		}
		return refusal(e)
	}
	defer o.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(o)
	if err != nil {
		return plain(http.StatusInternalServerError, err.Error())
	}
	o.Header.Set("Server", "AmazonS3")
	return answer{status: http.StatusOK, header: o.Header, body: data}
}

// refusal is S3's error, as CloudFront passes it on.
func refusal(e *wire.Error) answer {
	body, err := xml.Marshal(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: e.Code, Message: e.Message})
	if err != nil {
		return plain(http.StatusInternalServerError, err.Error())
	}
	return answer{status: e.Status, header: http.Header{"Content-Type": {"application/xml"}, "Server": {"AmazonS3"}}, body: append([]byte(xml.Header), body...)}
}

func plain(status int, text string) answer {
	return answer{status: status, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte(text + "\n")}
}

// custom passes a request on to a server: as much of it as the policies say.
func (f *front) custom(v viewed) answer {
	r, err := http.NewRequestWithContext(v.Context(), v.Method, f.address(v), v.Body)
	if err != nil {
		return plain(http.StatusBadGateway, err.Error())
	}
	f.pass(v, r)
	r.ContentLength = v.ContentLength
	out, err := f.client.Do(r) //nolint:bodyclose // whoever writes the answer reads it to its end and closes it
	if err != nil {
		return plain(http.StatusBadGateway, "CloudFront wasn't able to connect to the origin.")
	}
	for _, hop := range []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Proxy-Authenticate"} {
		out.Header.Del(hop)
	}
	return answer{status: out.StatusCode, header: out.Header, stream: out.Body}
}

// address is where the origin is asked. An origin whose name has a port is one of this machine's: its load balancers speak
// TLS and plain HTTP on the same.
func (f *front) address(v viewed) string {
	c, host := *v.origin.CustomOriginConfig, v.origin.DomainName
	scheme := "http"
	if c.OriginProtocolPolicy == "https-only" {
		scheme = "https"
	}
	port := map[string]int{"http": c.HTTPPort, "https": c.HTTPSPort}[scheme]
	if _, _, err := net.SplitHostPort(host); err != nil && port != 0 {
		host = fmt.Sprintf("%s:%d", host, port)
	}
	address := scheme + "://" + host + v.origin.OriginPath + v.uri
	all := requestPolicies()[v.behavior.OriginRequestPolicyID].query
	if v.URL.RawQuery != "" && (all || v.query()) {
		address += "?" + v.URL.RawQuery
	}
	return address
}

// pass sets the headers of a request to an origin.
func (f *front) pass(v viewed, r *http.Request) {
	p := requestPolicies()[v.behavior.OriginRequestPolicyID]
	if p.headers {
		r.Header = v.Header.Clone()
	}
	names := v.policy.ParametersInCacheKeyAnd.HeadersConfig.Headers
	if !v.known {
		names = v.behavior.ForwardedValues.Headers
	}
	host := p.host
	for _, name := range append([]string{"Content-Type", "Range", "If-None-Match", "If-Modified-Since"}, names...) {
		if value := v.Header.Values(name); len(value) > 0 {
			r.Header[http.CanonicalHeaderKey(name)] = value
		}
		host = host || strings.EqualFold(name, "Host") || name == "*"
	}
	if !p.cookies && v.known && v.policy.ParametersInCacheKeyAnd.CookiesConfig.CookieBehavior != "all" {
		r.Header.Del("Cookie")
	} else if cookie := v.Header.Get("Cookie"); cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	if host {
		r.Host = v.Host
	}
	if ip, _, err := net.SplitHostPort(v.RemoteAddr); err == nil {
		r.Header.Add("X-Forwarded-For", ip)
	}
	r.Header.Set("Via", "1.1 local.cloudfront.net (CloudFront)")
	for _, h := range v.origin.OriginCustomHeaders {
		r.Header.Set(h.HeaderName, h.HeaderValue)
	}
}
