package ecs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// volumes finds what a task's containers can mount. Its errors are stopped reasons in ECS's words.
func (s *Service) volumes(t *task) ([]runtime.Volume, error) {
	var out []runtime.Volume
	for _, v := range t.Definition.Volumes {
		dir, err := s.volumeDir(t, v)
		if err != nil {
			return nil, err
		}
		out = append(out, runtime.Volume{Name: aws.ToString(v.Name), Dir: dir})
	}
	return out, nil
}

// volumeDir is the directory that a volume is; "" is one that ends with the task: an empty volume, or a disk made for it.
func (s *Service) volumeDir(t *task, v types.Volume) (string, error) {
	switch {
	case v.EfsVolumeConfiguration != nil:
		return s.efsDir(v.EfsVolumeConfiguration)
	case aws.ToBool(v.ConfiguredAtLaunch):
		return "", t.disks.check(aws.ToString(v.Name))
	case v.FsxWindowsFileServerVolumeConfiguration != nil:
		return "", fmt.Errorf("ResourceInitializationError: failed to create new container runtime task: volume %s: this endpoint has no FSx for Windows File Server", aws.ToString(v.Name))
	case v.S3filesVolumeConfiguration != nil:
		return "", fmt.Errorf("ResourceInitializationError: failed to mount S3 Files volume %s: this endpoint has no S3 Files", aws.ToString(v.Name))
	case v.Host != nil && aws.ToString(v.Host.SourcePath) != "":
		return s.instanceDir("host", aws.ToString(v.Host.SourcePath))
	case v.DockerVolumeConfiguration != nil && v.DockerVolumeConfiguration.Scope == types.ScopeShared:
		return s.instanceDir("docker", aws.ToString(v.Name))
	}
	return "", nil
}

func (s *Service) efsDir(e *types.EFSVolumeConfiguration) (string, error) {
	point := ""
	if a := e.AuthorizationConfig; a != nil {
		point = aws.ToString(a.AccessPointId)
	}
	why := fmt.Errorf("Failed to resolve \"%s.efs.%s.amazonaws.com\"", aws.ToString(e.FileSystemId), s.Scope.Region) //nolint:staticcheck // the mount helper's words
	if s.EFS != nil {
		var dir string
		if dir, why = s.EFS.Mount(aws.ToString(e.FileSystemId), point, aws.ToString(e.RootDirectory)); why == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: %w : unsuccessful EFS utils command execution; code: 1", why)
}

// instanceDir is a directory that stays when its task ends, as one of a container instance does.
func (s *Service) instanceDir(kind, name string) (string, error) {
	if s.InstanceDir == "" {
		return "", nil
	}
	dir := filepath.Join(s.InstanceDir, kind, filepath.Clean("/"+filepath.FromSlash(name)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("CannotCreateVolumeError: %w", err)
	}
	return dir, nil
}

// mounts are the volumes of a container, those of other containers that it takes over included.
func mounts(td types.TaskDefinition, c types.ContainerDefinition) []runtime.Mount {
	var out []runtime.Mount
	add := func(points []types.MountPoint, readOnly bool) {
		for _, m := range points {
			out = append(out, runtime.Mount{Volume: aws.ToString(m.SourceVolume), Path: aws.ToString(m.ContainerPath), ReadOnly: readOnly || aws.ToBool(m.ReadOnly)})
		}
	}
	add(c.MountPoints, false)
	for _, from := range c.VolumesFrom {
		for _, other := range td.ContainerDefinitions {
			if aws.ToString(other.Name) == aws.ToString(from.SourceContainer) {
				add(other.MountPoints, aws.ToBool(from.ReadOnly))
			}
		}
	}
	// A mount below another must come after it.
	slices.SortStableFunc(out, func(a, b runtime.Mount) int { return strings.Count(a.Path, "/") - strings.Count(b.Path, "/") })
	return out
}
