package cloudfront

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
)

// largest is the largest body that is kept.
const largest = 32 << 20

// errorTTL is how long an error is kept where nothing else is said.
const errorTTL = 10 * time.Second

// cache is what a distribution keeps, in memory: a restarted endpoint begins with an empty one.
type cache struct {
	clk *clock.Clock

	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	uri  string
	a    answer
	kept time.Time
	ttl  time.Duration
}

func (c *cache) get(key string) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return answer{}, false
	}
	age := c.clk.Since(e.kept)
	if age >= e.ttl {
		delete(c.entries, key)
		return answer{}, false
	}
	a := e.a
	a.header, a.age = a.header.Clone(), age
	return a, true
}

func (c *cache) put(key, uri string, a answer, ttl time.Duration) {
	if ttl <= 0 {
		return
	}
	a.header = a.header.Clone()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[key] = &entry{uri: uri, a: a, kept: c.clk.Now(), ttl: ttl}
}

// invalidate forgets what lies at paths; a star at the end stands for whatever follows.
func (c *cache) invalidate(paths []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.entries {
		if slices.ContainsFunc(paths, func(p string) bool { return covers(p, e.uri) }) {
			delete(c.entries, key)
		}
	}
}

func covers(pattern, uri string) bool {
	bare := func(s string) string {
		if plain, err := url.PathUnescape(s); err == nil {
			s = plain
		}
		return "/" + strings.TrimPrefix(s, "/")
	}
	pattern, uri = bare(pattern), bare(uri)
	if start, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(uri, start)
	}
	return pattern == uri
}

// key tells requests apart that get different answers.
func (v viewed) key() string {
	parts := []string{v.behavior.PathPattern, v.origin.ID, v.uri}
	p := v.policy.ParametersInCacheKeyAnd
	if v.query() {
		parts = append(parts, v.URL.RawQuery)
	}
	for _, name := range p.HeadersConfig.Headers {
		parts = append(parts, name, v.Header.Get(name))
	}
	if v.known && p.CookiesConfig.CookieBehavior == "all" || !v.known && v.behavior.ForwardedValues.Cookies != nil && v.behavior.ForwardedValues.Cookies.Forward == "all" {
		parts = append(parts, v.Header.Get("Cookie"))
	}
	if !v.known {
		for _, name := range v.behavior.ForwardedValues.Headers {
			parts = append(parts, name, v.Header.Get(name))
		}
	}
	return strings.Join(parts, "\x00")
}

// query tells whether the query belongs to the key.
func (v viewed) query() bool {
	if !v.known {
		return v.behavior.ForwardedValues.QueryString
	}
	b := v.policy.ParametersInCacheKeyAnd.QueryStringsConfig.QueryStringBehavior
	return b != "" && b != "none"
}

// ttl is how long an answer may be kept.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func (v viewed) ttl(status int, h http.Header) time.Duration {
	low, usual, high := v.policy.MinTTL, v.policy.DefaultTTL, v.policy.MaxTTL
	if !v.known {
		low, usual, high = or(v.behavior.MinTTL, 0), or(v.behavior.DefaultTTL, 86400), or(v.behavior.MaxTTL, 31536000)
	}
	if status >= http.StatusBadRequest {
		if high == 0 {
			return 0
		}
		for _, e := range v.config.CustomErrorResponses {
			if e.ErrorCode == status {
				return time.Duration(or(e.ErrorCachingMinTTL, 10)) * time.Second
			}
		}
		return errorTTL
	}
	seconds := usual
	for directive := range strings.SplitSeq(h.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		n, err := strconv.Atoi(value)
		switch {
		case name == "no-store" || name == "no-cache" || name == "private":
			return time.Duration(low) * time.Second
		case name == "s-maxage" && err == nil:
			return time.Duration(min(max(n, low), high)) * time.Second
		case name == "max-age" && err == nil:
			seconds = n
		}
	}
	return time.Duration(min(max(seconds, low), high)) * time.Second
}

func or(v *int, usual int) int {
	if v == nil {
		return usual
	}
	return *v
}
