package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// checkVolumes refuses volumes that ECS refuses at registration, and mounts of none.
func checkVolumes(in *ecs.RegisterTaskDefinitionInput, onFargate bool) error {
	names, atLaunch := map[string]bool{}, 0
	for _, v := range in.Volumes {
		name := aws.ToString(v.Name)
		switch {
		case !ids.Word(name, 255):
			return client("Volume name must be 1 to 255 letters, numbers, hyphens and underscores.")
		case names[name]:
			return client("Volume.name contains duplicates: %s", name)
		}
		names[name] = true
		if aws.ToBool(v.ConfiguredAtLaunch) {
			atLaunch++
		}
		if err := checkVolume(v, onFargate); err != nil {
			return err
		}
	}
	if atLaunch > 1 {
		return client("Task definition can only have one volume that is configured at launch.")
	}
	for _, c := range in.ContainerDefinitions {
		if err := checkMounts(c, names); err != nil {
			return err
		}
		if err := checkVolumesFrom(in.ContainerDefinitions, c); err != nil {
			return err
		}
	}
	return nil
}

func checkVolume(v types.Volume, onFargate bool) error {
	name, sources := aws.ToString(v.Name), 0
	for _, has := range []bool{
		aws.ToBool(v.ConfiguredAtLaunch), v.Host != nil && aws.ToString(v.Host.SourcePath) != "", v.EfsVolumeConfiguration != nil,
		v.DockerVolumeConfiguration != nil, v.FsxWindowsFileServerVolumeConfiguration != nil, v.S3filesVolumeConfiguration != nil,
	} {
		if has {
			sources++
		}
	}
	switch {
	case sources > 1:
		return client("Only one volume type is allowed for volume '%s'.", name)
	case onFargate && v.Host != nil && aws.ToString(v.Host.SourcePath) != "":
		return client("Invalid 'host' setting for volume '%s'. Fargate compatible task definitions do not support sourcePath.", name)
	case onFargate && v.DockerVolumeConfiguration != nil:
		return client("Fargate compatible task definitions do not support dockerVolumeConfiguration.")
	case onFargate && v.FsxWindowsFileServerVolumeConfiguration != nil:
		return client("Fargate compatible task definitions do not support fsxWindowsFileServerVolumeConfiguration.")
	case v.EfsVolumeConfiguration != nil:
		return checkEFS(v.EfsVolumeConfiguration)
	}
	return nil
}

func checkEFS(e *types.EFSVolumeConfiguration) error {
	if aws.ToString(e.FileSystemId) == "" {
		return client("EFSVolumeConfiguration.fileSystemId should not be null or empty.")
	}
	a := e.AuthorizationConfig
	if a == nil {
		return nil
	}
	encrypted := e.TransitEncryption == types.EFSTransitEncryptionEnabled
	root := aws.ToString(e.RootDirectory)
	switch {
	case a.Iam == types.EFSAuthorizationConfigIAMEnabled && !encrypted:
		return client("Invalid value: IAM authorization requires transit encryption.")
	case a.AccessPointId != nil && !encrypted:
		return client("Invalid value: an EFS access point requires transit encryption.")
	case a.AccessPointId != nil && root != "" && root != "/":
		return client("Invalid value: rootDirectory must be omitted or '/' when an EFS access point is specified.")
	}
	return nil
}

func checkMounts(c types.ContainerDefinition, volumes map[string]bool) error {
	paths := map[string]bool{}
	for _, m := range c.MountPoints {
		path := aws.ToString(m.ContainerPath)
		switch {
		case !volumes[aws.ToString(m.SourceVolume)]:
			return client("Unknown volume '%s'.", aws.ToString(m.SourceVolume))
		case path == "":
			return client("Invalid setting for container '%s'. A mount point requires 'containerPath'.", aws.ToString(c.Name))
		case paths[path]:
			return client("Invalid setting for container '%s'. Duplicate mount point: %s", aws.ToString(c.Name), path)
		}
		paths[path] = true
	}
	return nil
}

func checkVolumesFrom(containers []types.ContainerDefinition, c types.ContainerDefinition) error {
	for _, from := range c.VolumesFrom {
		if !slices.ContainsFunc(containers, func(o types.ContainerDefinition) bool {
			return aws.ToString(o.Name) == aws.ToString(from.SourceContainer)
		}) {
			return client("Unknown container '%s' in volumesFrom.", aws.ToString(from.SourceContainer))
		}
	}
	return nil
}
