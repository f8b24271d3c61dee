package image

import (
	"path"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// ownVolumes are where the service's own container finds volumes that are empty at first and that it may write to.
func ownVolumes(w manifest.Workload) []string {
	var points []manifest.MountPoint
	for name, v := range w.Storage.Volumes {
		points = append(points, manifest.MountPoint{SourceVolume: name, Path: v.Path, ReadOnly: v.ReadOnly})
	}
	return emptyVolumes(w.Storage, points)
}

// emptyVolumes are, of the volumes that a container mounts, those that are empty at first and that it may write to.
//
// Such a volume belongs to root, and the built-in Go builder's images run as another user. What an image declares as a
// VOLUME takes its owner from the image, on Fargate as on an engine.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
func emptyVolumes(s manifest.Storage, points []manifest.MountPoint) []string {
	var paths []string
	for _, p := range points {
		v, ok := s.Volumes[p.SourceVolume]
		if ok && p.Path != "" && !p.ReadOnly && (v.Empty() || v.EBS != nil && v.EBS.Snapshot == "" || v.Docker != nil) {
			paths = append(paths, path.Clean(p.Path))
		}
	}
	slices.Sort(paths)
	return paths
}

// volumeDirs are the directories of the image that the volumes take their owner from.
func volumeDirs(paths []string) []tarFile {
	var dirs []tarFile
	for _, p := range paths {
		dirs = append(dirs, tarFile{name: strings.TrimPrefix(p, "/") + "/", mode: 0o755, owner: nonroot})
	}
	return dirs
}
