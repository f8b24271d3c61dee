package image

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestAnExportedImageIsReadBack(t *testing.T) {
	t.Parallel()
	img, err := random.Image(64<<10, 3)
	check(t, err)
	cfg, err := img.ConfigFile()
	check(t, err)
	cfg = cfg.DeepCopy()
	cfg.OS, cfg.Architecture = "linux", "arm64"
	cfg.Config.Entrypoint = []string{"/app"}
	img, err = mutate.ConfigFile(img, cfg)
	check(t, err)
	file := filepath.Join(t.TempDir(), "image.tar")
	check(t, tarball.WriteToFile(file, name.MustParseReference("demo/web:x").(name.Tag), img))

	got, err := openArchive(file, t.TempDir())
	check(t, err)
	check(t, os.Remove(file)) // the layers are in the scratch directory by now
	check(t, validate.Image(got))
	gotConfig, err := got.ConfigFile()
	check(t, err)
	want, err := img.ConfigFile()
	check(t, err)
	if diff := cmp.Diff(want, gotConfig); diff != "" {
		t.Error(diff)
	}
}

// entries writes a docker archive as old engines do: layers not compressed, in a directory each, with links for repetitions.
func entries(t *testing.T, headers []tar.Header, texts []string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "image.tar")
	f, err := os.Create(file)
	check(t, err)
	w := tar.NewWriter(f)
	for i, h := range headers {
		h.Size = int64(len(texts[i]))
		check(t, w.WriteHeader(&h))
		_, err := io.WriteString(w, texts[i])
		check(t, err)
	}
	check(t, w.Close())
	check(t, f.Close())
	return file
}

func TestAnArchiveOfAnOldEngineIsRead(t *testing.T) {
	t.Parallel()
	var layer bytes.Buffer
	check(t, writeTar(&layer, []tarFile{{name: "hello", mode: 0o644, text: "hello"}}))
	diffID, _, err := v1.SHA256(bytes.NewReader(layer.Bytes()))
	check(t, err)
	config := `{"architecture":"amd64","os":"linux","config":{"Cmd":["/hello"]},"rootfs":{"type":"layers","diff_ids":["` + diffID.String() + `","` + diffID.String() + `"]}}`
	file := entries(t, []tar.Header{
		{Name: "one/layer.tar", Mode: 0o644, Typeflag: tar.TypeReg},
		{Name: "two/layer.tar", Linkname: "../one/layer.tar", Typeflag: tar.TypeSymlink},
		{Name: "config.json", Mode: 0o644, Typeflag: tar.TypeReg},
		{Name: "manifest.json", Mode: 0o644, Typeflag: tar.TypeReg},
	}, []string{layer.String(), "", config, `[{"Config":"config.json","Layers":["one/layer.tar","two/layer.tar"]}]`})
	img, err := openArchive(file, t.TempDir())
	check(t, err)
	check(t, validate.Image(img))
	cfg, err := img.ConfigFile()
	check(t, err)
	if diff := cmp.Diff([]v1.Hash{diffID, diffID}, cfg.RootFS.DiffIDs); diff != "" {
		t.Error(diff)
	}
}

func TestABrokenArchiveIsAnErrorThatSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	reg := tar.Header{Mode: 0o644, Typeflag: tar.TypeReg}
	at := func(name string) tar.Header { h := reg; h.Name = name; return h }
	loop := tar.Header{Name: "l", Linkname: "l", Typeflag: tar.TypeSymlink}
	config := `{"rootfs":{"type":"layers","diff_ids":["sha256:` + strings.Repeat("0", 64) + `"]}}`
	tests := map[string]struct {
		headers []tar.Header
		texts   []string
		want    string
	}{
		"empty":          {nil, nil, "reading the exported image: manifest.json is missing"},
		"two images":     {[]tar.Header{at("manifest.json")}, []string{`[{},{}]`}, "reading the exported image: it holds 2 images instead of one"},
		"no config":      {[]tar.Header{at("manifest.json")}, []string{`[{"Config":"c"}]`}, "reading the exported image: c is missing"},
		"too few layers": {[]tar.Header{at("manifest.json"), at("c")}, []string{`[{"Config":"c"}]`, config}, "reading the exported image: it has 0 layers, its configuration 1"},
		"a circle":       {[]tar.Header{at("manifest.json"), at("c"), loop}, []string{`[{"Config":"c","Layers":["l"]}]`, config, ""}, "reading the exported image: l is a circle of links"},
		"other content": {[]tar.Header{at("manifest.json"), at("c"), at("l")}, []string{`[{"Config":"c","Layers":["l"]}]`, config, "x"},
			"reading the exported image: layer sha256:" + strings.Repeat("0", 64) + " has the content of sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := openArchive(entries(t, tt.headers, tt.texts), t.TempDir())
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func FuzzOpenArchive(f *testing.F) {
	f.Add([]byte(`[{"Config":"c","Layers":["l"]}]`), []byte(`{"rootfs":{"type":"layers","diff_ids":["sha256:00"]}}`), []byte("layer"))
	f.Fuzz(func(t *testing.T, manifest, config, layer []byte) {
		reg := func(name string) tar.Header { return tar.Header{Name: name, Mode: 0o644, Typeflag: tar.TypeReg} }
		file := entries(t, []tar.Header{reg("manifest.json"), reg("c"), reg("l")}, []string{string(manifest), string(config), string(layer)})
		_, _ = openArchive(file, t.TempDir())
	})
}
