package s3

import (
	"bufio"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const checksumPrefix = "x-amz-checksum-"

// payload is a request's body without the chunks that it may come in. What the client says of it, in headers or behind the
// last chunk, is checked where it ends: the error then is what the last Read returns.
type payload struct {
	raw    io.Reader
	chunks *chunked // nil: the body is plain
	header http.Header
	hashes map[string]hash.Hash // by header
	sums   map[string]string    // x-amz-checksum-… → value, as the client gave them; known at the end
}

// body makes a payload of a request's body.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
func (s *Service) body(r *http.Request) (*payload, error) {
	p := &payload{raw: r.Body, header: r.Header, hashes: map[string]hash.Hash{}, sums: map[string]string{}}
	content := r.Header.Get("x-amz-content-sha256")
	if strings.HasPrefix(content, "STREAMING-") || strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") {
		p.chunks = &chunked{in: bufio.NewReader(r.Body), trailer: http.Header{}}
		p.raw = p.chunks
	} else if len(content) == 64 {
		p.hashes["x-amz-content-sha256"] = sha256.New()
	}
	if r.Header.Get("Content-MD5") != "" {
		p.hashes["Content-Md5"] = md5.New()
	}
	names := strings.Split(r.Header.Get("x-amz-trailer"), ",")
	for name := range r.Header {
		names = append(names, name)
	}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		algorithm, ok := strings.CutPrefix(name, checksumPrefix)
		if !ok || algorithm == "mode" || algorithm == "algorithm" || algorithm == "type" {
			continue
		}
		h := newHash(algorithm)
		if h == nil {
			return nil, invalidArgument("The checksum algorithm " + algorithm + " is not known.")
		}
		p.hashes[name] = h
	}
	return p, nil
}

// newHash makes the hash of a checksum header's end; nil where there is none of that name.
func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "crc32":
		return crc32.NewIEEE()
	case "crc32c":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "crc64nvme":
		return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	}
	return nil
}

// Read implements io.Reader.
func (p *payload) Read(b []byte) (int, error) {
	n, err := p.raw.Read(b)
	for _, h := range p.hashes {
		h.Write(b[:n]) //nolint:errcheck // a hash takes everything
	}
	if errors.Is(err, io.EOF) {
		if wrong := p.verify(); wrong != nil {
			return n, wrong
		}
	}
	return n, err
}

// verify compares what was read with what the client says of it.
func (p *payload) verify() error {
	for name, h := range p.hashes {
		said := p.header.Get(name)
		if said == "" && p.chunks != nil {
			said = p.chunks.trailer.Get(name)
		}
		switch {
		case said == "":
			continue
		case name == "x-amz-content-sha256":
			if hex.EncodeToString(h.Sum(nil)) != said {
				return fail(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
			}
			continue
		}
		if base64.StdEncoding.EncodeToString(h.Sum(nil)) != said {
			return fail(http.StatusBadRequest, "BadDigest", "The "+name+" you specified did not match the calculated checksum.")
		}
		if strings.HasPrefix(name, checksumPrefix) {
			p.sums[name] = said
		}
	}
	return nil
}

// chunked reads aws-chunked: chunks led by their size in hexadecimal digits, and headers behind the last one. Signatures of
// chunks are not checked, as no signature is here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
type chunked struct {
	in      *bufio.Reader
	left    int64 // of the chunk at hand
	inside  bool
	ended   bool
	trailer http.Header
}

func (c *chunked) Read(b []byte) (int, error) {
	for !c.ended && c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	if c.ended {
		return 0, io.EOF
	}
	n, err := c.in.Read(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = incomplete()
	}
	return n, err
}

func incomplete() error {
	return fail(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
}

// next reads the line that leads a chunk, and after the last chunk the trailing headers.
func (c *chunked) next() error {
	if c.inside {
		if line, err := c.line(); err != nil || line != "" {
			return incomplete()
		}
	}
	line, err := c.line()
	if err != nil {
		return incomplete()
	}
	size, _, _ := strings.Cut(line, ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil || c.left < 0 {
		return incomplete()
	}
	c.inside = true
	if c.left > 0 {
		return nil
	}
	c.ended = true
	for {
		line, err := c.line()
		if line == "" || err != nil {
			return nil
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			c.trailer.Set(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
}

func (c *chunked) line() (string, error) {
	line, err := c.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}
