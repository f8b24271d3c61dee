package ecr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// blobStore keeps blobs by digest, for all repositories together. Two implementations: memory and disk.
type blobStore interface {
	stat(h v1.Hash) (int64, error) // registry.ErrNotFound when it is not there
	get(h v1.Hash) (io.ReadCloser, error)
	put(h v1.Hash, r io.Reader) error
	remove(h v1.Hash) error // removing what is gone is no error
}

var (
	_ blobStore = (*memory)(nil)
	_ blobStore = (*disk)(nil)
)

type memory struct {
	mu    sync.Mutex
	blobs map[v1.Hash][]byte
}

func newMemory() *memory { return &memory{blobs: map[v1.Hash][]byte{}} }

func (m *memory) read(h v1.Hash) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.blobs[h]
	if !ok {
		return nil, registry.ErrNotFound
	}
	return b, nil
}

func (m *memory) stat(h v1.Hash) (int64, error) {
	b, err := m.read(h)
	return int64(len(b)), err
}

func (m *memory) get(h v1.Hash) (io.ReadCloser, error) {
	b, err := m.read(h)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (m *memory) put(h v1.Hash, r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blobs[h] = b
	return nil
}

func (m *memory) remove(h v1.Hash) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.blobs, h)
	return nil
}

// disk keeps each blob in a file <dir>/<algorithm>/<hex>, written beside it first so that a blob is whole or absent.
type disk struct{ dir string }

func (d *disk) path(h v1.Hash) string { return filepath.Join(d.dir, h.Algorithm, h.Hex) }

func (d *disk) stat(h v1.Hash) (int64, error) {
	info, err := os.Stat(d.path(h))
	if errors.Is(err, os.ErrNotExist) {
		return 0, registry.ErrNotFound
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (d *disk) get(h v1.Hash) (io.ReadCloser, error) {
	f, err := os.Open(d.path(h))
	if errors.Is(err, os.ErrNotExist) {
		return nil, registry.ErrNotFound
	}
	return f, err
}

func (d *disk) put(h v1.Hash, r io.Reader) error {
	path := d.path(h)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "upload-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func (d *disk) remove(h v1.Hash) error {
	if err := os.Remove(d.path(h)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// repoBlobs is the blob store as one repository shows it: what was pushed to another one is not here.
type repoBlobs struct {
	s *Service
	r *repository
}

var (
	_ registry.BlobHandler     = repoBlobs{}
	_ registry.BlobStatHandler = repoBlobs{}
	_ registry.BlobPutHandler  = repoBlobs{}
)

func (b repoBlobs) has(h v1.Hash) bool {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return b.r.Blobs[h.String()]
}

// Stat returns a blob's size.
func (b repoBlobs) Stat(_ context.Context, _ string, h v1.Hash) (int64, error) {
	if !b.has(h) {
		return 0, registry.ErrNotFound
	}
	return b.s.blobs.stat(h)
}

// Get opens a blob.
func (b repoBlobs) Get(_ context.Context, _ string, h v1.Hash) (io.ReadCloser, error) {
	if !b.has(h) {
		return nil, registry.ErrNotFound
	}
	return b.s.blobs.get(h)
}

// Put keeps a blob; reading r verifies its digest.
func (b repoBlobs) Put(_ context.Context, _ string, h v1.Hash, r io.ReadCloser) error {
	if h.Algorithm != "sha256" || len(h.Hex) != 64 {
		return fmt.Errorf("digest %s is not a SHA-256", h)
	}
	if err := b.s.blobs.put(h, r); err != nil {
		return err
	}
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	b.r.Blobs[h.String()] = true
	return nil
}
