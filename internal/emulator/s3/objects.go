package s3

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"ferry.dev/ferry/internal/emulator/ids"
)

const metaPrefix = "X-Amz-Meta-"

// kept are the headers of an object that come back as they were put.
func kept() []string {
	return []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires", "X-Amz-Website-Redirect-Location"}
}

// described takes what a request says about an object's contents.
func described(h http.Header) version {
	v := version{Headers: map[string]string{}, Meta: map[string]string{}, Tags: map[string]string{}}
	for _, name := range kept() {
		if value := h.Get(name); value != "" {
			v.Headers[name] = value
		}
	}
	if encoding, ok := v.Headers["Content-Encoding"]; ok {
		parts := strings.Split(encoding, ",")
		var left []string
		for _, p := range parts {
			if p = strings.TrimSpace(p); p != "aws-chunked" && p != "" {
				left = append(left, p)
			}
		}
		if v.Headers["Content-Encoding"] = strings.Join(left, ","); len(left) == 0 {
			delete(v.Headers, "Content-Encoding")
		}
	}
	if v.Headers["Content-Type"] == "" {
		v.Headers["Content-Type"] = "binary/octet-stream"
	}
	for name, values := range h {
		if meta, ok := strings.CutPrefix(name, metaPrefix); ok {
			v.Meta[strings.ToLower(meta)] = strings.Join(values, ",")
		}
	}
	if q, err := url.ParseQuery(h.Get("x-amz-tagging")); err == nil {
		for k := range q {
			v.Tags[k] = q.Get(k)
		}
	}
	return v
}

func (s *Service) putObject(c call) error {
	if len(c.key) > 1024 {
		return fail(http.StatusBadRequest, "KeyTooLongError", "Your key is too long")
	}
	if _, err := s.find(c.bucket); err != nil {
		return err
	}
	body, err := s.body(c.r)
	if err != nil {
		return err
	}
	v := described(c.r.Header)
	if v.Blob, v.Size, v.ETag, err = s.blobs.put(body); err != nil {
		return err
	}
	v.Checksum = body.sums
	if err := s.add(c, c.key, &v); err != nil {
		s.blobs.drop(v.Blob)
		return err
	}
	c.tell(&v)
	for name, sum := range v.Checksum {
		c.w.Header().Set(name, sum)
	}
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// add makes a version the object's newest. Where versions are not kept it takes the place of the one without an ID.
func (s *Service) add(c call, key string, v *version) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(c.bucket)
	if err != nil {
		return err
	}
	if err := unless(c.r.Header, b.current(key)); err != nil {
		return err
	}
	v.Modified = s.deps.Clock.Now()
	s.place(b, key, v)
	return nil
}

func (s *Service) place(b *bucket, key string, v *version) {
	v.ID = "null"
	if b.Versions == "Enabled" {
		v.ID = ids.NewHex(32)
	} else {
		s.take(b, key, "null")
	}
	b.Objects[key] = append(b.Objects[key], v)
}

// take removes one version of an object; nil where it has none of that ID.
func (s *Service) take(b *bucket, key, id string) *version {
	for i, v := range b.Objects[key] {
		if v.ID != id {
			continue
		}
		b.Objects[key] = append(b.Objects[key][:i:i], b.Objects[key][i+1:]...)
		if len(b.Objects[key]) == 0 {
			delete(b.Objects, key)
		}
		s.blobs.drop(v.Blob)
		return v
	}
	return nil
}

// unless holds the conditions of a write.
func unless(h http.Header, now *version) error {
	switch {
	case h.Get("If-None-Match") == "*" && now != nil:
		return preconditionFailed()
	case h.Get("If-Match") == "":
		return nil
	case now == nil:
		return noSuchKey()
	case strings.Trim(h.Get("If-Match"), `"`) != now.ETag:
		return preconditionFailed()
	}
	return nil
}

// tell sets the headers of an answer that say which version it is about.
func (c call) tell(v *version) {
	h := c.w.Header()
	h.Set("x-amz-server-side-encryption", "AES256")
	if v.ETag != "" {
		h.Set("ETag", `"`+v.ETag+`"`)
	}
	if v.ID != "null" {
		h.Set("x-amz-version-id", v.ID)
	}
}

func (s *Service) deleteObject(c call) error {
	gone, err := s.deleteOne(c.bucket, c.key, c.query.Get("versionId"))
	if err != nil {
		return err
	}
	if gone.id != "" && gone.id != "null" {
		c.w.Header().Set("x-amz-version-id", gone.id)
	}
	if gone.marker {
		c.w.Header().Set("x-amz-delete-marker", "true")
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// deletion is what became of one object that was deleted.
type deletion struct {
	id     string // of the version that is gone, or of the marker that was made
	marker bool   // it is a delete marker, made or gone
	made   bool
}

// deleteOne deletes one version, or the object: with versions a marker is put over it. What is not there is deleted.
func (s *Service) deleteOne(name, key, id string) (deletion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.findLocked(name)
	if err != nil {
		return deletion{}, err
	}
	switch {
	case id != "":
		v := s.take(b, key, id)
		return deletion{id: id, marker: v != nil && v.Deleted}, nil
	case b.Versions == "":
		s.take(b, key, "null")
		return deletion{}, nil
	}
	marker := &version{Deleted: true, Modified: s.deps.Clock.Now()}
	s.place(b, key, marker)
	return deletion{id: marker.ID, marker: true, made: true}, nil
}

// open finds the version of an object that a request asks for, and its contents, which stay readable whatever comes. The
// caller closes them.
func (s *Service) open(bucketName, key, id string) (*version, content, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.lookup(bucketName, key, id)
	if err != nil {
		return nil, nil, err
	}
	in, err := s.blobs.open(v.Blob)
	found := *v
	return &found, in, err
}

// lookup finds a version. The caller holds the lock.
func (s *Service) lookup(bucketName, key, id string) (*version, error) {
	b, err := s.findLocked(bucketName)
	if err != nil {
		return nil, err
	}
	if id == "" {
		if v := b.current(key); v != nil {
			return v, nil
		}
		return nil, noSuchKey()
	}
	for _, v := range b.Objects[key] {
		if v.ID == id && v.Deleted {
			return nil, fail(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
		}
		if v.ID == id {
			return v, nil
		}
	}
	return nil, fail(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.")
}

// copyObject copies within the service, with the source's description unless the request replaces it.
func (s *Service) copyObject(c call) error {
	from, in, err := s.source(c.r.Header)
	if err != nil {
		return err
	}
	v := described(c.r.Header)
	if !strings.EqualFold(c.r.Header.Get("x-amz-metadata-directive"), "REPLACE") {
		v.Headers, v.Meta = maps.Clone(from.Headers), maps.Clone(from.Meta)
	}
	if !strings.EqualFold(c.r.Header.Get("x-amz-tagging-directive"), "REPLACE") {
		v.Tags = maps.Clone(from.Tags)
	}
	v.Checksum = maps.Clone(from.Checksum)
	v.Blob, v.Size, v.ETag, err = s.blobs.put(in)
	if err = errors.Join(err, in.Close()); err != nil {
		return err
	}
	if err := s.add(c, c.key, &v); err != nil {
		s.blobs.drop(v.Blob)
		return err
	}
	c.tell(&v)
	answer(c.w, http.StatusOK, copied{Xmlns: namespace, LastModified: stamp(v.Modified), ETag: `"` + v.ETag + `"`})
	return nil
}

// source opens what x-amz-copy-source names.
func (s *Service) source(h http.Header) (*version, content, error) {
	path, err := url.Parse("/" + strings.TrimPrefix(h.Get("x-amz-copy-source"), "/"))
	if err != nil {
		return nil, nil, invalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(path.Path, "/"), "/")
	return s.open(name, key, path.Query().Get("versionId"))
}
