package manifest

import (
	"strings"
)

// efs checks a volume in EFS by Copilot's rules.
func (v validator) efs(p path, e *EFSVolume, w Workload) {
	if w.Platform.Windows() {
		v.bad(p, "remove it", "Windows containers cannot mount EFS")
		return
	}
	if w.Capacity.LaunchType == LaunchExternal {
		v.bad(p, "write host: {path: …} for a directory of the instance", "an external instance cannot mount EFS")
		return
	}
	v.needsFargate14(w, p, "EFS")
	if e.Managed && w.Network.DenyDefault {
		v.bad(at("network.vpc.security_groups.deny_default"), "remove it, or name a file system that exists by id", "the environment's file system lets in its security group only")
	}
	n := v.root.find(p)
	if n == nil || n.kind != mapping {
		return
	}
	v.efsOwner(p, n)
	if e.Managed {
		return
	}
	id := p.with("id")
	switch {
	case n.get("id").empty() && v.sure(id):
		v.bad(p, "write id: fs-…, or efs: true for one in the environment's file system", "must have an id")
	case e.ID == "" && e.Import == "":
		v.bad(id, "", "must not be empty")
	case e.ID != "" && !strings.HasPrefix(e.ID, "fs-") && !strings.HasPrefix(e.ID, "arn:"):
		v.warn(id, "it begins with fs-", "%q does not look like the id of a file system", e.ID)
	}
	v.rootDir(p.with("root_dir"), e.RootDir)
	v.efsAccessPoint(p, e)
}

// efsOwner checks the fields of a managed volume: they say who owns its directory, which another file system does by itself.
func (v validator) efsOwner(p path, n *node) {
	uid, gid := n.get("uid"), n.get("gid")
	if uid.empty() && gid.empty() {
		return
	}
	for _, key := range []string{"id", "root_dir", "auth"} {
		if !n.get(key).empty() {
			v.bad(p.with(key), "remove it, or uid and gid", "cannot stand beside uid and gid: they belong to the environment's file system")
		}
	}
	if gid.empty() {
		v.bad(p.with("uid"), "write gid too", "uid and gid stand together")
	}
	if uid.empty() {
		v.bad(p.with("gid"), "write uid too", "uid and gid stand together")
	}
}

func (v validator) efsAccessPoint(p path, e *EFSVolume) {
	point := p.with("auth").with("access_point_id")
	if e.AccessPoint == "" {
		if v.has(point) {
			v.bad(point, "", "must not be empty")
		}
		return
	}
	if !strings.HasPrefix(e.AccessPoint, "fsap-") {
		v.warn(point, "it begins with fsap-", "%q does not look like the id of an access point", e.AccessPoint)
	}
	if e.RootDir != "/" {
		v.bad(p.with("root_dir"), "remove it", "an access point has a root directory of its own")
	}
	if !e.IAM {
		v.bad(p.with("auth").with("iam"), "remove it", "an access point is mounted as the task role")
	}
}

// instanceVolume refuses, on Fargate, what needs a container instance.
func (v validator) instanceVolume(p path, w Workload) {
	if w.Capacity.Fargate() {
		v.badKey(p, "leave it away for an empty volume, write efs or ebs, or launch_type: ec2", "Fargate has no container instance to take it from")
	}
}

func (v validator) docker(p path, d *DockerVolume, w Workload) {
	v.instanceVolume(p, w)
	if d.Autoprovision && d.Scope == "task" {
		v.bad(p.with("autoprovision"), "write scope: shared", "only a shared volume is made when it is missing: one of the task always is")
	}
	if w.Platform.Windows() && d.Driver != "local" {
		v.bad(p.with("driver"), "write driver: local", "Windows has the driver local only")
	}
}

func (v validator) fsx(p path, f *FSxVolume, w Workload) {
	v.instanceVolume(p, w)
	if w.Capacity.LaunchType == LaunchExternal {
		v.badKey(p, "write host: {path: …} for a directory of the instance", "an external instance cannot mount FSx")
	}
	if !w.Platform.Windows() {
		v.badKey(p, "write platform: windows/x86_64", "only Windows containers can mount FSx for Windows File Server")
	}
	if f.ID != "" && !strings.HasPrefix(f.ID, "fs-") {
		v.warn(p.with("id"), "it begins with fs-", "%q does not look like the id of a file system", f.ID)
	}
	if c := p.with("credentials"); f.Credentials != "" && !isARN(f.Credentials, "secretsmanager") && !isARN(f.Credentials, "ssm") {
		v.bad(c, "it looks like arn:aws:secretsmanager:<region>:<account>:secret:…", "%q is no ARN of a secret or a parameter", f.Credentials)
	}
	for key, value := range map[string]string{"id": f.ID, "root_dir": f.RootDir, "credentials": f.Credentials, "domain": f.Domain} {
		if value == "" && v.has(p.with(key)) {
			v.bad(p.with(key), "", "must not be empty")
		}
	}
}

func (v validator) s3files(p path, s *S3FilesVolume, w Workload) {
	if w.Platform.Windows() {
		v.bad(p, "remove it", "Windows containers cannot mount S3 Files")
	}
	system, point := p.with("file_system"), p.with("access_point")
	if !strings.Contains(s.FileSystem, ":file-system/") || !isARN(s.FileSystem, "s3files") {
		v.bad(system, "it looks like arn:aws:s3files:<region>:<account>:file-system/fs-…", "%q is no ARN of a file system", s.FileSystem)
	}
	if !v.has(point) {
		v.rootDir(p.with("root_dir"), s.RootDir)
		return
	}
	if !strings.Contains(s.AccessPoint, "access-point/") || !isARN(s.AccessPoint, "s3files") {
		v.bad(point, "it looks like arn:aws:s3files:<region>:<account>:file-system/fs-…/access-point/fsap-…", "%q is no ARN of an access point", s.AccessPoint)
	}
	if s.RootDir != "/" {
		v.bad(p.with("root_dir"), "remove it", "an access point has a root directory of its own")
	}
}

// mountPoints checks which volumes a sidecar mounts, and where.
func (v validator) mountPoints(w Workload, p path, points []MountPoint) {
	paths := map[string]string{}
	for i, point := range points {
		at := p.with(index(i))
		if _, known := w.Storage.Volumes[point.SourceVolume]; !known && v.has(at.with("source_volume")) && v.sure(path{"storage", "volumes"}) {
			hint := "define it under storage.volumes"
			if near, ok := nearest(point.SourceVolume, sortedKeys(w.Storage.Volumes)); ok {
				hint = "did you mean " + near + "?"
			}
			v.bad(at.with("source_volume"), hint, "there is no volume %q", point.SourceVolume)
		}
		v.mountPath(at.with("path"), point.Path, w)
		if first, twice := paths[point.Path]; twice && point.Path != "" {
			v.bad(at.with("path"), "give each volume its own path", "volume %q is mounted there already", first)
			continue
		}
		paths[point.Path] = point.SourceVolume
	}
}
