package process

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// unpacker applies image layers to a directory. Every operation goes through os.Root on a path whose links have been
// resolved inside the image, so that nothing in an image can reach outside of the directory.
type unpacker struct {
	root  *os.Root
	owner bool            // keep owners: only root can
	layer map[string]bool // what the current layer has written
}

// unpack writes an image's file system to a directory that exists and is empty.
func unpack(image v1.Image, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // it is a directory that was read
	layers, err := image.Layers()
	if err != nil {
		return err
	}
	u := &unpacker{root: root, owner: os.Geteuid() == 0}
	for i, layer := range layers {
		if err := u.apply(layer); err != nil {
			return fmt.Errorf("unpacking layer %d of %d: %w", i+1, len(layers), err)
		}
	}
	return nil
}

func (u *unpacker) apply(layer v1.Layer) error {
	data, err := layer.Uncompressed()
	if err != nil {
		return err
	}
	defer data.Close()
	u.layer = map[string]bool{}
	for r := tar.NewReader(data); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := u.entry(h, r); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

// The names by which a layer hides what is below it.
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
)

func (u *unpacker) entry(h *tar.Header, data io.Reader) error {
	clean := path.Clean("/" + h.Name)[1:]
	if clean == "" {
		return nil
	}
	parent, err := u.resolve(path.Dir(clean), 0)
	if err != nil {
		return err
	}
	base := path.Base(clean)
	if base == opaque {
		return u.empty(parent)
	}
	if hidden, ok := strings.CutPrefix(base, whiteout); ok {
		if hidden == "" || hidden == "." || hidden == ".." {
			return errors.New("malformed whiteout")
		}
		return u.root.RemoveAll(path.Join(parent, hidden))
	}
	name := path.Join(parent, base)
	u.layer[name] = true
	return u.write(name, h, data)
}

// write makes one entry at a path that has no links in its parents.
func (u *unpacker) write(name string, h *tar.Header, data io.Reader) error {
	old, err := u.root.Lstat(name)
	switch {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	case err == nil && !(old.IsDir() && h.Typeflag == tar.TypeDir):
		if err := u.root.RemoveAll(name); err != nil {
			return err
		}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		if err := u.root.Mkdir(name, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	case tar.TypeReg:
		if err := u.file(name, data); err != nil {
			return err
		}
	case tar.TypeSymlink:
		if err := u.root.Symlink(h.Linkname, name); err != nil {
			return err
		}
		return u.own(name, h)
	case tar.TypeLink:
		return u.link(name, h.Linkname)
	default:
		return nil // devices and pipes: /dev is made when a container starts
	}
	if err := u.own(name, h); err != nil {
		return err
	}
	return u.root.Chmod(name, h.FileInfo().Mode()) // after chown, which clears setuid
}

func (u *unpacker) file(name string, data io.Reader) error {
	f, err := u.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, data)
	return errors.Join(err, f.Close())
}

func (u *unpacker) link(name, target string) error {
	target = path.Clean("/" + target)[1:]
	parent, err := u.resolve(path.Dir(target), 0)
	if err != nil {
		return err
	}
	return u.root.Link(path.Join(parent, path.Base(target)), name)
}

func (u *unpacker) own(name string, h *tar.Header) error {
	if !u.owner {
		return nil
	}
	return u.root.Lchown(name, h.Uid, h.Gid)
}

// empty removes what lower layers put into a directory.
func (u *unpacker) empty(dir string) error {
	d, err := u.root.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		full := path.Join(dir, name)
		if !u.layer[full] {
			if err := u.root.RemoveAll(full); err != nil {
				return err
			}
		}
	}
	return nil
}

// resolve follows the links of a directory's path as a process in the image would see them, absolute ones included, and
// makes the directories that are missing. It returns a path without links.
func (u *unpacker) resolve(dir string, depth int) (string, error) {
	if depth > 40 {
		return "", errors.New("too many levels of symbolic links")
	}
	done := "."
	parts := strings.Split(path.Clean("/" + dir)[1:], "/")
	for i, part := range parts {
		if part == "" {
			continue
		}
		next := path.Join(done, part)
		info, err := u.root.Lstat(next)
		switch {
		case errors.Is(err, os.ErrNotExist):
			if err := u.root.Mkdir(next, 0o755); err != nil {
				return "", err
			}
		case err != nil:
			return "", err
		case info.Mode()&os.ModeSymlink != 0:
			target, err := u.root.Readlink(next)
			if err != nil {
				return "", err
			}
			if !path.IsAbs(target) {
				target = path.Join("/", done, target)
			}
			return u.resolve(path.Join(append([]string{target}, parts[i+1:]...)...), depth+1)
		case !info.IsDir():
			return "", fmt.Errorf("%s is not a directory", next)
		}
		done = next
	}
	return done, nil
}
