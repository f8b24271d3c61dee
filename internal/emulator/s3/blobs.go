package s3

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"ferry.dev/ferry/internal/emulator/ids"
)

// blobs keeps contents, each under a random name: in files of a directory, or in memory.
type blobs struct {
	dir string

	mu     sync.Mutex
	memory map[string][]byte
}

func newBlobs(dir string) *blobs { return &blobs{dir: dir, memory: map[string][]byte{}} }

// content is what an object or a part is read from.
type content interface {
	io.ReadSeeker
	io.Closer
}

// put reads a body to its end and returns where it is kept, its size and its MD5 in hexadecimal digits.
func (b *blobs) put(body io.Reader) (name string, size int64, sum string, err error) {
	name = ids.NewHex(32)
	h := md5.New()
	if b.dir == "" {
		var buffer bytes.Buffer
		if size, err = io.Copy(io.MultiWriter(&buffer, h), body); err != nil {
			return "", 0, "", err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.memory[name] = buffer.Bytes()
		return name, size, fmt.Sprintf("%x", h.Sum(nil)), nil
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return "", 0, "", err
	}
	f, err := os.OpenFile(filepath.Join(b.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, "", err
	}
	size, err = io.Copy(io.MultiWriter(f, h), body)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", 0, "", errors.Join(err, os.Remove(f.Name()))
	}
	return name, size, fmt.Sprintf("%x", h.Sum(nil)), nil
}

func (b *blobs) open(name string) (content, error) {
	if b.dir != "" {
		return os.Open(filepath.Join(b.dir, name))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.memory[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return inMemory{bytes.NewReader(data)}, nil
}

// drop forgets a content; readers that have opened it still read it to its end.
func (b *blobs) drop(name string) {
	if name == "" {
		return
	}
	if b.dir != "" {
		os.Remove(filepath.Join(b.dir, name)) //nolint:errcheck // what stays is removed with the next start
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.memory, name)
}

// keep removes everything that is not used.
func (b *blobs) keep(used map[string]bool) error {
	if b.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !used[e.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(b.dir, e.Name())))
		}
	}
	return err
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
