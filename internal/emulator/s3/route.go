package s3

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"ferry.dev/ferry/internal/emulator/wire"
)

// Name is the service's in a signature.
func (s *Service) Name() string { return "s3" }

// call is one request, taken apart.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	query  url.Values
	bucket string
	key    string
}

func newCall(w http.ResponseWriter, r *http.Request) call {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return call{w: w, r: r, query: r.URL.Query(), bucket: bucket, key: key}
}

// settings are the sub-resources of a bucket whose documents are kept as they are put: their names in operations.
func settings() map[string]string {
	return map[string]string{
		"policy": "BucketPolicy", "encryption": "BucketEncryption", "publicAccessBlock": "PublicAccessBlock", "ownershipControls": "BucketOwnershipControls",
		"lifecycle": "BucketLifecycleConfiguration", "cors": "BucketCors", "tagging": "BucketTagging", "versioning": "BucketVersioning", "website": "BucketWebsite",
		"logging": "BucketLogging", "notification": "BucketNotificationConfiguration",
	}
}

// Operation names what a request asks for; "" is nothing that is known here.
func (s *Service) Operation(r *http.Request) string {
	c := newCall(nil, r)
	switch {
	case c.bucket == "":
		return map[string]string{http.MethodGet: "ListBuckets"}[r.Method]
	case c.key == "":
		return c.bucketOperation()
	}
	return c.objectOperation()
}

func (c call) bucketOperation() string {
	for name, operation := range settings() {
		if !c.query.Has(name) {
			continue
		}
		verb := map[string]string{http.MethodGet: "Get", http.MethodPut: "Put", http.MethodDelete: "Delete"}[c.r.Method]
		if verb == "Delete" {
			operation = strings.TrimSuffix(operation, "Configuration")
		}
		if verb == "" {
			return ""
		}
		return verb + operation
	}
	get := c.r.Method == http.MethodGet
	switch {
	case get && c.query.Has("location"):
		return "GetBucketLocation"
	case get && c.query.Has("versions"):
		return "ListObjectVersions"
	case get && c.query.Has("uploads"):
		return "ListMultipartUploads"
	case get && c.query.Get("list-type") == "2":
		return "ListObjectsV2"
	case get && c.onlyQueries("prefix", "delimiter", "marker", "max-keys", "encoding-type"):
		return "ListObjects"
	case c.r.Method == http.MethodPost && c.query.Has("delete"):
		return "DeleteObjects"
	case get || len(c.query) > 0 && !c.onlyQueries():
		return ""
	}
	return map[string]string{http.MethodPut: "CreateBucket", http.MethodDelete: "DeleteBucket", http.MethodHead: "HeadBucket"}[c.r.Method]
}

// onlyQueries tells whether a request has no parameters but these, the SDK's own mark and a presigned URL's.
func (c call) onlyQueries(names ...string) bool {
	for name := range c.query {
		known := name == "x-id" || strings.HasPrefix(strings.ToLower(name), "x-amz-")
		for _, n := range names {
			known = known || n == name
		}
		if !known {
			return false
		}
	}
	return true
}

func (c call) objectOperation() string {
	part := c.query.Has("uploadId")
	copied := c.r.Header.Get("x-amz-copy-source") != ""
	switch c.r.Method {
	case http.MethodGet:
		switch {
		case part:
			return "ListParts"
		case c.query.Has("tagging"):
			return "GetObjectTagging"
		}
		return "GetObject"
	case http.MethodHead:
		return "HeadObject"
	case http.MethodPut:
		switch {
		case part && copied:
			return "UploadPartCopy"
		case part:
			return "UploadPart"
		case c.query.Has("tagging"):
			return "PutObjectTagging"
		case copied:
			return "CopyObject"
		}
		return "PutObject"
	case http.MethodDelete:
		if part {
			return "AbortMultipartUpload"
		}
		return "DeleteObject"
	case http.MethodPost:
		switch {
		case c.query.Has("uploads"):
			return "CreateMultipartUpload"
		case part:
			return "CompleteMultipartUpload"
		}
	}
	return ""
}

// Serve answers a request whose operation is known. An error was answered too, and is returned for the record.
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, operation, id string) error {
	w.Header().Set("x-amz-request-id", id)
	err := s.serve(newCall(w, r), operation)
	if err == nil {
		return nil
	}
	var own *wire.Error
	if !errors.As(err, &own) {
		own = fail(http.StatusInternalServerError, "InternalError", err.Error())
	}
	s.Refuse(w, r, id, own)
	return err
}

// serve runs an operation. One that this endpoint does not have gets S3's own answer to what it does not have.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (s *Service) serve(c call, operation string) error {
	if run, ok := s.operations()[operation]; ok {
		return run(c)
	}
	return fail(http.StatusNotImplemented, "NotImplemented", "A header or query you provided implies functionality that is not implemented")
}

// Has says whether an operation is one of S3's that are served here.
func (s *Service) Has(operation string) bool { return s.operations()[operation] != nil }

func (s *Service) operations() map[string]func(call) error {
	all := map[string]func(call) error{
		"ListBuckets": s.listBuckets, "CreateBucket": s.createBucket, "DeleteBucket": s.deleteBucket, "HeadBucket": s.headBucket, "GetBucketLocation": s.bucketLocation,
		"ListObjects": s.listObjects, "ListObjectsV2": s.listObjectsV2, "ListObjectVersions": s.listVersions,
		"PutObject": s.putObject, "GetObject": s.getObject, "HeadObject": s.getObject, "DeleteObject": s.deleteObject, "DeleteObjects": s.deleteObjects,
		"CopyObject": s.copyObject, "GetObjectTagging": s.objectTagging, "PutObjectTagging": s.tagObject,
		"CreateMultipartUpload": s.createUpload, "UploadPart": s.uploadPart, "UploadPartCopy": s.uploadPartCopy, "CompleteMultipartUpload": s.completeUpload,
		"AbortMultipartUpload": s.abortUpload, "ListParts": s.listParts, "ListMultipartUploads": s.listUploads,
	}
	for name, operation := range settings() {
		all["Get"+operation] = func(c call) error { return s.getSetting(c, name) }
		all["Put"+operation] = func(c call) error { return s.putSetting(c, name) }
		if name != "versioning" && name != "logging" && name != "notification" {
			all["Delete"+strings.TrimSuffix(operation, "Configuration")] = func(c call) error { return s.deleteSetting(c, name) }
		}
	}
	return all
}
