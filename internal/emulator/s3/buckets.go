package s3

import (
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

type owner struct{ ID string }

// bucketName: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (s *Service) listBuckets(c call) error {
	type one struct {
		Name         string
		CreationDate string
		BucketRegion string
	}
	out := struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Xmlns   string   `xml:"xmlns,attr"`
		Owner   owner
		Buckets struct{ Bucket []one }
		Prefix  string `xml:",omitempty"`
	}{Xmlns: namespace, Owner: owner{s.deps.Scope.Account}, Prefix: c.query.Get("prefix")}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.state.Buckets)) {
		if b := s.state.Buckets[name]; strings.HasPrefix(name, out.Prefix) {
			out.Buckets.Bucket = append(out.Buckets.Bucket, one{name, stamp(b.Created), s.deps.Scope.Region})
		}
	}
	answer(c.w, http.StatusOK, out)
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Service) createBucket(c call) error {
	var in struct {
		LocationConstraint string
		Tags               []tag `xml:"Tags>Tag"`
	}
	if err := document(c.r.Body, &in); err != nil {
		return err
	}
	if err := s.CreateBucket(c.bucket, pairs(in.Tags)); err != nil {
		return err
	}
	c.w.Header().Set("Location", "/"+c.bucket)
	c.w.Header().Set("x-amz-bucket-arn", "arn:aws:s3:::"+c.bucket)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// CreateBucket makes a bucket.
func (s *Service) CreateBucket(name string, tags map[string]string) error {
	if !bucketName.MatchString(name) || strings.Contains(name, "..") {
		return fail(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Buckets[name] != nil {
		return fail(http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
	}
	s.state.Buckets[name] = &bucket{Name: name, Created: s.deps.Clock.Now(), Settings: map[string]string{}, Tags: maps.Clone(tags), Objects: map[string][]*version{}}
	return nil
}

func (s *Service) deleteBucket(c call) error {
	if err := s.DeleteBucket(c.bucket); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// DeleteBucket removes a bucket, which must be empty: of old versions and delete markers too.
func (s *Service) DeleteBucket(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.state.Buckets[name]
	if b == nil {
		return noSuchBucket()
	}
	if len(b.Objects) > 0 {
		message := "The bucket you tried to delete is not empty"
		if b.Versions != "" {
			message += ". You must delete all versions in the bucket."
		}
		return fail(http.StatusConflict, "BucketNotEmpty", message)
	}
	delete(s.state.Buckets, name)
	for id, u := range s.state.Uploads {
		if u.Bucket == name {
			s.forget(id)
		}
	}
	return nil
}

func (s *Service) headBucket(c call) error {
	if _, err := s.find(c.bucket); err != nil {
		return err
	}
	c.w.Header().Set("x-amz-bucket-region", s.deps.Scope.Region)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// find returns a bucket.
func (s *Service) find(name string) (*bucket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.findLocked(name)
}

func (s *Service) findLocked(name string) (*bucket, error) {
	b := s.state.Buckets[name]
	if b == nil {
		return nil, noSuchBucket()
	}
	return b, nil
}

func (s *Service) bucketLocation(c call) error {
	if _, err := s.find(c.bucket); err != nil {
		return err
	}
	region := s.deps.Scope.Region
	if region == "us-east-1" {
		region = "" // as S3 has it since its beginning
	}
	answer(c.w, http.StatusOK, struct {
		XMLName xml.Name `xml:"LocationConstraint"`
		Xmlns   string   `xml:"xmlns,attr"`
		Region  string   `xml:",chardata"`
	}{Xmlns: namespace, Region: region})
	return nil
}

// tag is a tag as S3's documents write it.
type tag struct{ Key, Value string }

func pairs(tags []tag) map[string]string {
	out := map[string]string{}
	for _, t := range tags {
		out[t.Key] = t.Value
	}
	return out
}

// document reads an XML body; an empty one leaves v as it is.
func document(body io.Reader, v any) error {
	data, err := io.ReadAll(io.LimitReader(body, 4<<20))
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return nil
	}
	if err := xml.Unmarshal(data, v); err != nil {
		return malformedXML()
	}
	return nil
}
