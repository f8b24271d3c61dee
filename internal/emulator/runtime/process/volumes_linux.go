package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sys/unix"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// boxMount is a directory of the host in a container.
type boxMount struct {
	From     string // on the host
	To       string // in the container
	ReadOnly bool
}

// mounts finds the directories that a container mounts. Those of empty volumes are made when they are first asked for, and go
// with the task's other files. Where the image declares a VOLUME they begin as what the image has there.
func (s *sandbox) mounts(c runtime.ContainerSpec, image v1.Config, lower string) ([]boxMount, error) {
	var out []boxMount
	for _, m := range c.Mounts {
		seed := ""
		if _, declared := image.Volumes[m.Path]; declared {
			seed = filepath.Join(lower, m.Path)
		}
		dir, err := s.volume(m.Volume, seed)
		if err != nil {
			return nil, err
		}
		out = append(out, boxMount{From: dir, To: m.Path, ReadOnly: m.ReadOnly})
	}
	return out, nil
}

func (s *sandbox) volume(name, seed string) (string, error) {
	for _, v := range s.spec.Volumes {
		switch {
		case v.Name != name:
		case v.Dir != "":
			return filepath.Abs(v.Dir)
		default:
			return s.emptyVolume(filepath.Join(s.dir, "volumes", name), seed)
		}
	}
	return "", errors.New("the task has no volume " + name)
}

// emptyVolume makes a volume, unless another container did before. As long as there is nothing in it, a container whose image
// has something there fills it, as with an engine: whichever of a task's containers starts first, the one that writes to the
// volume finds the owner that its image says.
func (s *sandbox) emptyVolume(dir, seed string) (string, error) {
	s.seeding.Lock()
	defer s.seeding.Unlock()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		return dir, err
	}
	if info, err := os.Lstat(seed); seed == "" || err != nil || !info.IsDir() {
		return dir, nil
	}
	if err := copyTree(seed, dir); err != nil {
		return "", err
	}
	return dir, sameOwners(seed, dir)
}

// sameOwners gives a copy of a tree the permissions and owners of the original, where this process may.
func sameOwners(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if os.Geteuid() == 0 {
			if err := os.Lchown(target, int(st.Uid), int(st.Gid)); err != nil {
				return err
			}
		}
		if d.IsDir() {
			return os.Chmod(target, fs.FileMode(st.Mode).Perm())
		}
		return nil
	})
}

// mountVolumes puts directories of the host, whose root is at host, into the container's root, which is ours by now: a link in
// the image leads nowhere else.
func mountVolumes(mounts []boxMount, host string) error {
	for _, m := range mounts {
		if err := mountPoint(m.To); err != nil {
			return fmt.Errorf("making the mount point %s: %w", m.To, err)
		}
		if err := unix.Mount(filepath.Join(host, m.From), m.To, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mounting a volume at %s: %w", m.To, err)
		}
		if !m.ReadOnly {
			continue
		}
		if err := unix.Mount("", m.To, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|flagsOf(m.To), ""); err != nil {
			return fmt.Errorf("making the volume at %s read-only: %w", m.To, err)
		}
	}
	return nil
}

// mountPoint makes a directory to mount at; where the image has a link to what is not there, that.
func mountPoint(dir string) error {
	if link, err := os.Readlink(dir); err == nil {
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(dir), link)
		}
		dir = link
	}
	return os.MkdirAll(dir, 0o755)
}

// flagsOf are the flags with which a directory is mounted already. In a user namespace they cannot be taken away, so they are
// given again.
func flagsOf(dir string) uintptr {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return 0
	}
	var flags uintptr
	for has, flag := range map[int64]uintptr{
		unix.ST_NOSUID: unix.MS_NOSUID, unix.ST_NODEV: unix.MS_NODEV, unix.ST_NOEXEC: unix.MS_NOEXEC,
		unix.ST_NOATIME: unix.MS_NOATIME, unix.ST_NODIRATIME: unix.MS_NODIRATIME, unix.ST_RELATIME: unix.MS_RELATIME,
	} {
		if int64(st.Flags)&has != 0 { //nolint:unconvert // its type differs from one architecture to another
			flags |= flag
		}
	}
	return flags
}
