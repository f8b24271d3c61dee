package s3

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
)

// upload is a multipart upload under way.
type upload struct {
	Bucket, Key string
	Started     time.Time
	Object      version // what it will be
	Parts       map[int]*part
}

type part struct {
	Blob     string
	Size     int64
	ETag     string
	Modified time.Time
}

// smallestPart is the least size of every part but the last.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const smallestPart = 5 << 20

func (s *Service) createUpload(c call) error {
	if _, err := s.find(c.bucket); err != nil {
		return err
	}
	id := ids.NewHex(64)
	s.mu.Lock()
	s.state.Uploads[id] = &upload{Bucket: c.bucket, Key: c.key, Started: s.deps.Clock.Now(), Object: described(c.r.Header), Parts: map[int]*part{}}
	s.mu.Unlock()
	answer(c.w, http.StatusOK, struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		Xmlns    string   `xml:"xmlns,attr"`
		Bucket   string
		Key      string
		UploadID string `xml:"UploadId"`
	}{Xmlns: namespace, Bucket: c.bucket, Key: c.key, UploadID: id})
	return nil
}

// underWay finds the upload that a request is about. The caller holds the lock.
func (s *Service) underWay(c call) (*upload, error) {
	u := s.state.Uploads[c.query.Get("uploadId")]
	if u == nil || u.Bucket != c.bucket || u.Key != c.key {
		return nil, fail(http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	}
	return u, nil
}

func (s *Service) uploadPart(c call) error {
	body, err := s.body(c.r)
	if err != nil {
		return err
	}
	p, err := s.addPart(c, body)
	if err != nil {
		return err
	}
	c.tell(&version{ID: "null", ETag: p.ETag})
	for name, sum := range body.sums {
		c.w.Header().Set(name, sum)
	}
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func (s *Service) uploadPartCopy(c call) error {
	from, in, err := s.source(c.r.Header)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	first, last, err := ranged(c.r.Header.Get("x-amz-copy-source-range"), from.Size)
	if err != nil {
		return err
	}
	var body io.Reader = in
	if first >= 0 {
		if _, err := in.Seek(first, io.SeekStart); err != nil {
			return err
		}
		body = io.LimitReader(in, last-first+1)
	}
	p, err := s.addPart(c, body)
	if err != nil {
		return err
	}
	answer(c.w, http.StatusOK, struct {
		XMLName      xml.Name `xml:"CopyPartResult"`
		Xmlns        string   `xml:"xmlns,attr"`
		LastModified string
		ETag         string
	}{Xmlns: namespace, LastModified: stamp(p.Modified), ETag: `"` + p.ETag + `"`})
	return nil
}

func (s *Service) addPart(c call, body io.Reader) (*part, error) {
	n, err := strconv.Atoi(c.query.Get("partNumber"))
	if err != nil || n < 1 || n > 10000 {
		return nil, invalidArgument("Part number must be an integer between 1 and 10000, inclusive")
	}
	p := &part{Modified: s.deps.Clock.Now()}
	if p.Blob, p.Size, p.ETag, err = s.blobs.put(body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.underWay(c)
	if err != nil {
		s.blobs.drop(p.Blob)
		return nil, err
	}
	if old := u.Parts[n]; old != nil {
		s.blobs.drop(old.Blob)
	}
	u.Parts[n] = p
	return p, nil
}

func (s *Service) completeUpload(c call) error {
	var in struct {
		Part []struct {
			PartNumber int
			ETag       string
		}
	}
	if err := document(c.r.Body, &in); err != nil {
		return err
	}
	s.mu.Lock()
	u, err := s.underWay(c)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	var parts []*part
	sum := md5.New()
	for i, want := range in.Part {
		p := u.Parts[want.PartNumber]
		switch {
		case p == nil || strings.Trim(want.ETag, `"`) != p.ETag:
			return fail(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
		case i > 0 && want.PartNumber <= in.Part[i-1].PartNumber:
			return fail(http.StatusBadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.")
		case i < len(in.Part)-1 && p.Size < smallestPart:
			return fail(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
		}
		raw, _ := hex.DecodeString(p.ETag) //nolint:errcheck // it was made here
		sum.Write(raw)                     //nolint:errcheck // a hash takes everything
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return malformedXML()
	}
	v := u.Object
	if v.Blob, v.Size, _, err = s.joined(parts); err != nil {
		return err
	}
	v.ETag = fmt.Sprintf("%x-%d", sum.Sum(nil), len(parts))
	if err := s.add(c, c.key, &v); err != nil {
		s.blobs.drop(v.Blob)
		return err
	}
	s.mu.Lock()
	s.forget(c.query.Get("uploadId"))
	s.mu.Unlock()
	if v.ID != "null" {
		c.w.Header().Set("x-amz-version-id", v.ID)
	}
	answer(c.w, http.StatusOK, struct {
		XMLName  xml.Name `xml:"CompleteMultipartUploadResult"`
		Xmlns    string   `xml:"xmlns,attr"`
		Location string
		Bucket   string
		Key      string
		ETag     string
	}{Xmlns: namespace, Location: "/" + c.bucket + "/" + c.key, Bucket: c.bucket, Key: c.key, ETag: `"` + v.ETag + `"`})
	return nil
}

// joined puts parts together.
func (s *Service) joined(parts []*part) (name string, size int64, sum string, err error) {
	var readers []io.Reader
	var open []io.Closer
	for _, p := range parts {
		in, openErr := s.blobs.open(p.Blob)
		if openErr != nil {
			err = errors.Join(err, openErr)
			break
		}
		readers, open = append(readers, in), append(open, in)
	}
	if err == nil {
		name, size, sum, err = s.blobs.put(io.MultiReader(readers...))
	}
	for _, o := range open {
		err = errors.Join(err, o.Close())
	}
	return name, size, sum, err
}

// forget removes an upload with its parts. The caller holds the lock.
func (s *Service) forget(id string) {
	for _, p := range s.state.Uploads[id].Parts {
		s.blobs.drop(p.Blob)
	}
	delete(s.state.Uploads, id)
}

func (s *Service) abortUpload(c call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.underWay(c); err != nil {
		return err
	}
	s.forget(c.query.Get("uploadId"))
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Service) listParts(c call) error {
	type one struct {
		PartNumber   int
		LastModified string
		ETag         string
		Size         int64
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.underWay(c)
	if err != nil {
		return err
	}
	out := struct {
		XMLName     xml.Name `xml:"ListPartsResult"`
		Xmlns       string   `xml:"xmlns,attr"`
		Bucket      string
		Key         string
		UploadID    string `xml:"UploadId"`
		IsTruncated bool
		Part        []one
	}{Xmlns: namespace, Bucket: c.bucket, Key: c.key, UploadID: c.query.Get("uploadId")}
	for _, n := range slices.Sorted(maps.Keys(u.Parts)) {
		p := u.Parts[n]
		out.Part = append(out.Part, one{n, stamp(p.Modified), `"` + p.ETag + `"`, p.Size})
	}
	answer(c.w, http.StatusOK, out)
	return nil
}

func (s *Service) listUploads(c call) error {
	type one struct {
		Key       string
		UploadID  string `xml:"UploadId"`
		Initiated string
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findLocked(c.bucket); err != nil {
		return err
	}
	out := struct {
		XMLName     xml.Name `xml:"ListMultipartUploadsResult"`
		Xmlns       string   `xml:"xmlns,attr"`
		Bucket      string
		IsTruncated bool
		Upload      []one
	}{Xmlns: namespace, Bucket: c.bucket}
	for _, id := range slices.Sorted(maps.Keys(s.state.Uploads)) {
		if u := s.state.Uploads[id]; u.Bucket == c.bucket {
			out.Upload = append(out.Upload, one{u.Key, id, stamp(u.Started)})
		}
	}
	answer(c.w, http.StatusOK, out)
	return nil
}
