package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

func goProject() map[string]string {
	return map[string]string{
		"go.mod":            "module example.com/shop\n\ngo 1.25\n",
		"cmd/web/main.go":   "package main\n\nimport (\n\t_ \"embed\"\n\n\t\"example.com/shop/greet\"\n)\n\n//go:embed page.html\nvar page string\n\nfunc main() { println(greet.Hello + page) }\n",
		"cmd/web/page.html": "page",
		"greet/greet.go":    "package greet\n\nconst Hello = \"hello\"\n",
		"greet/win.go":      "//go:build windows\n\npackage greet\n",
		"other/other.go":    "package other\n",
		"README.md":         "read me",
	}
}

func goWorkload() manifest.Workload {
	w := workload()
	w.Image.Build = &manifest.Build{Builder: "go", GoPackage: "./cmd/web"}
	return w
}

func TestTheGoBuilderMakesTheSameBytesAnywhere(t *testing.T) {
	t.Parallel()
	var digests, tags []string
	for range 2 {
		dir := tree(t, goProject())
		old := time.Unix(int64(len(digests))*1e8, 0)
		check(t, os.Chtimes(filepath.Join(dir, "go.mod"), old, old))
		spec, err := Plan(dir, "demo", "web", goWorkload())
		check(t, err)
		img, err := spec.builder.build(t.Context(), t.TempDir(), func(string) {})
		check(t, err)
		check(t, validate.Image(img))
		digest, err := img.Digest()
		check(t, err)
		digests, tags = append(digests, digest.String()), append(tags, spec.Tag)
	}
	if digests[0] != digests[1] {
		t.Errorf("two builds: %s and %s", digests[0], digests[1])
	}
	if tags[0] != tags[1] {
		t.Errorf("two tags: %s and %s", tags[0], tags[1])
	}
}

func TestTheGoBuildersTagFollowsWhatIsCompiled(t *testing.T) {
	t.Parallel()
	base := tagOf(t, tree(t, goProject()), goWorkload())
	tests := map[string]struct {
		file, text string
		same       bool
	}{
		"an imported package":         {"greet/greet.go", "package greet\n\nconst Hello = \"ahoy\"\n", false},
		"an embedded file":            {"cmd/web/page.html", "other", false},
		"another file of the package": {"cmd/web/more.go", "package main\n", false},
		"the language version":        {"go.mod", "module example.com/shop\n\ngo 1.26\n", false},
		"a package that is not used":  {"other/other.go", "package other\n\nconst X = 1\n", true},
		"a file for another system":   {"greet/win.go", "//go:build windows\n\npackage greet\n\nconst X = 1\n", true},
		"a test":                      {"greet/greet_test.go", "package greet\n", true},
		"the manual":                  {"README.md", "read me again", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, goProject())
			put(t, dir, tt.file, tt.text)
			if got := tagOf(t, dir, goWorkload()) == base; got != tt.same {
				t.Errorf("same tag: %v", got)
			}
		})
	}
}

// layout is what an image consists of, without the bytes of the binary and the certificates.
type layout struct {
	Config  v1.Config
	Created time.Time
	Files   []string
}

func TestAGoImageOnScratchHasAllThatAProgramExpects(t *testing.T) {
	t.Parallel()
	w := goWorkload()
	w.Platform.Arch = "ARM64"
	spec, err := Plan(tree(t, goProject()), "demo", "web", w)
	check(t, err)
	var lines []string
	img, err := spec.builder.build(t.Context(), t.TempDir(), func(l string) { lines = append(lines, l) })
	check(t, err)
	check(t, checkPlatform("web", img, platformOf(w.Platform)))
	cfg, err := img.ConfigFile()
	check(t, err)
	want := layout{
		Config: v1.Config{
			Entrypoint:   []string{"/app/web"},
			Env:          []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
			ExposedPorts: map[string]struct{}{"8080/tcp": {}},
			User:         "65532:65532",
			WorkingDir:   "/",
		},
		Created: time.Unix(0, 0).UTC(),
		Files: []string{
			"app/ -rwxr-xr-x 0", "app/web -rwxr-xr-x 0", "etc/ -rwxr-xr-x 0", "etc/group -rw-r--r-- 0", "etc/nsswitch.conf -rw-r--r-- 0",
			"etc/passwd -rw-r--r-- 0", "etc/ssl/ -rwxr-xr-x 0", "etc/ssl/certs/ -rwxr-xr-x 0", "etc/ssl/certs/ca-certificates.crt -rw-r--r-- 0",
			"home/ -rwxr-xr-x 0", "home/nonroot/ -rwx------ 65532", "tmp/ trwxrwxrwx 0",
		},
	}
	if diff := cmp.Diff(want, layout{cfg.Config, cfg.Created.Time, files(t, img)}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"go build ./cmd/web for linux/arm64"}, lines); diff != "" {
		t.Error(diff)
	}
}

func files(t *testing.T, img v1.Image) []string {
	t.Helper()
	r := mutate.Extract(img)
	defer r.Close()
	var out []string
	tr := tar.NewReader(r)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			slices.Sort(out)
			return out
		}
		check(t, err)
		mode := os.FileMode(h.Mode & 0o777)
		if h.Mode&0o1000 != 0 {
			mode |= os.ModeSticky
		}
		if !h.ModTime.Equal(time.Unix(0, 0)) {
			t.Errorf("%s has a time: %s", h.Name, h.ModTime)
		}
		dir := ""
		if h.Typeflag == tar.TypeDir && !strings.HasSuffix(h.Name, "/") {
			dir = "/"
		}
		out = append(out, h.Name+dir+" "+mode.String()+" "+itoa(h.Uid))
	}
}

func itoa(n int) string {
	if n == nonroot {
		return "65532"
	}
	return "0"
}

func TestTheRootCertificatesAreMany(t *testing.T) {
	t.Parallel()
	if n := strings.Count(rootCertificates(), "BEGIN CERTIFICATE"); n < 80 {
		t.Errorf("only %d", n)
	}
}

func TestACompilerErrorIsShown(t *testing.T) {
	t.Parallel()
	dir := tree(t, goProject())
	put(t, dir, "greet/greet.go", "package greet\n\nconst Hello = 1 + \"x\"\n")
	spec, err := Plan(dir, "demo", "web", goWorkload())
	check(t, err)
	_, err = spec.builder.build(t.Context(), t.TempDir(), func(string) {})
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("no fault: %v", err)
	}
	want := "web: go build ./cmd/web failed: exit status 1\n# example.com/shop/greet\ngreet/greet.go:3:15: invalid operation: 1 + \"x\" (mismatched types untyped int and untyped string)"
	if diff := cmp.Diff(want, strings.ReplaceAll(f.Error(), "../../", "")); diff != "" {
		t.Error(diff)
	}
}

func TestALibraryIsNotBuilt(t *testing.T) {
	t.Parallel()
	w := goWorkload()
	w.Image.Build.GoPackage = "./greet"
	_, err := Plan(tree(t, goProject()), "demo", "web", w)
	if err == nil || err.Error() != "web: ./greet is package greet, not a main package" {
		t.Error(err)
	}
}

func TestALayerIsCompressedToTheSameBytes(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	text := strings.Repeat("the same bytes\n", 1000)
	a, err := deflate(&first, strings.NewReader(text))
	check(t, err)
	b, err := deflate(&second, strings.NewReader(text))
	check(t, err)
	if a != b || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("they differ")
	}
}

func TestTheGoBuilderBuildsForThisMachineWhereTasksRunOnIt(t *testing.T) {
	t.Parallel()
	for _, platform := range []manifest.Platform{{OS: "DARWIN", Arch: "ARM64"}, {OS: "WINDOWS", Arch: "X86_64"}, Host()} {
		w := goWorkload()
		w.Platform = platform
		spec, err := Plan(tree(t, goProject()), "demo", "web", w)
		check(t, err)
		img, err := spec.builder.build(t.Context(), t.TempDir(), func(string) {})
		check(t, err)
		check(t, checkPlatform("web", img, platformOf(platform)))
	}
}

func TestTheGoBuilderRefusesTheWindowsFamiliesOfECS(t *testing.T) {
	t.Parallel()
	w := goWorkload()
	w.Platform = manifest.Platform{OS: "WINDOWS_SERVER_2022_CORE", Arch: "X86_64"}
	_, err := Plan(tree(t, goProject()), "demo", "web", w)
	if fault.ExitCode(err) != fault.Usage {
		t.Errorf("got %v, want a fault of code %d", err, fault.Usage)
	}
}
