package release

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// volumeDefaults writes out what ECS takes for granted of a volume.
// Source: EFSVolumeConfiguration's and DockerVolumeConfiguration's API reference, the default of each member.
func volumeDefaults(v *types.Volume) {
	if e := v.EfsVolumeConfiguration; e != nil {
		e.RootDirectory = rootOr(e.RootDirectory)
		e.TransitEncryption = cmp.Or(e.TransitEncryption, types.EFSTransitEncryptionDisabled)
		if e.AuthorizationConfig == nil {
			e.AuthorizationConfig = &types.EFSAuthorizationConfig{}
		}
		e.AuthorizationConfig.Iam = cmp.Or(e.AuthorizationConfig.Iam, types.EFSAuthorizationConfigIAMDisabled)
	}
	if s := v.S3filesVolumeConfiguration; s != nil {
		s.RootDirectory = rootOr(s.RootDirectory)
	}
	if d := v.DockerVolumeConfiguration; d != nil {
		d.Scope = cmp.Or(d.Scope, types.ScopeTask)
		setDefault(&d.Driver, "local")
	}
}

// rootOr: no directory, and an empty one, are the root.
func rootOr(dir *string) *string {
	return aws.String(cmp.Or(aws.ToString(dir), "/"))
}

// ebsDefaults writes out what EBS takes for granted. A role is named by its ARN or its name alike.
// Source: ServiceManagedEBSVolumeConfiguration's API reference, and CreateVolume's for the defaults of gp3.
func ebsDefaults(v *types.ServiceManagedEBSVolumeConfiguration) {
	if v == nil {
		return
	}
	v.RoleArn = roleName(v.RoleArn)
	setDefault(&v.Encrypted, true)
	setDefault(&v.VolumeType, "gp3")
	v.FilesystemType = cmp.Or(v.FilesystemType, types.TaskFilesystemTypeXfs)
	if aws.ToString(v.VolumeType) == "gp3" {
		setDefault(&v.Iops, 3000)
		setDefault(&v.Throughput, 125)
	}
	for i := range v.TagSpecifications {
		v.TagSpecifications[i].PropagateTags = cmp.Or(v.TagSpecifications[i].PropagateTags, types.PropagateTagsNone)
	}
}
