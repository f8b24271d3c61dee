package ecs

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// disk is an EBS volume that is made for a task at its launch.
type disk struct {
	Name string
	EBS  *types.ServiceManagedEBSVolumeConfiguration
}

// disks are a task's. A task has one at most, but ECS takes a list.
type disks []disk

func serviceDisks(list []types.ServiceVolumeConfiguration) disks {
	var out disks
	for _, v := range list {
		out = append(out, disk{aws.ToString(v.Name), v.ManagedEBSVolume})
	}
	return out
}

// taskDisks reads the same from what RunTask is given.
func taskDisks(list []types.TaskVolumeConfiguration) disks {
	var out disks
	for _, v := range list {
		d := disk{Name: aws.ToString(v.Name)}
		if e := v.ManagedEBSVolume; e != nil {
			d.EBS = &types.ServiceManagedEBSVolumeConfiguration{RoleArn: e.RoleArn, Encrypted: e.Encrypted, FilesystemType: e.FilesystemType, Iops: e.Iops,
				KmsKeyId: e.KmsKeyId, SizeInGiB: e.SizeInGiB, SnapshotId: e.SnapshotId, TagSpecifications: e.TagSpecifications, Throughput: e.Throughput,
				VolumeInitializationRate: e.VolumeInitializationRate, VolumeType: e.VolumeType}
		}
		out = append(out, d)
	}
	return out
}

// checkDisks holds what a service or a run says of volumes against the task definition, whose volumes wait for it.
func checkDisks(td types.TaskDefinition, given disks) error {
	waiting := map[string]bool{}
	for _, v := range td.Volumes {
		if aws.ToBool(v.ConfiguredAtLaunch) {
			waiting[aws.ToString(v.Name)] = true
		}
	}
	for _, d := range given {
		if !waiting[d.Name] {
			return invalid("The volume configuration '%s' does not match a volume that is configured at launch in the task definition.", d.Name)
		}
		delete(waiting, d.Name)
		if err := checkDisk(d); err != nil {
			return err
		}
	}
	for name := range waiting {
		return invalid("The task definition has a volume '%s' that is configured at launch, and no volume configuration was given for it.", name)
	}
	return nil
}

func checkDisk(d disk) error {
	e := d.EBS
	switch {
	case e == nil:
		return invalid("The volume configuration '%s' requires managedEBSVolume.", d.Name)
	case aws.ToString(e.RoleArn) == "":
		return invalid("The volume configuration '%s' requires roleArn.", d.Name)
	case e.SizeInGiB == nil && e.SnapshotId == nil:
		return invalid("The volume configuration '%s' requires sizeInGiB or snapshotId.", d.Name)
	case e.VolumeInitializationRate != nil && e.SnapshotId == nil:
		return invalid("volumeInitializationRate requires snapshotId.")
	case aws.ToString(e.VolumeType) == "standard":
		return invalid("The volume type standard is not supported on Fargate.")
	case e.Throughput != nil && aws.ToString(e.VolumeType) != "" && *e.VolumeType != "gp3":
		return invalid("throughput is only supported for the volume type gp3.")
	case e.Iops == nil && slices.Contains([]string{"io1", "io2"}, aws.ToString(e.VolumeType)):
		return invalid("iops is required for the volume type %s.", *e.VolumeType)
	}
	return nil
}

// check is what fails when the disk is to be made: this endpoint has no snapshots to fill one with.
func (d disks) check(name string) error {
	for _, one := range d {
		if one.Name == name && one.EBS != nil && one.EBS.SnapshotId != nil {
			return fmt.Errorf("ResourceInitializationError: failed to create the EBS volume %s: The snapshot '%s' does not exist.", name, *one.EBS.SnapshotId) //nolint:staticcheck // EC2's words
		}
	}
	return nil
}

// attachments are what DescribeTasks says of the disks.
func (d disks) attachments() []types.Attachment {
	var out []types.Attachment
	for _, one := range d {
		e := one.EBS
		a := types.Attachment{Id: aws.String(ids.NewUUID()), Type: aws.String("AmazonElasticBlockStorage"), Status: aws.String("PRECREATED")}
		detail := func(name, value string) {
			if value != "" {
				a.Details = append(a.Details, types.KeyValuePair{Name: aws.String(name), Value: aws.String(value)})
			}
		}
		detail("volumeName", one.Name)
		detail("volumeId", ids.NewEC2("vol"))
		detail("roleArn", aws.ToString(e.RoleArn))
		detail("deleteOnTermination", "true")
		detail("encrypted", strconv.FormatBool(e.Encrypted == nil || *e.Encrypted))
		detail("filesystemType", string(e.FilesystemType))
		detail("volumeType", aws.ToString(e.VolumeType))
		if e.SizeInGiB != nil {
			detail("volumeSize", strconv.Itoa(int(*e.SizeInGiB)))
		}
		out = append(out, a)
	}
	return out
}
