package deploy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func TestVolumesAreShownAsWhatTheyAreAndWhereTheyAreFound(t *testing.T) {
	t.Parallel()
	w := manifest.Workload{Name: "web", Type: manifest.BackendService, Image: manifest.Image{Location: "web:1"}, CPU: 256, Memory: 512, Count: 1,
		Sidecars: map[string]manifest.Sidecar{"side": {Image: manifest.Image{Location: "side:1"}, MountPoints: []manifest.MountPoint{{SourceVolume: "c", Path: "/out"}}}},
		Storage: manifest.Storage{Ephemeral: 50, Volumes: map[string]manifest.Volume{
			"a": {Path: "/a", EFS: &manifest.EFSVolume{Managed: true}}, "b": {Path: "/b", EFS: &manifest.EFSVolume{ID: "fs-1", AccessPoint: "fsap-1"}},
			"c": {Path: "/c", ReadOnly: true}, "d": {Path: "/d", EBS: &manifest.EBSVolume{Type: "gp3", Size: 10}},
			"e": {Path: "/e", Host: &manifest.HostVolume{Path: "/var/e"}}, "f": {Path: "/f", Docker: &manifest.DockerVolume{Scope: "shared"}},
			"g": {Path: "/g", FSx: &manifest.FSxVolume{ID: "fs-2", RootDir: "share"}}, "h": {Path: "/h", S3Files: &manifest.S3FilesVolume{FileSystem: "arn:x:file-system/fs-3"}},
			"i": {Path: "/i", EFS: &manifest.EFSVolume{Import: "export", RootDir: "/x"}}, "j": {Path: "/j", EBS: &manifest.EBSVolume{Type: "io2", Snapshot: "snap-1"}},
		}}}
	got := show(job{name: "web", manifest: w, plan: plan.NewService(manifest.App{Name: "demo"}, manifest.Environment{Name: "test"}, w, nil)})
	at := func(path string) []VolumeMount { return []VolumeMount{{Container: "web", Path: path}} }
	want := []VolumeUse{
		{"a", "EFS, the environment's file system, /web", at("/a")}, {"b", "EFS fs-1, access point fsap-1", at("/b")},
		{"c", "empty, for each task", []VolumeMount{{Container: "web", Path: "/c", ReadOnly: true}, {Container: "side", Path: "/out"}}},
		{"d", "EBS gp3, 10 GiB, for each task", at("/d")}, {"e", "the instance's /var/e", at("/e")}, {"f", "Docker volume, shared", at("/f")},
		{"g", "FSx fs-2, share", at("/g")}, {"h", "S3 Files fs-3", at("/h")}, {"i", "EFS export, /x", at("/i")},
		{"j", "EBS io2, of its snapshot's size, for each task", at("/j")},
	}
	if diff := cmp.Diff(want, got.Volumes); diff != "" || got.Ephemeral != 50 {
		t.Errorf("%d GiB, volumes (-want +got):\n%s", got.Ephemeral, diff)
	}
}
