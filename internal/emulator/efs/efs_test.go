package efs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/efs"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/emulator/ids"
)

// zones puts each subnet into the zone that its last letter names.
func zones(subnet string) (string, bool) { return subnet[len(subnet)-1:], subnet != "gone" }

func start(t *testing.T, dir string) *efs.Service {
	t.Helper()
	s := efs.New(efs.Deps{Scope: ids.Default(), Dir: dir, Zone: zones})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// mounted makes a file system with a mount target.
func mounted(t *testing.T, s *efs.Service) string {
	t.Helper()
	f, err := s.CreateFileSystem(efs.FileSystem{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateMountTarget(efs.MountTarget{FileSystem: f.ID, Subnet: "subnet-a"}); err != nil {
		t.Fatal(err)
	}
	return f.ID
}

func TestAFileSystemIsADirectoryThatSurvivesARestart(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := start(t, home)
	id := mounted(t, s)
	dir, err := s.Mount(id, "", "/")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "note"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	saved, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	again := start(t, home)
	if err := again.Load(saved); err != nil {
		t.Fatal(err)
	}
	dir, err = again.Mount(id, "", "/")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "note")); err != nil || string(got) != "kept" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAnAccessPointMakesItsDirectoryForEverybodyAndKeepsItWhenItGoes(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	id := mounted(t, s)
	p, err := s.CreateAccessPoint(efs.AccessPoint{FileSystem: id, Path: "/web", UID: 1000, GID: 1000, User: true, Owner: &efs.Owner{UID: os.Getuid(), GID: os.Getgid(), Permissions: 0o755}})
	if err != nil {
		t.Fatal(err)
	}
	dir, err := s.Mount(id, p.ID, "/")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o777 || filepath.Base(dir) != "web" {
		t.Errorf("%s: %v, %v", dir, info.Mode(), err)
	}
	if err := s.DeleteAccessPoint(p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("the files went with the access point: %v", err)
	}
	if _, err := s.Mount(id, "", "/web"); err != nil {
		t.Errorf("the directory cannot be mounted by its name: %v", err)
	}
}

func TestNothingOutsideOfAFileSystemIsMounted(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	id := mounted(t, s)
	dir, err := s.Mount(id, "", "/")
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"up": "../..", "root": "/etc"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Mount(id, "", "/"+name); err == nil {
			t.Errorf("%s is mounted as %s", target, got)
		}
	}
	if got, err := s.Mount(id, "", "/../.."); err != nil || got != dir {
		t.Errorf("/../.. is %s, %v", got, err)
	}
}

func TestWhatEFSRefusesIsRefusedByItsNames(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	id := mounted(t, s)
	code := func(_ any, err error) string { return emulatortest.Code(err) }
	got := map[string]string{
		"a target without a file system": code(s.CreateMountTarget(efs.MountTarget{FileSystem: "fs-0", Subnet: "subnet-b"})),
		"a second target in a zone":      code(s.CreateMountTarget(efs.MountTarget{FileSystem: id, Subnet: "other-a"})),
		"a subnet that is not there":     code(s.CreateMountTarget(efs.MountTarget{FileSystem: id, Subnet: "gone"})),
		"a door to nothing":              code(s.CreateAccessPoint(efs.AccessPoint{FileSystem: "fs-0"})),
		"a door to a relative path":      code(s.CreateAccessPoint(efs.AccessPoint{FileSystem: id, Path: "web"})),
		"deleting what is in use":        code(nil, s.DeleteFileSystem(id)),
		"deleting what is not there":     code(nil, s.DeleteMountTarget("fsmt-0")),
	}
	want := map[string]string{
		"a target without a file system": "FileSystemNotFound", "a second target in a zone": "MountTargetConflict", "a subnet that is not there": "SubnetNotFound",
		"a door to nothing": "FileSystemNotFound", "a door to a relative path": "BadRequest", "deleting what is in use": "FileSystemInUse",
		"deleting what is not there": "MountTargetNotFound",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFileSystemWithoutAMountTargetCannotBeMounted(t *testing.T) {
	t.Parallel()
	s := start(t, "")
	f, err := s.CreateFileSystem(efs.FileSystem{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{f.ID, "fs-0"} {
		if dir, err := s.Mount(id, "", "/"); err == nil {
			t.Errorf("%s is %s", id, dir)
		}
	}
	id := mounted(t, s)
	for what, mount := range map[string][2]string{"an access point that is not there": {"fsap-0", "/"}, "a directory that is not there": {"", "/none"}} {
		if dir, err := s.Mount(id, mount[0], mount[1]); err == nil {
			t.Errorf("%s is %s", what, dir)
		}
	}
}
