package deploy

import (
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// VolumeUse is one volume of a service's tasks.
type VolumeUse struct {
	Name   string        `json:"name"`
	Source string        `json:"source"` // what it is, in words
	Mounts []VolumeMount `json:"mounts"` // where containers find it
}

// VolumeMount is a volume in a container.
type VolumeMount struct {
	Container string `json:"container"`
	Path      string `json:"path"`
	ReadOnly  bool   `json:"readOnly"`
}

// volumeUses lists the volumes by their names.
func volumeUses(j job) []VolumeUse {
	var all []VolumeUse
	for _, v := range j.plan.Volumes() {
		u := VolumeUse{Name: v.Name, Source: volumeSource(j, v), Mounts: []VolumeMount{}}
		for _, c := range j.plan.Containers() {
			for _, m := range c.MountPoints {
				if m.Volume == v.Name {
					u.Mounts = append(u.Mounts, VolumeMount{Container: c.Name, Path: m.Path, ReadOnly: m.ReadOnly})
				}
			}
		}
		all = append(all, u)
	}
	return all
}

// volumeSource says what a volume is. Values that only a release knows are called by what they are.
func volumeSource(j job, v plan.Volume) string {
	switch {
	case v.EFS != nil:
		return efsSource(j, j.manifest.Storage.Volumes[v.Name].EFS)
	case v.EBS != nil:
		size := "of its snapshot's size"
		if v.EBS.Size > 0 {
			size = fmt.Sprintf("%d GiB", v.EBS.Size)
		}
		return fmt.Sprintf("EBS %s, %s, for each task", v.EBS.Type, size)
	case v.Host != nil:
		return "the instance's " + v.Host.Path
	case v.Docker != nil:
		return "Docker volume, " + v.Docker.Scope
	case v.FSx != nil:
		return "FSx " + v.FSx.ID + ", " + v.FSx.RootDir
	case v.S3Files != nil:
		return "S3 Files " + v.S3Files.FileSystem[strings.LastIndex(v.S3Files.FileSystem, "/")+1:]
	}
	return "empty, for each task"
}

func efsSource(j job, e *manifest.EFSVolume) string {
	switch {
	case e.Managed:
		return "EFS, the environment's file system, " + j.plan.ManagedAccessPoint().Path
	case e.AccessPoint != "":
		return "EFS " + e.ID + e.Import + ", access point " + e.AccessPoint
	}
	return "EFS " + e.ID + e.Import + ", " + e.RootDir
}
