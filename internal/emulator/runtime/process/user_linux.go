package process

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// identity is whom a container runs as.
type identity struct {
	uid, gid uint32
	groups   []uint32
	home     string
}

// lookUp reads "name", "uid", "name:group" or "uid:gid" with the container's own /etc/passwd and /etc/group.
func lookUp(user string) (identity, error) {
	as := identity{home: "/"}
	name, group, hasGroup := strings.Cut(user, ":")
	name = cmp.Or(name, "0")
	found := false
	for _, f := range table("/etc/passwd") {
		if len(f) < 6 || (f[0] != name && f[2] != name) {
			continue
		}
		as.uid, as.gid = number(f[2]), number(f[3])
		as.home, name, found = f[5], f[0], true
		break
	}
	if !found {
		n, err := strconv.ParseUint(name, 10, 32)
		if err != nil {
			return as, fmt.Errorf("unable to find user %s: no matching entries in passwd file", name)
		}
		as.uid = uint32(n)
	}
	for _, f := range table("/etc/group") {
		if len(f) < 3 {
			continue
		}
		if hasGroup && (f[0] == group || f[2] == group) {
			as.gid, hasGroup = number(f[2]), false
		}
		if len(f) > 3 && found && slices.Contains(strings.Split(f[3], ","), name) {
			as.groups = append(as.groups, number(f[2]))
		}
	}
	if hasGroup {
		n, err := strconv.ParseUint(group, 10, 32)
		if err != nil {
			return as, fmt.Errorf("unable to find group %s: no matching entries in group file", group)
		}
		as.gid = uint32(n)
	}
	return as, nil
}

func number(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 65534 // nobody: a malformed entry must not make anybody root
	}
	return uint32(n)
}

// table reads a file of lines with fields between colons; a file that is not there has no lines.
func table(file string) [][]string {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var out [][]string
	for line := range strings.Lines(string(data)) {
		out = append(out, strings.Split(strings.TrimSpace(line), ":"))
	}
	return out
}

// kept are the capabilities that a container's root keeps: those that engines leave it by default.
func kept() map[uintptr]bool {
	return map[uintptr]bool{
		unix.CAP_CHOWN: true, unix.CAP_DAC_OVERRIDE: true, unix.CAP_FSETID: true, unix.CAP_FOWNER: true, unix.CAP_MKNOD: true,
		unix.CAP_NET_RAW: true, unix.CAP_SETGID: true, unix.CAP_SETUID: true, unix.CAP_SETFCAP: true, unix.CAP_SETPCAP: true,
		unix.CAP_NET_BIND_SERVICE: true, unix.CAP_SYS_CHROOT: true, unix.CAP_KILL: true, unix.CAP_AUDIT_WRITE: true,
	}
}

// dropCapabilities takes the others out of what this thread's children can ever have.
func dropCapabilities() error {
	keep := kept()
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		if keep[c] {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && err != unix.EINVAL {
			return err
		}
	}
	return nil
}
