package ecs_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/runtime"
)

// noted runs tasks as another runtime does and keeps what it was asked for.
type noted struct {
	runtime.Runtime
	mu     sync.Mutex
	tasks  []runtime.Volume
	mounts map[string][]runtime.Mount
}

func (n *noted) StartTask(ctx context.Context, spec runtime.TaskSpec) (runtime.Task, error) {
	n.mu.Lock()
	n.tasks = spec.Volumes
	n.mu.Unlock()
	t, err := n.Runtime.StartTask(ctx, spec)
	return notedTask{t, n}, err
}

type notedTask struct {
	runtime.Task
	by *noted
}

func (t notedTask) Start(ctx context.Context, c runtime.ContainerSpec) (runtime.Container, error) {
	t.by.mu.Lock()
	t.by.mounts[c.Name] = c.Mounts
	t.by.mu.Unlock()
	return t.Task.Start(ctx, c)
}

// disk is EFS with one file system.
type disk struct{}

func (disk) Mount(fileSystem, accessPoint, rootDir string) (string, error) {
	if fileSystem != "fs-1" {
		return "", errors.New("Failed to resolve it") //nolint:staticcheck // the mount helper's words
	}
	return "/efs/" + accessPoint + rootDir, nil
}

func mount(volume, path string, readOnly bool) types.MountPoint {
	return types.MountPoint{SourceVolume: aws.String(volume), ContainerPath: aws.String(path), ReadOnly: aws.Bool(readOnly)}
}

func efs(id string) *types.EFSVolumeConfiguration {
	return &types.EFSVolumeConfiguration{FileSystemId: aws.String(id), RootDirectory: aws.String("/"), TransitEncryption: types.EFSTransitEncryptionEnabled,
		AuthorizationConfig: &types.EFSAuthorizationConfig{AccessPointId: aws.String("fsap-1"), Iam: types.EFSAuthorizationConfigIAMEnabled}}
}

func ebs(name string) types.ServiceVolumeConfiguration {
	return types.ServiceVolumeConfiguration{Name: aws.String(name), ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/volumes"), SizeInGiB: aws.Int32(10)}}
}

func TestATaskGetsItsVolumesAndEachContainerItsMounts(t *testing.T) {
	t.Parallel()
	n := &noted{mounts: map[string][]runtime.Mount{}}
	home := t.TempDir()
	w := newWorld(t, func(d *ecs.Deps) {
		n.Runtime = d.Runtime
		d.Runtime, d.EFS, d.InstanceDir = n, disk{}, home
	})
	web, side := container("web", "web:1"), container("side", "side:1")
	web.MountPoints = []types.MountPoint{mount("files", "/srv/files/deep", true), mount("empty", "/srv/files", false), mount("ebs", "/ebs", false)}
	side.VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("web"), ReadOnly: aws.Bool(true)}}
	side.PortMappings = nil
	in := definition("web", web, side)
	in.Volumes = []types.Volume{
		{Name: aws.String("files"), EfsVolumeConfiguration: efs("fs-1")}, {Name: aws.String("empty"), Host: &types.HostVolumeProperties{}},
		{Name: aws.String("ebs"), ConfiguredAtLaunch: aws.Bool(true)},
	}
	w.create("web", w.register(in), 1, func(c *sdk.CreateServiceInput) {
		c.VolumeConfigurations = []types.ServiceVolumeConfiguration{ebs("ebs")}
	})
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	n.mu.Lock()
	defer n.mu.Unlock()
	if diff := cmp.Diff([]runtime.Volume{{Name: "files", Dir: "/efs/fsap-1/"}, {Name: "empty"}, {Name: "ebs"}}, n.tasks); diff != "" {
		t.Errorf("the task's volumes (-want +got):\n%s", diff)
	}
	want := map[string][]runtime.Mount{
		"web":  {{Volume: "ebs", Path: "/ebs"}, {Volume: "empty", Path: "/srv/files"}, {Volume: "files", Path: "/srv/files/deep", ReadOnly: true}},
		"side": {{Volume: "ebs", Path: "/ebs", ReadOnly: true}, {Volume: "empty", Path: "/srv/files", ReadOnly: true}, {Volume: "files", Path: "/srv/files/deep", ReadOnly: true}},
	}
	if diff := cmp.Diff(want, n.mounts); diff != "" {
		t.Errorf("the mounts (-want +got):\n%s", diff)
	}
	attached := w.tasks(types.DesiredStatusRunning)[0].Attachments
	if len(attached) != 2 || *attached[1].Type != "AmazonElasticBlockStorage" || *attached[1].Status != "ATTACHED" {
		t.Errorf("the attachments are %+v", attached)
	}
	if d := w.service("web").Deployments[0].VolumeConfigurations; len(d) != 1 || *d[0].Name != "ebs" {
		t.Errorf("the deployment's volumes are %+v", d)
	}
}

func TestAVolumeOfTheInstanceStaysWhenItsTaskEnds(t *testing.T) {
	t.Parallel()
	n, home := &noted{mounts: map[string][]runtime.Mount{}}, t.TempDir()
	w := newWorld(t, func(d *ecs.Deps) {
		n.Runtime = d.Runtime
		d.Runtime, d.InstanceDir = n, home
	})
	in := definition("web", container("web", "web:1"))
	in.RequiresCompatibilities = nil
	in.Volumes = []types.Volume{
		{Name: aws.String("host"), Host: &types.HostVolumeProperties{SourcePath: aws.String("/../var/cache")}},
		{Name: aws.String("shared"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeShared, Autoprovision: aws.Bool(true)}},
		{Name: aws.String("task"), DockerVolumeConfiguration: &types.DockerVolumeConfiguration{Scope: types.ScopeTask}},
	}
	w.create("web", w.register(in), 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	n.mu.Lock()
	defer n.mu.Unlock()
	want := []runtime.Volume{{Name: "host", Dir: filepath.Join(home, "host", "var", "cache")}, {Name: "shared", Dir: filepath.Join(home, "docker", "shared")}, {Name: "task"}}
	if diff := cmp.Diff(want, n.tasks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestATaskWhoseVolumeCannotBeMountedSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		volume types.Volume
		disks  []types.ServiceVolumeConfiguration
		want   string
	}{
		"a file system that is not there": {types.Volume{EfsVolumeConfiguration: efs("fs-2")}, nil,
			"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve it"},
		"a snapshot": {types.Volume{ConfiguredAtLaunch: aws.Bool(true)}, []types.ServiceVolumeConfiguration{{Name: aws.String("data"),
			ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{RoleArn: aws.String("r"), SnapshotId: aws.String("snap-1")}}},
			"The snapshot 'snap-1' does not exist."},
		"S3 Files": {types.Volume{S3filesVolumeConfiguration: &types.S3FilesVolumeConfiguration{FileSystemArn: aws.String("arn")}}, nil, "this endpoint has no S3 Files"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(d *ecs.Deps) { d.EFS = disk{} })
			in := definition("web", container("web", "web:1"))
			c.volume.Name = aws.String("data")
			in.Volumes = []types.Volume{c.volume}
			w.create("web", w.register(in), 1, func(s *sdk.CreateServiceInput) { s.VolumeConfigurations = c.disks })
			w.until("a task has stopped", func() bool { return len(w.tasks(types.DesiredStatusStopped)) > 0 })
			if got := aws.ToString(w.tasks(types.DesiredStatusStopped)[0].StoppedReason); !strings.Contains(got, c.want) {
				t.Errorf("the reason is %q, without %q", got, c.want)
			}
		})
	}
}

func TestVolumesThatECSRefusesAreNotRegistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := aws.String("data")
	for want, change := range map[string]func(*sdk.RegisterTaskDefinitionInput){
		"Unknown volume 'nothing'": func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].MountPoints = []types.MountPoint{mount("nothing", "/a", false)}
		},
		"Duplicate mount point: /a": func(in *sdk.RegisterTaskDefinitionInput) {
			in.Volumes = []types.Volume{{Name: name}}
			in.ContainerDefinitions[0].MountPoints = []types.MountPoint{mount("data", "/a", false), mount("data", "/a", true)}
		},
		"requires 'containerPath'": func(in *sdk.RegisterTaskDefinitionInput) {
			in.Volumes = []types.Volume{{Name: name}}
			in.ContainerDefinitions[0].MountPoints = []types.MountPoint{{SourceVolume: name}}
		},
		"Unknown container 'nobody'": func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("nobody")}}
		},
		"contains duplicates": func(in *sdk.RegisterTaskDefinitionInput) { in.Volumes = []types.Volume{{Name: name}, {Name: name}} },
		"1 to 255 letters":    func(in *sdk.RegisterTaskDefinitionInput) { in.Volumes = []types.Volume{{Name: aws.String("a.b")}} },
		"only have one volume that is configured at launch": func(in *sdk.RegisterTaskDefinitionInput) {
			in.Volumes = []types.Volume{{Name: name, ConfiguredAtLaunch: aws.Bool(true)}, {Name: aws.String("more"), ConfiguredAtLaunch: aws.Bool(true)}}
		},
		"Only one volume type": func(in *sdk.RegisterTaskDefinitionInput) {
			in.Volumes = []types.Volume{{Name: name, ConfiguredAtLaunch: aws.Bool(true), EfsVolumeConfiguration: efs("fs-1")}}
		},
		"do not support sourcePath": func(in *sdk.RegisterTaskDefinitionInput) {
			in.Volumes = []types.Volume{{Name: name, Host: &types.HostVolumeProperties{SourcePath: aws.String("/x")}}}
		},
		"do not support dockerVolumeConfiguration": func(in *sdk.RegisterTaskDefinitionInput) {
			in.Volumes = []types.Volume{{Name: name, DockerVolumeConfiguration: &types.DockerVolumeConfiguration{}}}
		},
		"requires transit encryption": func(in *sdk.RegisterTaskDefinitionInput) {
			e := efs("fs-1")
			e.TransitEncryption = ""
			in.Volumes = []types.Volume{{Name: name, EfsVolumeConfiguration: e}}
		},
		"rootDirectory must be omitted": func(in *sdk.RegisterTaskDefinitionInput) {
			e := efs("fs-1")
			e.RootDirectory = aws.String("/x")
			in.Volumes = []types.Volume{{Name: name, EfsVolumeConfiguration: e}}
		},
	} {
		in := definition("web", container("web", "web:1"))
		change(in)
		if _, err := w.ecs.RegisterTaskDefinition(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestAVolumeThatIsConfiguredAtLaunchMustBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := definition("web", container("web", "web:1"))
	in.Volumes = []types.Volume{{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(true)}}
	td := w.register(in)
	bare := func() types.ServiceVolumeConfiguration {
		v := ebs("data")
		v.ManagedEBSVolume = &types.ServiceManagedEBSVolumeConfiguration{RoleArn: aws.String("r")}
		return v
	}
	for want, list := range map[string][]types.ServiceVolumeConfiguration{
		"no volume configuration was given": nil,
		"does not match":                    {ebs("other")},
		"requires sizeInGiB or snapshotId":  {bare()},
		"requires managedEBSVolume":         {{Name: aws.String("data")}},
		"iops is required for the volume type io": {func() types.ServiceVolumeConfiguration {
			v := ebs("data")
			v.ManagedEBSVolume.VolumeType = aws.String("io2")
			return v
		}()},
	} {
		create := &sdk.CreateServiceInput{Cluster: aws.String("demo"), ServiceName: aws.String("web"), TaskDefinition: &td, DesiredCount: aws.Int32(1),
			NetworkConfiguration: network(), VolumeConfigurations: list}
		if _, err := w.ecs.CreateService(t.Context(), create); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	w.create("web", td, 1, func(c *sdk.CreateServiceInput) {
		c.VolumeConfigurations = []types.ServiceVolumeConfiguration{ebs("data")}
	})
	plain := w.register(definition("plain", container("web", "web:1")))
	update := &sdk.UpdateServiceInput{Cluster: aws.String("demo"), Service: aws.String("web"), TaskDefinition: &plain}
	if _, err := w.ecs.UpdateService(t.Context(), update); err == nil {
		t.Error("the volume went and its configuration stayed")
	}
	update.VolumeConfigurations = []types.ServiceVolumeConfiguration{}
	if _, err := w.ecs.UpdateService(t.Context(), update); err != nil {
		t.Error(err)
	}
}
