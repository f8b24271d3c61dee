package site_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/site"
)

// project writes files, each with its own path in it.
func project(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		write(t, dir, name, name)
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// keys lists what sources give: key ← path.
func keys(t *testing.T, dir string, sources ...manifest.SiteFiles) []string {
	t.Helper()
	files, err := site.Files(dir, sources)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		out = append(out, f.Key+" ← "+f.Path)
	}
	return out
}

func TestASourceGivesItsFilesUnderItsDestination(t *testing.T) {
	t.Parallel()
	dir := project(t, "dist/index.html", "dist/css/a.css", "dist/css/a.css.map", "dist/drafts/x.html", "dist/.git/config", "README.md", "img/a.jpg", "img/b/c.jpg", "img/b/d.txt")
	for name, c := range map[string]struct {
		sources []manifest.SiteFiles
		want    []string
	}{
		"a directory": {
			[]manifest.SiteFiles{{Source: "./dist", Recursive: true}},
			[]string{"css/a.css ← dist/css/a.css", "css/a.css.map ← dist/css/a.css.map", "drafts/x.html ← dist/drafts/x.html", "index.html ← dist/index.html"},
		},
		"not what is below it": {[]manifest.SiteFiles{{Source: "dist"}}, []string{"index.html ← dist/index.html"}},
		"a file":               {[]manifest.SiteFiles{{Source: "README.md", Destination: "docs"}}, []string{"docs/README.md ← README.md"}},
		"without what is left out": {
			[]manifest.SiteFiles{{Source: "dist", Recursive: true, Exclude: []string{"*.map", "drafts"}}},
			[]string{"css/a.css ← dist/css/a.css", "index.html ← dist/index.html"},
		},
		"with what is taken in again": {
			[]manifest.SiteFiles{{Source: "./img", Destination: "code", Recursive: true, Exclude: []string{"*"}, Reinclude: []string{"*.jpg"}}},
			[]string{"code/a.jpg ← img/a.jpg", "code/b/c.jpg ← img/b/c.jpg"},
		},
		"globs by the path in the project": {[]manifest.SiteFiles{{Source: "img", Recursive: true, Exclude: []string{"img/[!a]/*", "?/d.*"}}}, []string{"a.jpg ← img/a.jpg"}},
		"the later of two":                 {[]manifest.SiteFiles{{Source: "img/a.jpg"}, {Source: "img/b/c.jpg", Destination: ""}, {Source: "img"}}, []string{"a.jpg ← img/a.jpg", "c.jpg ← img/b/c.jpg"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, keys(t, dir, c.sources...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFileKnowsItsDigestAndWhatItIsServedAs(t *testing.T) {
	t.Parallel()
	dir := project(t, "index.html", "app.3f2a9c1b.js", "index-BX4kq9aZ.css", "report-20261122.pdf", "page.3f2a9c1b.html", "LICENSE")
	files, err := site.Files(dir, []manifest.SiteFiles{{Source: "."}})
	if err != nil {
		t.Fatal(err)
	}
	const ask, forGood = "public, max-age=0, s-maxage=86400, must-revalidate", "public, max-age=31536000, immutable"
	want := []site.File{
		{Key: "LICENSE", Path: "LICENSE", Size: 7, MD5: "718eebc5e8dc0ae70c70ef75b2b3a9d4", Type: "application/octet-stream", Cache: ask},
		{Key: "app.3f2a9c1b.js", Path: "app.3f2a9c1b.js", Size: 15, Type: "text/javascript; charset=utf-8", Cache: forGood},
		{Key: "index-BX4kq9aZ.css", Path: "index-BX4kq9aZ.css", Size: 18, Type: "text/css; charset=utf-8", Cache: forGood},
		{Key: "index.html", Path: "index.html", Size: 10, Type: "text/html; charset=utf-8", Cache: ask},
		{Key: "page.3f2a9c1b.html", Path: "page.3f2a9c1b.html", Size: 18, Type: "text/html; charset=utf-8", Cache: ask},
		{Key: "report-20261122.pdf", Path: "report-20261122.pdf", Size: 19, Type: "application/pdf", Cache: ask},
	}
	for i := range files {
		if len(files[i].MD5) != 32 {
			t.Errorf("%s: digest %q", files[i].Key, files[i].MD5)
		}
		if i > 0 {
			files[i].MD5 = ""
		}
	}
	want[0].MD5 = files[0].MD5
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
}

func TestASourceThatIsNotThereIsAMistakeOfTheUsers(t *testing.T) {
	t.Parallel()
	_, err := site.Files(t.TempDir(), []manifest.SiteFiles{{Source: "dist"}})
	if fault.ExitCode(err) != fault.Usage || fault.Hint(err) == "" || err.Error() != "the site's files are not there: dist" {
		t.Errorf("%v", err)
	}
}

func TestCloudFrontForgetsTheFilesAndTheDirectoriesThatTheyStandFor(t *testing.T) {
	t.Parallel()
	file := func(keys ...string) (all []site.File) {
		for _, k := range keys {
			all = append(all, site.File{Key: k})
		}
		return all
	}
	many := site.Diff{}
	for range 40 {
		many.Send = append(many.Send, site.File{Key: string(rune('a'+len(many.Send))) + ".css"})
	}
	for name, c := range map[string]struct {
		diff site.Diff
		want []string
	}{
		"changed and gone":       {site.Diff{Send: file("a b.css", "docs/index.html"), Gone: []string{"index.html"}}, []string{"/", "/a%20b.css", "/docs", "/docs/", "/docs/index.html", "/index.html"}},
		"the first release":      {site.Diff{Send: file("a"), Fresh: true}, []string{"/*"}},
		"one that was forgotten": {site.Diff{Stale: true}, []string{"/*"}},
		"the error page":         {site.Diff{Send: file("404.html")}, []string{"/*"}},
		"many":                   {many, []string{"/*"}},
	} {
		if diff := cmp.Diff(c.want, site.Paths(c.diff)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
