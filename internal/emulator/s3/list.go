package s3

import (
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const pageSize = 1000

type object struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
	StorageClass string
}

type prefix struct{ Prefix string }

// page is a part of a bucket's keys: those that begin with a prefix and come after a key, rolled up at a delimiter.
type page struct {
	keys     []string
	prefixes []string
	last     string // what the next page begins after; "" where there is none
}

// cut makes a page of sorted keys.
func cut(keys []string, start, delimiter, after string, size int) page {
	var p page
	last := ""
	for _, key := range keys {
		if !strings.HasPrefix(key, start) || after != "" && key <= after {
			continue
		}
		rolled := ""
		if i := strings.Index(key[len(start):], delimiter); delimiter != "" && i >= 0 {
			rolled = key[:len(start)+i+len(delimiter)]
			if strings.HasPrefix(after, rolled) {
				continue // it was told on an earlier page
			}
			if n := len(p.prefixes); n > 0 && p.prefixes[n-1] == rolled {
				last = key
				continue
			}
		}
		if len(p.keys)+len(p.prefixes) == size {
			p.last = last
			return p
		}
		last = key
		if rolled != "" {
			p.prefixes = append(p.prefixes, rolled)
			continue
		}
		p.keys = append(p.keys, key)
	}
	return p
}

// listing is what the kinds of lists have in common.
type listing struct {
	Xmlns          string `xml:"xmlns,attr"`
	Name           string
	Prefix         string
	Delimiter      string `xml:",omitempty"`
	MaxKeys        int
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	CommonPrefixes []prefix
}

func (c call) listing() (listing, error) {
	l := listing{Xmlns: namespace, Name: c.bucket, MaxKeys: pageSize, EncodingType: c.query.Get("encoding-type")}
	if text := c.query.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return l, invalidArgument("Provided max-keys not an integer or within integer range")
		}
		l.MaxKeys = min(n, pageSize)
	}
	l.Prefix, l.Delimiter = l.encoded(c.query.Get("prefix")), l.encoded(c.query.Get("delimiter"))
	return l, nil
}

// encoded writes a key as the client asked for it.
func (l listing) encoded(key string) string {
	if l.EncodingType == "url" {
		return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
	}
	return key
}

func (l *listing) rolled(p page) {
	l.IsTruncated = p.last != ""
	for _, x := range p.prefixes {
		l.CommonPrefixes = append(l.CommonPrefixes, prefix{l.encoded(x)})
	}
}

// page finds a page of the objects that a bucket has now.
func (s *Service) page(c call, l *listing, after string) ([]object, page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(c.bucket)
	if err != nil || l.MaxKeys == 0 {
		return nil, page{}, err
	}
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(b.Objects)), func(k string) bool { return b.current(k) == nil })
	p := cut(keys, c.query.Get("prefix"), c.query.Get("delimiter"), after, l.MaxKeys)
	l.rolled(p)
	var out []object
	for _, key := range p.keys {
		v := b.current(key)
		out = append(out, object{l.encoded(key), stamp(v.Modified), `"` + v.ETag + `"`, v.Size, "STANDARD"})
	}
	return out, p, nil
}

func (s *Service) listObjectsV2(c call) error {
	l, err := c.listing()
	if err != nil {
		return err
	}
	after := c.query.Get("start-after")
	token := c.query.Get("continuation-token")
	if token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return invalidArgument("The continuation token provided is incorrect")
		}
		after = string(raw)
	}
	objects, p, err := s.page(c, &l, after)
	if err != nil {
		return err
	}
	out := struct {
		XMLName xml.Name `xml:"ListBucketResult"`
		listing
		KeyCount              int
		ContinuationToken     string `xml:",omitempty"`
		NextContinuationToken string `xml:",omitempty"`
		StartAfter            string `xml:",omitempty"`
		Contents              []object
	}{listing: l, KeyCount: len(p.keys) + len(p.prefixes), ContinuationToken: token, StartAfter: l.encoded(c.query.Get("start-after")), Contents: objects}
	if p.last != "" {
		out.NextContinuationToken = base64.RawURLEncoding.EncodeToString([]byte(p.last))
	}
	answer(c.w, http.StatusOK, out)
	return nil
}

func (s *Service) listObjects(c call) error {
	l, err := c.listing()
	if err != nil {
		return err
	}
	objects, p, err := s.page(c, &l, c.query.Get("marker"))
	if err != nil {
		return err
	}
	answer(c.w, http.StatusOK, struct {
		XMLName xml.Name `xml:"ListBucketResult"`
		listing
		Marker     string
		NextMarker string `xml:",omitempty"`
		Contents   []object
	}{listing: l, Marker: l.encoded(c.query.Get("marker")), NextMarker: l.encoded(p.last), Contents: objects})
	return nil
}

// listVersions lists every version and delete marker, newest first within a key. It cuts pages between keys only.
func (s *Service) listVersions(c call) error {
	type one struct {
		XMLName      xml.Name
		Key          string
		VersionID    string `xml:"VersionId"`
		IsLatest     bool
		LastModified string
		ETag         string `xml:",omitempty"`
		Size         *int64 `xml:",omitempty"`
		StorageClass string `xml:",omitempty"`
	}
	l, err := c.listing()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(c.bucket)
	if err != nil {
		return err
	}
	p := cut(slices.Sorted(maps.Keys(b.Objects)), c.query.Get("prefix"), c.query.Get("delimiter"), c.query.Get("key-marker"), max(l.MaxKeys, 1))
	l.rolled(p)
	out := struct {
		XMLName xml.Name `xml:"ListVersionsResult"`
		listing
		KeyMarker           string
		VersionIDMarker     string `xml:"VersionIdMarker"`
		NextKeyMarker       string `xml:",omitempty"`
		NextVersionIDMarker string `xml:"NextVersionIdMarker,omitempty"`
		Versions            []one
	}{listing: l, KeyMarker: l.encoded(c.query.Get("key-marker")), NextKeyMarker: l.encoded(p.last)}
	for _, key := range p.keys {
		for i, v := range slices.Backward(b.Objects[key]) {
			x := one{XMLName: xml.Name{Local: "Version"}, Key: l.encoded(key), VersionID: v.ID, IsLatest: i == len(b.Objects[key])-1, LastModified: stamp(v.Modified)}
			if v.Deleted {
				x.XMLName.Local = "DeleteMarker"
			} else {
				x.ETag, x.Size, x.StorageClass = `"`+v.ETag+`"`, &v.Size, "STANDARD"
			}
			out.Versions = append(out.Versions, x)
		}
	}
	if p.last != "" {
		out.NextVersionIDMarker = "null"
	}
	answer(c.w, http.StatusOK, out)
	return nil
}

// deleteObjects deletes up to a thousand objects or versions.
func (s *Service) deleteObjects(c call) error {
	body, err := s.body(c.r)
	if err != nil {
		return err
	}
	var in struct {
		Quiet  bool
		Object []struct {
			Key       string
			VersionID string `xml:"VersionId"`
		}
	}
	if err := document(body, &in); err != nil {
		return err
	}
	if len(in.Object) == 0 || len(in.Object) > pageSize {
		return malformedXML()
	}
	type deleted struct {
		Key                   string
		VersionID             string `xml:"VersionId,omitempty"`
		DeleteMarker          bool   `xml:",omitempty"`
		DeleteMarkerVersionID string `xml:"DeleteMarkerVersionId,omitempty"`
	}
	out := struct {
		XMLName xml.Name `xml:"DeleteResult"`
		Xmlns   string   `xml:"xmlns,attr"`
		Deleted []deleted
	}{Xmlns: namespace}
	for _, o := range in.Object {
		gone, err := s.deleteOne(c.bucket, o.Key, o.VersionID)
		if err != nil {
			return err
		}
		d := deleted{Key: o.Key, VersionID: o.VersionID, DeleteMarker: gone.marker}
		if gone.marker {
			d.DeleteMarkerVersionID = gone.id
		}
		if !in.Quiet {
			out.Deleted = append(out.Deleted, d)
		}
	}
	answer(c.w, http.StatusOK, out)
	return nil
}
