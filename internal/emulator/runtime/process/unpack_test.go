package process

import (
	"archive/tar"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// layers makes an image whose layers hold headers; a file's body is its link name.
func layers(t *testing.T, all ...[]tar.Header) v1.Image {
	t.Helper()
	img := empty.Image
	for _, headers := range all {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		for _, h := range headers {
			body := ""
			if h.Typeflag == tar.TypeReg {
				body, h.Linkname = h.Linkname, ""
			}
			h.Size, h.Mode = int64(len(body)), 0o755
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, body)
		}
		w.Close()
		l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
		if err != nil {
			t.Fatal(err)
		}
		if img, err = mutate.AppendLayers(img, l); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// tree lists files with their content, links with their target and directories.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch {
		case d.IsDir():
			out[name] = "dir"
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			out[name] = "-> " + target
			return err
		default:
			data, err := os.ReadFile(path)
			out[name] = string(data)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLayersAreAppliedInOrderWithWhiteoutsAndLinks(t *testing.T) {
	t.Parallel()
	file := func(name, body string) tar.Header {
		return tar.Header{Name: name, Linkname: body, Typeflag: tar.TypeReg}
	}
	link := func(name, to string) tar.Header {
		return tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink}
	}
	hard := func(name, to string) tar.Header { return tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeLink} }
	dir := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeDir} }
	for _, c := range []struct {
		name   string
		layers [][]tar.Header
		want   map[string]string
	}{
		{"a later layer wins", [][]tar.Header{{file("a", "1")}, {file("a", "2")}}, map[string]string{"a": "2"}},
		{"a whiteout removes", [][]tar.Header{{file("d/a", "1"), file("d/b", "1")}, {file("d/.wh.a", "")}}, map[string]string{"d": "dir", "d/b": "1"}},
		{"an opaque directory keeps what its own layer has", [][]tar.Header{{file("d/a", "1")}, {file("d/b", "2"), file("d/.wh..wh..opq", "")}}, map[string]string{"d": "dir", "d/b": "2"}},
		{"a file replaces a directory", [][]tar.Header{{file("a/b", "1")}, {file("a", "2")}}, map[string]string{"a": "2"}},
		{"a directory replaces a link", [][]tar.Header{{link("a", "b"), dir("b")}, {dir("a"), file("a/c", "1")}}, map[string]string{"a": "dir", "a/c": "1", "b": "dir"}},
		{"an absolute link leads inside", [][]tar.Header{{dir("usr/lib"), link("lib", "/usr/lib")}, {file("lib/a", "1")}}, map[string]string{"lib": "-> /usr/lib", "usr": "dir", "usr/lib": "dir", "usr/lib/a": "1"}},
		{"a link up leads inside", [][]tar.Header{{link("up", "../../../../tmp"), file("up/a", "1")}}, map[string]string{"up": "-> ../../../../tmp", "tmp": "dir", "tmp/a": "1"}},
		{"a name up stays inside", [][]tar.Header{{file("../../a", "1")}}, map[string]string{"a": "1"}},
		{"a hard link follows links of directories", [][]tar.Header{{dir("d"), file("d/a", "1"), link("l", "/d")}, {hard("b", "/l/a")}}, map[string]string{"d": "dir", "d/a": "1", "l": "-> /d", "b": "1"}},
		{"a link is replaced, not written through", [][]tar.Header{{link("a", "b"), file("b", "1")}, {file("a", "2")}}, map[string]string{"a": "2", "b": "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			outside := t.TempDir()
			inside := filepath.Join(outside, "inside")
			if err := os.Mkdir(inside, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := unpack(layers(t, c.layers...), inside); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, tree(t, inside)); diff != "" {
				t.Error(diff)
			}
			if entries, _ := os.ReadDir(outside); len(entries) != 1 {
				t.Errorf("the image reached outside: %v", entries)
			}
		})
	}
}

func TestCirclesOfLinksAreRefused(t *testing.T) {
	t.Parallel()
	img := layers(t, []tar.Header{{Name: "a", Linkname: "b", Typeflag: tar.TypeSymlink}, {Name: "b", Linkname: "a", Typeflag: tar.TypeSymlink}, {Name: "a/c", Typeflag: tar.TypeReg}})
	if err := unpack(img, t.TempDir()); err == nil {
		t.Error("it was unpacked")
	}
}
