package release_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ferry.dev/ferry/internal/release"
)

// volumesLive is a service with one volume of each kind, as little said as ECS allows.
func volumesLive() release.Live {
	task := registered(7)
	task.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 100}
	task.Volumes = []types.Volume{
		{Name: aws.String("index"), ConfiguredAtLaunch: aws.Bool(true)},
		{Name: aws.String("files"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: aws.String("fs-1")}},
		{Name: aws.String("plain"), Host: &types.HostVolumeProperties{}},
	}
	l := running(task)
	l.Service.Deployments[0].VolumeConfigurations = []types.ServiceVolumeConfiguration{{Name: aws.String("index"),
		ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{RoleArn: aws.String("arn:aws:iam::111122223333:role/volumes"), SizeInGiB: aws.Int32(50)}}}
	return l
}

// volumesWanted says the same with every default written out, in another order.
func volumesWanted(t *testing.T) release.Definition {
	t.Helper()
	d := wanted(t)
	d.Task.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 100}
	d.Task.Volumes = []types.Volume{
		{Name: aws.String("plain")},
		{Name: aws.String("files"), ConfiguredAtLaunch: aws.Bool(false), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{
			FileSystemId: aws.String("fs-1"), RootDirectory: aws.String("/"), TransitEncryption: types.EFSTransitEncryptionDisabled,
			AuthorizationConfig: &types.EFSAuthorizationConfig{Iam: types.EFSAuthorizationConfigIAMDisabled}}},
		{Name: aws.String("index"), ConfiguredAtLaunch: aws.Bool(true)},
	}
	d.Service.VolumeConfigurations = []types.ServiceVolumeConfiguration{{Name: aws.String("index"), ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/volumes"), SizeInGiB: aws.Int32(50), Encrypted: aws.Bool(true), VolumeType: aws.String("gp3"),
		FilesystemType: types.TaskFilesystemTypeXfs, Iops: aws.Int32(3000), Throughput: aws.Int32(125)}}}
	return d
}

func TestVolumesDoNotDifferByTheDefaultsOfECSAndEBS(t *testing.T) {
	t.Parallel()
	p := release.Compare(volumesLive(), volumesWanted(t))
	if !p.Empty() || len(p.Changes) > 0 {
		t.Errorf("got changes %q, update %+v, want none", p.Changes, p.Update)
	}
}

func TestAChangeOfAVolumeIsToldAndSent(t *testing.T) {
	t.Parallel()
	larger := func(d *release.Definition) []types.ServiceVolumeConfiguration {
		d.Service.VolumeConfigurations[0].ManagedEBSVolume.SizeInGiB = aws.Int32(80)
		return d.Service.VolumeConfigurations
	}
	for name, c := range map[string]struct {
		change func(*release.Definition) []types.ServiceVolumeConfiguration
		want   []string
	}{
		"a larger volume": {larger, []string{"volumes"}},
		"no volumes of EBS more": {func(d *release.Definition) []types.ServiceVolumeConfiguration {
			d.Service.VolumeConfigurations = nil
			return []types.ServiceVolumeConfiguration{}
		}, []string{"volumes.index"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := volumesWanted(t)
			sent := c.change(&d)
			p := release.Compare(volumesLive(), d)
			if diff := cmp.Diff(outcome{Changes: c.want, Restarts: true, Update: &ecs.UpdateServiceInput{VolumeConfigurations: sent}},
				outcome{Changes: p.Changes, Restarts: p.Restarts, Update: p.Update}, ignoreSerde(), cmpopts.IgnoreUnexported(types.ServiceVolumeConfiguration{}, types.ServiceManagedEBSVolumeConfiguration{})); diff != "" {
				t.Errorf("the plan differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAVolumeOfTheTaskThatChangesMakesARevision(t *testing.T) {
	t.Parallel()
	d := volumesWanted(t)
	d.Task.Volumes[1].EfsVolumeConfiguration.FileSystemId = aws.String("fs-2")
	d.Task.Volumes = d.Task.Volumes[1:]
	d.Task.EphemeralStorage = nil
	p := release.Compare(volumesLive(), d)
	want := []string{"ephemeralStorage", "volumes.files.efsVolumeConfiguration.fileSystemId fs-1 → fs-2", "volumes.plain"}
	if diff := cmp.Diff(want, p.Changes); diff != "" || p.Reuse != nil {
		t.Errorf("reuse %v, changes (-want +got):\n%s", p.Reuse, diff)
	}
}
