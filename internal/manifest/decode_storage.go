package manifest

import (
	"cmp"
	"strings"
)

func decodeStorage(n *node) Storage {
	s := Storage{Ephemeral: n.get("ephemeral").num(), ReadOnlyRoot: n.get("readonly_fs").yes()}
	volumes := n.get("volumes")
	if !volumes.usable() || volumes.kind != mapping {
		return s
	}
	s.Volumes = make(map[string]Volume, len(volumes.entries))
	for _, e := range volumes.entries {
		if e.value.usable() && e.value.kind == mapping {
			s.Volumes[e.key] = decodeVolume(e.value)
		}
	}
	return s
}

func decodeVolume(n *node) Volume {
	return Volume{
		Path:     n.get("path").str(),
		ReadOnly: n.get("read_only").yes(),
		EFS:      decodeEFS(n.get("efs")),
		EBS:      decodeEBS(n.get("ebs")),
		Host:     decodeHostVolume(n.get("host")),
		Docker:   decodeDockerVolume(n.get("docker")),
		FSx:      decodeFSx(n.get("fsx")),
		S3Files:  decodeS3Files(n.get("s3files")),
	}
}

// isMap tells whether there is a map that can be read.
func (n *node) isMap() bool { return n.usable() && n.kind == mapping }

func decodeEFS(n *node) *EFSVolume {
	switch {
	case n.yes():
		return &EFSVolume{Managed: true, RootDir: "/", IAM: true}
	case !n.isMap() || len(n.entries) == 0:
		return nil
	}
	id := n.get("id")
	e := &EFSVolume{
		ID:          id.str(),
		Import:      id.get("from_cfn").str(),
		RootDir:     cmp.Or(n.get("root_dir").str(), "/"),
		IAM:         !n.get("auth").get("iam").isFalse(),
		AccessPoint: n.get("auth").get("access_point_id").str(),
		UID:         n.get("uid").num(),
		GID:         n.get("gid").num(),
	}
	e.Managed = id.empty() && (!n.get("uid").empty() || !n.get("gid").empty())
	return e
}

func decodeEBS(n *node) *EBSVolume {
	if !n.isMap() {
		return nil
	}
	return &EBSVolume{
		Size:               n.get("size").num(),
		Type:               strings.ToLower(n.get("type").str()),
		IOPS:               n.get("iops").num(),
		Throughput:         n.get("throughput").num(),
		Encrypted:          n.get("encrypted").yes(),
		KMSKey:             n.get("kms_key").str(),
		Snapshot:           n.get("snapshot").str(),
		FileSystem:         strings.ToLower(n.get("filesystem").str()),
		InitializationRate: n.get("initialization_rate").num(),
	}
}

func decodeHostVolume(n *node) *HostVolume {
	if !n.isMap() {
		return nil
	}
	return &HostVolume{Path: n.get("path").str()}
}

func decodeDockerVolume(n *node) *DockerVolume {
	if !n.isMap() {
		return nil
	}
	return &DockerVolume{
		Scope:         strings.ToLower(n.get("scope").str()),
		Autoprovision: n.get("autoprovision").yes(),
		Driver:        n.get("driver").str(),
		Options:       n.get("options").strMap(),
		Labels:        n.get("labels").strMap(),
	}
}

func decodeFSx(n *node) *FSxVolume {
	if !n.isMap() {
		return nil
	}
	return &FSxVolume{
		ID: n.get("id").str(), RootDir: n.get("root_dir").str(),
		Credentials: n.get("credentials").str(), Domain: n.get("domain").str(),
	}
}

func decodeS3Files(n *node) *S3FilesVolume {
	if !n.isMap() {
		return nil
	}
	return &S3FilesVolume{
		FileSystem: n.get("file_system").str(), AccessPoint: n.get("access_point").str(),
		RootDir: cmp.Or(n.get("root_dir").str(), "/"), Port: n.get("port").num(),
	}
}
