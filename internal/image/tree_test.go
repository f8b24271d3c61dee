package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// tree writes files below a new directory. A name that ends in a slash is a directory, a text that begins with "-> " a
// symbolic link, and a name that ends in "*" an executable.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, dir, name, text)
	}
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	mode := os.FileMode(0o644)
	if exe, ok := strings.CutSuffix(name, "*"); ok {
		name, mode = exe, 0o755
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	parent := filepath.Dir(path)
	if strings.HasSuffix(name, "/") {
		parent = path
	}
	check(t, os.MkdirAll(parent, 0o755))
	switch target, link := strings.CutPrefix(text, "-> "); {
	case link:
		check(t, os.Symlink(target, path))
	case !strings.HasSuffix(name, "/"):
		check(t, os.WriteFile(path, []byte(text), mode))
		check(t, os.Chmod(path, mode))
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// assembleAs sets an image's platform.
func assembleAs(img v1.Image, system, arch string) (v1.Image, error) {
	cfg, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	cfg = cfg.DeepCopy()
	cfg.OS, cfg.Architecture = system, arch
	return mutate.ConfigFile(img, cfg)
}
