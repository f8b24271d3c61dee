package image

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// fileLayer is a compressed layer in a file, with everything known about it. It is read as often as a push needs.
type fileLayer struct {
	path         string
	digest, diff v1.Hash
	size         int64
	media        types.MediaType
}

var _ v1.Layer = (*fileLayer)(nil)

func (l *fileLayer) Digest() (v1.Hash, error)             { return l.digest, nil }
func (l *fileLayer) DiffID() (v1.Hash, error)             { return l.diff, nil }
func (l *fileLayer) Size() (int64, error)                 { return l.size, nil }
func (l *fileLayer) MediaType() (types.MediaType, error)  { return l.media, nil }
func (l *fileLayer) Compressed() (io.ReadCloser, error)   { return os.Open(l.path) }
func (l *fileLayer) Uncompressed() (io.ReadCloser, error) { return gunzipped(l.path) }

// gunzipped opens a gzip file. Closing closes the file.
func gunzipped(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		f.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// layer copies one layer of an archive into the file dest, compressed. Engines with containerd's store hand it out
// compressed already: then it stays as it is, so that its digest is the one that a registry may have.
func (a archive) layer(name string, diff v1.Hash, dest string) (v1.Layer, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, err := r.ReadAt(head, 0)
	if err != nil && n == 0 && r.Size() > 0 {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return writeLayer(dest, r, diff, types.DockerLayer, false)
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return writeLayer(dest, r, diff, types.OCILayerZStd, false)
	}
	return writeLayer(dest, r, diff, types.DockerLayer, true)
}

// writeLayer copies src to a file, compressing it where asked, and measures both sides. Where it compresses, a
// diff ID other than want is an error; an empty want takes what comes.
func writeLayer(dest string, src io.Reader, want v1.Hash, media types.MediaType, compress bool) (v1.Layer, error) {
	f, err := os.OpenFile(dest, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	packed := sha256.New()
	counted := &counter{w: io.MultiWriter(f, packed)}
	diff := want
	if compress {
		diff, err = deflate(counted, src)
	} else {
		_, err = io.Copy(counted, src)
	}
	if err != nil {
		return nil, err
	}
	if want.Hex != "" && diff != want {
		return nil, fmt.Errorf("layer %s has the content of %s", want, diff)
	}
	return &fileLayer{path: dest, digest: sum(packed), diff: diff, size: counted.n, media: media}, f.Close()
}

// deflate compresses src and returns the digest of what went in. The header holds no name and no time, so that the same
// bytes give the same bytes.
func deflate(w io.Writer, src io.Reader) (v1.Hash, error) {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return v1.Hash{}, err
	}
	plain := sha256.New()
	if _, err := io.Copy(io.MultiWriter(z, plain), src); err != nil {
		return v1.Hash{}, err
	}
	return sum(plain), z.Close()
}

func sum(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
