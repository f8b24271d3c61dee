package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// makeRoot gives the calling process, which is in a mount namespace of its own, the container's root: the image under a
// writable layer, with /proc, /sys, /dev and the files in /etc that engines make.
func makeRoot(spec boxSpec) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	dev := filepath.Join(spec.Dir, "dev")
	if err := makeDev(dev); err != nil {
		return fmt.Errorf("making /dev: %w", err)
	}
	merged, err := mergeLayers(spec)
	if err != nil {
		return err
	}
	if err := enter(merged, dev, spec); err != nil {
		return err
	}
	if err := os.MkdirAll(spec.Command.Dir, 0o755); err != nil {
		return fmt.Errorf("making the working directory: %w", err)
	}
	if spec.ReadOnly {
		if err := unix.Mount("", "/", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("making the root read-only: %w", err)
		}
	}
	return nil
}

// mergeLayers mounts the image under a writable layer, or the container's copy of it.
func mergeLayers(spec boxSpec) (string, error) {
	merged := filepath.Join(spec.Dir, "merged")
	if !spec.Overlay {
		return merged, unix.Mount(merged, merged, "", unix.MS_BIND|unix.MS_REC, "")
	}
	upper, work := filepath.Join(spec.Dir, "upper"), filepath.Join(spec.Dir, "work")
	for _, dir := range []string{merged, upper, work} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
	}
	escape := strings.NewReplacer(`\`, `\\`, ":", `\:`, ",", `\,`).Replace
	options := "lowerdir=" + escape(spec.Lower) + ",upperdir=" + escape(upper) + ",workdir=" + escape(work)
	if spec.Users {
		options += ",userxattr"
	}
	if err := unix.Mount("overlay", merged, "overlay", 0, options); err != nil {
		return "", fmt.Errorf("mounting the writable layer: %w", err)
	}
	return merged, nil
}

// enter makes merged the root. Whatever is mounted inside of it is mounted afterwards, when links in the image can point
// to nowhere but inside. What names the machine is written before a volume can stand in its place.
func enter(merged, dev string, spec boxSpec) error {
	old, err := os.MkdirTemp(merged, ".host-")
	if err != nil {
		return err
	}
	if err := unix.PivotRoot(merged, old); err != nil {
		return fmt.Errorf("changing the root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	host := "/" + filepath.Base(old)
	for _, dir := range []string{"/proc", "/dev", "/sys"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := unix.Mount(filepath.Join(host, dev), "/dev", "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mounting /dev: %w", err)
	}
	const safe = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := unix.Mount("proc", "/proc", "proc", safe, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	unix.Mount("sysfs", "/sys", "sysfs", safe|unix.MS_RDONLY, "") //nolint:errcheck // few programs look at it
	mask()
	if err := writeEtc(spec, host); err != nil {
		return err
	}
	if err := mountVolumes(spec.Mounts, host); err != nil {
		return err
	}
	if err := unix.Unmount(host, unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the host's root: %w", err)
	}
	return os.Remove(host)
}

// mask makes the parts of /proc read-only with which root could change the host.
func mask() {
	for _, dir := range []string{"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"} {
		if unix.Mount(dir, dir, "", unix.MS_BIND|unix.MS_REC, "") == nil {
			unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "") //nolint:errcheck // best effort
		}
	}
	for _, file := range []string{"/proc/kcore", "/proc/keys", "/proc/timer_list"} {
		unix.Mount("/dev/null", file, "", unix.MS_BIND, "") //nolint:errcheck // best effort
	}
}

// makeDev makes a small /dev beside the container's root, from the host's own devices.
func makeDev(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID, "mode=755,size=65536k"); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			return err
		}
		if err := unix.Mount("/dev/"+name, file, "", unix.MS_BIND, ""); err != nil && name != "tty" {
			return err
		}
	}
	for name, target := range map[string]string{"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	shm := filepath.Join(dir, "shm")
	if err := os.Mkdir(shm, 0o1777); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", shm, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777,size=65536k"); err != nil {
		return err
	}
	pts := filepath.Join(dir, "pts")
	if err := os.Mkdir(pts, 0o755); err != nil {
		return err
	}
	if unix.Mount("devpts", pts, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620") == nil {
		return os.Symlink("pts/ptmx", filepath.Join(dir, "ptmx"))
	}
	return nil
}

// writeEtc writes the files that name the machine, and mounts the one that names other tasks: it changes while the task runs.
// We are in the container's root already, so a link in the image leads nowhere else.
func writeEtc(spec boxSpec, host string) error {
	if err := os.MkdirAll("/etc", 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"hosts":       "",
		"hostname":    spec.Hostname + "\n",
		"resolv.conf": "# The task has a network of its own, without name servers.\n",
	} {
		file := "/etc/" + name
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := unix.Mount(filepath.Join(host, spec.Hosts), "/etc/hosts", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mounting /etc/hosts: %w", err)
	}
	return nil
}
