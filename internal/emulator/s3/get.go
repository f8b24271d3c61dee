package s3

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// getObject answers GET and HEAD.
func (s *Service) getObject(c call) error {
	v, in, err := s.open(c.bucket, c.key, c.query.Get("versionId"))
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	if err := holds(c.r.Header, v); err != nil {
		c.tell(v)
		return err
	}
	from, to, err := ranged(c.r.Header.Get("Range"), v.Size)
	if err != nil {
		c.w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", v.Size))
		return err
	}
	c.describe(v)
	status := http.StatusOK
	if from >= 0 {
		c.w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, v.Size))
		status = http.StatusPartialContent
	} else {
		from, to = 0, v.Size-1
		if strings.EqualFold(c.r.Header.Get("x-amz-checksum-mode"), "ENABLED") {
			for name, sum := range v.Checksum {
				c.w.Header().Set(name, sum)
			}
		}
	}
	c.w.Header().Set("Content-Length", fmt.Sprint(to-from+1))
	c.w.WriteHeader(status)
	if c.r.Method == http.MethodHead {
		return nil
	}
	if _, err := in.Seek(from, io.SeekStart); err == nil {
		io.CopyN(c.w, in, to-from+1) //nolint:errcheck // a client that went away is nobody's error
	}
	return nil
}

// describe sets what an answer says about an object.
func (c call) describe(v *version) {
	c.tell(v)
	h := c.w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Last-Modified", v.Modified.UTC().Format(http.TimeFormat))
	for name, value := range v.Headers {
		h.Set(name, value)
	}
	for name, value := range v.Meta {
		h[strings.ToLower(metaPrefix)+name] = []string{value} // in lower case, as S3 answers
	}
	if len(v.Tags) > 0 {
		h.Set("x-amz-tagging-count", fmt.Sprint(len(v.Tags)))
	}
	for query, values := range c.query {
		if name, ok := strings.CutPrefix(query, "response-"); ok {
			h.Set(name, values[0])
		}
	}
}

// holds tells whether a read's conditions hold.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
func holds(h http.Header, v *version) error {
	modified := v.Modified.Truncate(time.Second)
	since := func(name string) (time.Time, bool) {
		t, err := http.ParseTime(h.Get(name))
		return t, err == nil
	}
	match, none := h.Get("If-Match"), h.Get("If-None-Match")
	if match != "" && !matches(match, v.ETag) {
		return preconditionFailed()
	}
	if t, ok := since("If-Unmodified-Since"); ok && match == "" && modified.After(t) {
		return preconditionFailed()
	}
	if none != "" && matches(none, v.ETag) {
		return fail(http.StatusNotModified, "NotModified", "Not Modified")
	}
	if t, ok := since("If-Modified-Since"); ok && none == "" && !modified.After(t) {
		return fail(http.StatusNotModified, "NotModified", "Not Modified")
	}
	return nil
}

func matches(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == "*" || strings.Trim(one, `"`) == etag {
			return true
		}
	}
	return false
}

// ranged reads a Range header: from is -1 where the whole object is meant. Only one range is read, as S3 does.
func ranged(header string, size int64) (from, to int64, err error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return -1, 0, nil
	}
	first, last, ok := strings.Cut(spec, "-")
	var a, b int64
	_, errA := fmt.Sscanf(first, "%d", &a)
	_, errB := fmt.Sscanf(last, "%d", &b)
	switch {
	case !ok || errA != nil && errB != nil:
		return -1, 0, nil
	case errA != nil: // the last b bytes
		a, b = max(0, size-b), size-1
	case errB != nil:
		b = size - 1
	}
	if a >= size || b < a {
		return 0, 0, fail(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
	}
	return a, min(b, size-1), nil
}

type copied struct {
	XMLName      xml.Name `xml:"CopyObjectResult"`
	Xmlns        string   `xml:"xmlns,attr"`
	LastModified string
	ETag         string
}

func (s *Service) objectTagging(c call) error {
	v, in, err := s.open(c.bucket, c.key, c.query.Get("versionId"))
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // nothing was read
	c.w.Header().Set("Content-Type", "application/xml")
	io.WriteString(c.w, tagging(v.Tags)) //nolint:errcheck // a client that went away is nobody's error
	return nil
}

func (s *Service) tagObject(c call) error {
	body, err := s.body(c.r)
	if err != nil {
		return err
	}
	var in struct {
		Tags []tag `xml:"TagSet>Tag"`
	}
	if err := document(body, &in); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.lookup(c.bucket, c.key, c.query.Get("versionId"))
	if err != nil {
		return err
	}
	v.Tags = pairs(in.Tags)
	c.w.WriteHeader(http.StatusOK)
	return nil
}
