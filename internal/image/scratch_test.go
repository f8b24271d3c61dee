package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyTheOldDirectoriesOfProcessesThatAreGoneAreSwept(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	check(t, err)
	ended := exec.Command(self, "-test.run=^$")
	check(t, ended.Run())
	gone := strconv.Itoa(ended.Process.Pid)
	here := strconv.Itoa(os.Getpid())
	dir := tree(t, map[string]string{
		scratchPrefix + gone + "-old/layer-0": "x", scratchPrefix + here + "-ours/": "", scratchPrefix + gone + "-new/": "",
		scratchPrefix + "other/": "", "unrelated/": "",
	})
	now := time.Now()
	for _, name := range []string{gone + "-old", here + "-ours", "other"} {
		old := now.Add(-2 * time.Hour)
		check(t, os.Chtimes(filepath.Join(dir, scratchPrefix+name), old, old))
	}
	sweep(dir, now.Add(-time.Hour))
	left, err := os.ReadDir(dir)
	check(t, err)
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	want := []string{scratchPrefix + gone + "-new", scratchPrefix + here + "-ours", scratchPrefix + "other", "unrelated"}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}
