package plan

import (
	"cmp"
	"encoding/json"
	"hash/crc32"
	"maps"
	"slices"

	"ferry.dev/ferry/internal/manifest"
)

// defaultEphemeral is the disk, in GiB, that a Fargate task has without asking; ECS takes only larger sizes.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html
const defaultEphemeral = 20

// Volume is a volume of the task. Of the pointers at most one is set; with none it is an empty directory, which the task's
// containers share and which ends with it.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html
type Volume struct {
	Name    string
	EFS     *EFS
	EBS     *manifest.EBSVolume // made for each task at its launch, as the service says
	Host    *manifest.HostVolume
	Docker  *manifest.DockerVolume
	FSx     *manifest.FSxVolume
	S3Files *manifest.S3FilesVolume
}

// EFS is where a volume lies in Amazon EFS. Its texts may be placeholders made by Ref.
type EFS struct {
	FileSystem  string // ID
	AccessPoint string // ID; "" = none
	RootDir     string // "/" with an access point, which has its own
	IAM         bool   // mounted as the task role
}

// Ephemeral is the size, in GiB, of the disk that a task has while it runs; 0 = what Fargate gives without being asked.
func (s Service) Ephemeral() int {
	if e := s.Manifest.Storage.Ephemeral; e > defaultEphemeral {
		return e
	}
	return 0
}

// Volumes returns the task's volumes by their names.
func (s Service) Volumes() []Volume {
	var all []Volume
	for _, name := range slices.Sorted(maps.Keys(s.Manifest.Storage.Volumes)) {
		m := s.Manifest.Storage.Volumes[name]
		all = append(all, Volume{
			Name: name, EFS: s.efs(m.EFS), EBS: m.EBS, Host: m.Host, Docker: m.Docker, FSx: m.FSx, S3Files: m.S3Files,
		})
	}
	return all
}

func (s Service) efs(m *manifest.EFSVolume) *EFS {
	switch {
	case m == nil:
		return nil
	case m.Managed:
		return &EFS{FileSystem: Ref(s.EnvStack, OutputFileSystem), AccessPoint: Ref(s.Stack, OutputAccessPoint), RootDir: "/", IAM: true}
	}
	e := &EFS{FileSystem: m.ID, AccessPoint: m.AccessPoint, RootDir: m.RootDir, IAM: m.IAM}
	if m.Import != "" {
		e.FileSystem = s.imported(m.Import)
	}
	return e
}

// MountPoints returns where the service's own container finds the volumes.
func (s Service) MountPoints() []MountPoint {
	var points []MountPoint
	for _, name := range slices.Sorted(maps.Keys(s.Manifest.Storage.Volumes)) {
		v := s.Manifest.Storage.Volumes[name]
		if v.Path == "" {
			continue // a sidecar's alone
		}
		points = append(points, MountPoint{Volume: name, Path: v.Path, ReadOnly: v.ReadOnly})
	}
	return points
}

// mountPaths is what a container is told of its volumes: a JSON object of names and paths; "" without volumes.
func mountPaths(points []MountPoint) string {
	paths := map[string]string{}
	for _, p := range points {
		paths[p.Volume] = p.Path
	}
	if len(paths) == 0 {
		return ""
	}
	text, err := json.Marshal(paths)
	if err != nil {
		return "" // texts always encode
	}
	return string(text)
}

// AccessPoint is the service's own door to the environment's file system: its directory, and as whom it writes there.
type AccessPoint struct {
	Path     string
	UID, GID int
}

// ManagedAccessPoint returns the access point that the service's stack makes; nil without a managed EFS volume. Directory and
// owner are Copilot's, so that files which a service wrote under Copilot could be taken over as they are.
func (s Service) ManagedAccessPoint() *AccessPoint {
	for _, v := range s.Manifest.Storage.Volumes {
		if v.EFS != nil && v.EFS.Managed {
			owner := int(crc32.ChecksumIEEE([]byte(s.Name)))
			return &AccessPoint{Path: "/" + s.Name, UID: cmp.Or(v.EFS.UID, owner), GID: cmp.Or(v.EFS.GID, owner)}
		}
	}
	return nil
}
