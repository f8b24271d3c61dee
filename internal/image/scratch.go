package image

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	scratchPrefix = "ferry-image-"
	// scratchAge is how old a directory of a process that is gone must be to be removed: a process of another container
	// that shares the temporary directory cannot be seen from here.
	scratchAge = time.Hour
)

// makeScratch makes a directory for one build, and removes those that killed runs have left.
func makeScratch() (string, error) {
	sweep(os.TempDir(), time.Now().Add(-scratchAge))
	return os.MkdirTemp("", scratchPrefix+strconv.Itoa(os.Getpid())+"-")
}

// sweep removes the directories of processes that have ended, if they were made before a point in time. What cannot be
// removed stays: it is in nobody's way.
func sweep(dir string, before time.Time) {
	found, err := filepath.Glob(filepath.Join(dir, scratchPrefix+"*"))
	if err != nil {
		return
	}
	for _, path := range found {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), scratchPrefix), "-")
		n, err := strconv.Atoi(pid)
		if err != nil || running(n) {
			continue
		}
		if info, err := os.Lstat(path); err == nil && info.IsDir() && info.ModTime().Before(before) {
			_ = os.RemoveAll(path)
		}
	}
}
