package s3

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Object is what another service reads of an object. Its reader closes it.
type Object struct {
	io.ReadCloser
	Header http.Header // Content-Type, ETag, Last-Modified and whatever was put
	Size   int64
}

// Read opens an object for CloudFront, if the bucket's policy lets it: the service as principal, on behalf of the
// distribution. A missing key is told as missing only to who may list the bucket, as S3 does.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
func (s *Service) Read(bucketName, key, distribution string) (Object, error) {
	s.mu.Lock()
	b, err := s.findLocked(bucketName)
	if err != nil {
		s.mu.Unlock()
		return Object{}, err
	}
	policy := b.Settings["policy"]
	s.mu.Unlock()
	arn := "arn:aws:s3:::" + bucketName
	v, in, err := s.open(bucketName, key, "")
	switch {
	case err != nil && !permits(policy, "s3:ListBucket", arn, distribution),
		err == nil && !permits(policy, "s3:GetObject", arn+"/"+key, distribution):
		if err == nil {
			in.Close() //nolint:errcheck // nothing was read
		}
		return Object{}, fail(http.StatusForbidden, "AccessDenied", "Access Denied")
	case err != nil:
		return Object{}, err
	}
	rec := recorded{header: http.Header{}}
	call{w: rec}.describe(v)
	return Object{ReadCloser: in, Header: rec.header, Size: v.Size}, nil
}

// Open opens an object for a service of the same account, whose role is not looked at. The caller closes it.
func (s *Service) Open(_ context.Context, bucketName, key string) (io.ReadCloser, error) {
	_, in, err := s.open(bucketName, key, "")
	if err != nil {
		return nil, err // and no typed nothing in the reader's place
	}
	return in, nil
}

// recorded takes the headers of an answer that nobody gets.
type recorded struct {
	http.ResponseWriter
	header http.Header
}

func (r recorded) Header() http.Header { return r.header }

// permits tells whether a policy lets CloudFront do something for a distribution. Only statements that allow are read, and of
// conditions AWS:SourceArn and AWS:SourceAccount.
func permits(policy, action, resource, distribution string) bool {
	var doc struct {
		Statement []struct {
			Effect    string
			Principal principal
			Action    texts
			Resource  texts
			Condition map[string]map[string]texts
		}
	}
	if json.Unmarshal([]byte(policy), &doc) != nil {
		return false
	}
	for _, st := range doc.Statement {
		if st.Effect == "Allow" && slices.Contains(st.Principal.Service, "cloudfront.amazonaws.com") &&
			st.Action.match(action) && st.Resource.match(resource) && meets(st.Condition, distribution) {
			return true
		}
	}
	return false
}

func meets(conditions map[string]map[string]texts, distribution string) bool {
	account := ""
	if parts := strings.Split(distribution, ":"); len(parts) == 6 {
		account = parts[4]
	}
	for _, keys := range conditions {
		for key, values := range keys {
			have := map[string]string{"aws:sourcearn": distribution, "aws:sourceaccount": account}[strings.ToLower(key)]
			if have == "" || !values.match(have) {
				return false
			}
		}
	}
	return true
}

// principal is who a statement is about: "*", or services, accounts and the like.
type principal struct{ Service texts }

// UnmarshalJSON implements json.Unmarshaler.
func (p *principal) UnmarshalJSON(data []byte) error {
	var everybody string
	if json.Unmarshal(data, &everybody) == nil {
		return nil // CloudFront is no part of everybody: it reads as a service
	}
	var named struct{ Service texts }
	err := json.Unmarshal(data, &named)
	p.Service = named.Service
	return err
}

// texts is one text of a policy, or a list of them.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// match tells whether one of the patterns, with * and ?, matches.
func (t texts) match(s string) bool {
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") } // a star goes across slashes
	return slices.ContainsFunc(t, func(pattern string) bool {
		ok, err := path.Match(strings.NewReplacer("/", "\x00", "[", "\\[", "\\", "\\\\").Replace(pattern), flat(s))
		return ok && err == nil
	})
}
