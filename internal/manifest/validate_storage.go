package manifest

import (
	"regexp"
	"slices"
	"strings"
)

// longestPath is what Docker takes as the path of a mount.
const longestPath = 242

// longestVolume bounds a volume's name. The pattern leaves it out: one that counts takes a millisecond to compile.
const longestVolume = 255

var (
	// volumeName is what ECS takes, up to longestVolume characters: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html
	volumeName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	// mountPath is what Copilot takes, which every engine does too.
	mountPath   = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)
	windowsPath = regexp.MustCompile(`^[A-Za-z]:\\[A-Za-z0-9._\\ -]*$`)
)

func (v validator) storage(w Workload) {
	s, base := w.Storage, at("storage")
	if !v.has(base) {
		return
	}
	switch size := base.with("ephemeral"); {
	case s.Ephemeral <= 20:
	case !w.Capacity.Fargate():
		v.bad(size, "remove it", "only a Fargate task has a disk of its own: on instances it is theirs")
	case w.Platform.Windows():
		v.bad(size, "remove it", "the disk of a Windows task on Fargate has one size")
	default:
		v.needsFargate14(w, size, "a larger disk")
	}
	if readonly := base.with("readonly_fs"); s.ReadOnlyRoot {
		if w.Platform.Windows() {
			v.bad(readonly, "remove it", "Windows containers have no read-only file system")
		} else if w.Exec {
			v.warn(readonly, "write exec: false, or readonly_fs: false while you need a shell", "the agent behind exec writes to the container's file system: no shell will open")
		}
	}
	managed, ebs := "", ""
	paths := map[string]string{}
	for _, name := range v.volumeNames(s) {
		p, volume := base.with("volumes").with(name), s.Volumes[name]
		v.volume(p, name, volume, w)
		if volume.Path == "" && !v.has(p.with("path")) && !mountedBySidecar(w, name) {
			v.bad(p.with("path"), "for example path: /var/uploads", "is missing")
		}
		if first, twice := paths[volume.Path]; twice && volume.Path != "" {
			v.bad(p.with("path"), "give each volume its own path", "volume %q is mounted there already", first)
		} else {
			paths[volume.Path] = name
		}
		if volume.EFS != nil && volume.EFS.Managed {
			v.onlyOne(p.with("efs"), &managed, name, "name a file system that exists by id in one of them", "a service has one managed EFS volume, and %q is one")
		}
		if volume.EBS != nil {
			v.onlyOne(p.with("ebs"), &ebs, name, "make it an empty volume, or one in EFS", "a task has one EBS volume, and %q is one")
		}
	}
}

// mountedBySidecar tells whether a volume is some other container's.
func mountedBySidecar(w Workload, volume string) bool {
	for _, s := range w.Sidecars {
		if slices.ContainsFunc(s.MountPoints, func(m MountPoint) bool { return m.SourceVolume == volume }) {
			return true
		}
	}
	return false
}

// volumeNames lists the volumes in the order in which they are written.
func (v validator) volumeNames(s Storage) []string {
	var names []string
	for _, e := range v.root.find(at("storage.volumes")).children() {
		if _, ok := s.Volumes[e.key]; ok {
			names = append(names, e.key)
		}
	}
	return names
}

// children are a mapping's entries; nothing has none.
func (n *node) children() []entry {
	if n == nil {
		return nil
	}
	return n.entries
}

func (v validator) onlyOne(p path, first *string, name, hint, format string) {
	if *first != "" {
		v.bad(p, hint, format, *first)
		return
	}
	*first = name
}

func (v validator) volume(p path, name string, volume Volume, w Workload) {
	if !volumeName.MatchString(name) || len(name) > longestVolume {
		v.badKey(p, "use letters, digits, - and _", "%q is no name for a volume", name)
	}
	v.mountPath(p.with("path"), volume.Path, w)
	blank := volume.Empty() || volume.EBS != nil && volume.EBS.Snapshot == ""
	if blank && volume.ReadOnly && v.sure(p.with("efs"), p.with("ebs"), p.with("read_only")) && !v.writtenBySidecar(name) {
		v.warnKey(p, "write read_only: false", "the volume is empty at first and nobody can write to it")
	}
	switch {
	case volume.EFS != nil:
		v.efs(p.with("efs"), volume.EFS, w)
	case volume.EBS != nil:
		v.ebs(p.with("ebs"), volume.EBS, w)
	case volume.Host != nil:
		v.instanceVolume(p.with("host"), w)
		if volume.Host.Path == "" {
			v.bad(p.with("host").with("path"), "for example path: /var/lib/cache", "must not be empty")
		}
	case volume.Docker != nil:
		v.docker(p.with("docker"), volume.Docker, w)
	case volume.FSx != nil:
		v.fsx(p.with("fsx"), volume.FSx, w)
	case volume.S3Files != nil:
		v.s3files(p.with("s3files"), volume.S3Files, w)
	}
}

// writtenBySidecar tells whether another container of the task mounts a volume for writing.
func (v validator) writtenBySidecar(volume string) bool {
	for _, sidecar := range v.root.get("sidecars").children() {
		points := sidecar.value.get("mount_points")
		if points == nil {
			continue
		}
		writes := func(point *node) bool {
			return point.get("source_volume").str() == volume && point.get("read_only").isFalse()
		}
		if slices.ContainsFunc(points.items, writes) {
			return true
		}
	}
	return false
}

// mountPath checks where a container finds a volume.
func (v validator) mountPath(p path, value string, w Workload) {
	if !v.has(p) {
		return // reported as missing
	}
	if w.Platform.Windows() && windowsPath.MatchString(value) {
		return
	}
	switch {
	case value == "":
		v.bad(p, "for example path: /var/data", "must not be empty")
	case len(value) > longestPath:
		v.bad(p, "", "must have at most %d characters, not %d", longestPath, len(value))
	case !mountPath.MatchString(value):
		v.bad(p, "use letters, digits, ., -, _ and /", "%q is no path to mount a volume at", value)
	case !strings.HasPrefix(value, "/"):
		v.bad(p, "write /"+value, "%q must begin with /", value)
	case strings.Trim(value, "/") == "":
		v.bad(p, "for example path: /var/data", "a volume cannot take the place of the container's own file system")
	}
}

// rootDir checks the directory of a file system that is mounted.
func (v validator) rootDir(p path, value string) {
	switch {
	case !v.fromUser(p) || value == "/":
	case len(value) > longestPath:
		v.bad(p, "", "must have at most %d characters, not %d", longestPath, len(value))
	case !mountPath.MatchString(value):
		v.bad(p, "use letters, digits, ., -, _ and /", "%q is no directory of a file system", value)
	case !strings.HasPrefix(value, "/"):
		v.bad(p, "write /"+value, "%q must begin with /", value)
	}
}
