package process

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// keepImages is how many unpacked images stay in the cache when a new one comes.
const keepImages = 12

// images is the cache of unpacked images, one directory per digest.
type images struct {
	dir string

	mu   sync.Mutex
	held map[string]int // how many containers use it
}

func newImages(dir string) *images { return &images{dir: dir, held: map[string]int{}} }

// rootfs returns the directory of an image's unpacked file system, and what frees it. Nobody may write to it.
func (c *images) rootfs(image v1.Image) (string, func(), error) {
	digest, err := image.Digest()
	if err != nil {
		return "", nil, &runtime.PullError{Err: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	dir := filepath.Join(c.dir, digest.Hex)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := c.fill(image, dir); err != nil {
			return "", nil, &runtime.PullError{Err: err}
		}
		c.prune()
	}
	now := time.Now()
	os.Chtimes(dir, now, now) //nolint:errcheck // only prune's order hangs on it
	c.held[dir]++
	return filepath.Join(dir, "rootfs"), sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.held[dir]--
	}), nil
}

// fill unpacks beside the cache and then moves, so that a directory in the cache is complete.
func (c *images) fill(image v1.Image, dir string) error {
	tmp, err := os.MkdirTemp(c.dir, "unpacking-")
	if err != nil {
		return err
	}
	root := filepath.Join(tmp, "rootfs")
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	if err := unpack(image, root); err != nil {
		return errors.Join(err, removeTree(tmp))
	}
	return os.Rename(tmp, dir)
}

// prune removes the images that were not used for longest.
func (c *images) prune() {
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) <= keepImages {
		return
	}
	age := func(e os.DirEntry) time.Time {
		info, err := e.Info()
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return age(a).Compare(age(b)) })
	for _, e := range entries[:len(entries)-keepImages] {
		if dir := filepath.Join(c.dir, e.Name()); c.held[dir] == 0 {
			removeTree(dir) //nolint:errcheck // the next prune tries again
		}
	}
}
