package cloudfront

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
)

// front is a distribution's port on loopback.
type front struct {
	s      *Service
	id     string
	server *http.Server
	client *http.Client // of origins that are no buckets
	cache  cache
}

// openLocked opens a distribution's port: the one it had, or any when that is taken.
func (s *Service) openLocked(d *distribution) error {
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", d.Port))
	if err != nil && d.Port != 0 {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return err
	}
	d.Port = ln.Addr().(*net.TCPAddr).Port
	f := &front{s: s, id: d.ID, client: newOriginClient(), cache: cache{clk: s.deps.Clock, entries: map[string]*entry{}}}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)} // a client that breaks off is no news
	s.fronts[d.ID] = f
	s.wg.Go(func() { f.server.Serve(ln) }) //nolint:errcheck // it ends with ErrServerClosed
	return nil
}

func (f *front) close() error {
	f.client.CloseIdleConnections()
	return f.server.Close()
}

// viewed is a viewer's request on its way.
type viewed struct {
	*http.Request
	config   Config
	arn      string
	behavior Behavior
	origin   Origin
	uri      string // after functions and the default root object
	policy   CachePolicy
	known    bool // there is a policy, not the older forwarded values
}

// ServeHTTP answers a viewer.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v, err := f.view(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	a := f.answer(v)
	if page, ok := v.config.page(a.status); ok && a.status >= http.StatusBadRequest {
		a = f.errorPage(v, a, page)
	}
	a.write(w, r)
}

var errMethod = errors.New("This distribution is not configured to allow the HTTP request method that was used for this request.") //nolint:staticcheck // CloudFront's own words

// view finds the behaviour of a request and what it makes of the path.
func (f *front) view(r *http.Request) (viewed, error) {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	d, err := f.s.find(f.id)
	if err != nil {
		return viewed{}, err
	}
	if !d.Config.Enabled {
		return viewed{}, errors.New("The distribution is disabled.") //nolint:staticcheck // CloudFront's own words
	}
	v := viewed{Request: r, config: d.Config, arn: f.s.arn("distribution/" + d.ID), uri: r.URL.EscapedPath()}
	v.behavior = d.Config.behavior(v.uri)
	allowed := v.behavior.AllowedMethods
	if len(allowed) == 0 {
		allowed = []string{http.MethodGet, http.MethodHead}
	}
	if !slices.Contains(allowed, r.Method) {
		return viewed{}, errMethod
	}
	for _, a := range v.behavior.FunctionAssociations {
		if fn := f.s.state.Functions[a.FunctionARN[strings.LastIndex(a.FunctionARN, "/")+1:]]; fn != nil {
			if change, ok := recognised(fn.Code); ok {
				v.uri = change(v.uri)
			}
		}
	}
	if v.uri == "/" && d.Config.DefaultRootObject != "" {
		v.uri += d.Config.DefaultRootObject
	}
	i := slices.IndexFunc(d.Config.Origins, func(o Origin) bool { return o.ID == v.behavior.TargetOriginID })
	v.origin = d.Config.Origins[i]
	v.policy, v.known = f.s.policy(v.behavior.CachePolicyID)
	return v, nil
}

// behavior finds the first behaviour whose pattern matches a path.
func (c Config) behavior(uri string) Behavior {
	for _, b := range c.CacheBehaviors {
		if matches(b.PathPattern, uri) {
			return b
		}
	}
	return c.DefaultCacheBehavior
}

// matches holds a path against a pattern with * and ?; both may leave their first slash out.
func matches(pattern, uri string) bool {
	flat := func(s string) string { return strings.ReplaceAll(strings.TrimPrefix(s, "/"), "/", "\x00") } // a star goes across slashes
	ok, err := path.Match(strings.NewReplacer("[", "\\[", "\\", "\\\\").Replace(flat(pattern)), flat(uri))
	return ok && err == nil
}

// page finds what is answered instead of an error.
func (c Config) page(status int) (ErrorResponse, bool) {
	i := slices.IndexFunc(c.CustomErrorResponses, func(e ErrorResponse) bool { return e.ErrorCode == status })
	if i < 0 || c.CustomErrorResponses[i].ResponsePagePath == "" {
		return ErrorResponse{}, false
	}
	return c.CustomErrorResponses[i], true
}

// errorPage answers with the page, or with the error where the page cannot be had.
func (f *front) errorPage(v viewed, failed answer, page ErrorResponse) answer {
	r := v.Clone(v.Context())
	r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Body = http.MethodGet, page.ResponsePagePath, "", "", http.NoBody
	for _, name := range []string{"Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"} {
		r.Header.Del(name)
	}
	again, err := f.view(r)
	if err != nil {
		return failed
	}
	a := f.answer(again)
	if a.status != http.StatusOK {
		return failed
	}
	a.status = failed.status
	if page.ResponseCode != 0 {
		a.status = page.ResponseCode
	}
	return a
}

// answer is what a viewer gets.
type answer struct {
	status int
	header http.Header
	body   []byte
	stream io.ReadCloser // instead of body, where the answer is not kept
	from   string        // Hit, Miss or Error
	age    time.Duration
}

func (a answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("X-Cache", a.from+" from cloudfront")
	h.Set("Via", "1.1 local.cloudfront.net (CloudFront)")
	h.Set("X-Amz-Cf-Id", ids.NewHex(32))
	h.Set("X-Amz-Cf-Pop", "LOCAL1")
	if a.from == "Hit" {
		h.Set("Age", strconv.Itoa(int(a.age.Seconds())))
	}
	if a.stream != nil {
		defer a.stream.Close() //nolint:errcheck // it was only read
		w.WriteHeader(a.status)
		copyFlushing(w, a.stream)
		return
	}
	if a.status == http.StatusOK { // ranges and conditions
		modified, _ := http.ParseTime(h.Get("Last-Modified")) //nolint:errcheck // the zero time stands for none
		h.Del("Content-Length")
		http.ServeContent(w, r, "", modified, bytes.NewReader(a.body))
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(a.body) //nolint:errcheck // a client that went away is nobody's error
	}
}

// copyFlushing passes on what comes as it comes.
func copyFlushing(w http.ResponseWriter, in io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := in.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return
			}
			if f, ok := w.(http.Flusher); ok {
				f.Flush()
			}
		}
		if err != nil {
			return
		}
	}
}
