package image

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
)

func TestAGoImageOwnsTheEmptyVolumesThatItMayWriteTo(t *testing.T) {
	t.Parallel()
	plain, w := goWorkload(), goWorkload()
	w.Storage.Volumes = map[string]manifest.Volume{
		"scratch": {Path: "/var/scratch/"}, "disk": {Path: "/disk", EBS: &manifest.EBSVolume{Size: 1}},
		"files": {Path: "/files", EFS: &manifest.EFSVolume{Managed: true}}, "full": {Path: "/full", EBS: &manifest.EBSVolume{Snapshot: "snap-1"}},
		"elsewhere": {Path: "/elsewhere", ReadOnly: true},
	}
	dir := tree(t, goProject())
	spec, err := Plan(dir, "demo", "web", w)
	check(t, err)
	img, err := spec.builder.build(t.Context(), t.TempDir(), func(string) {})
	check(t, err)
	cfg, err := img.ConfigFile()
	check(t, err)
	if diff := cmp.Diff(map[string]struct{}{"/disk": {}, "/var/scratch": {}}, cfg.Config.Volumes); diff != "" {
		t.Errorf("VOLUME (-want +got):\n%s", diff)
	}
	own := slices.DeleteFunc(files(t, img), func(line string) bool { return !strings.HasSuffix(line, " 65532") })
	if diff := cmp.Diff([]string{"disk/ -rwxr-xr-x 65532", "home/nonroot/ -rwx------ 65532", "var/scratch/ -rwxr-xr-x 65532"}, own); diff != "" {
		t.Errorf("what belongs to the program's user (-want +got):\n%s", diff)
	}
	if tagOf(t, dir, plain) == spec.Tag {
		t.Error("the tag is that of an image without volumes")
	}
}
