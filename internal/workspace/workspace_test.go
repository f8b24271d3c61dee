package workspace_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/workspace"
	"github.com/google/go-cmp/cmp"
)

// tree writes files, given as path and content, and returns their directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func find(t *testing.T, dir string) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const (
	web  = "name: web\ntype: Load Balanced Web Service\nimage: {build: ./Dockerfile, port: 80}\nhttp: {path: /}\n"
	api  = "name: api\ntype: Backend Service\nimage: {location: nginx}\n"
	env  = "name: test\ntype: Environment\naccount: \"111122223333\"\nregion: eu-central-1\n"
	shop = "name: shop\n"
)

func TestFindTakesTheNearestWorkspace(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files    map[string]string
		from     string
		root     string
		copilot  bool
		notFound bool
	}{
		"here":                           {map[string]string{"ferry/app.yml": shop}, ".", "ferry", false, false},
		"above":                          {map[string]string{"ferry/app.yml": shop, "a/b/c/d/e/f/g/x": ""}, "a/b/c/d/e/f/g", "ferry", false, false},
		"from within":                    {map[string]string{"ferry/app.yml": shop, "ferry/web/manifest.yml": web}, "ferry/web", "ferry", false, false},
		"nearest first":                  {map[string]string{"ferry/app.yml": shop, "sub/ferry/app.yml": shop}, "sub", "sub/ferry", false, false},
		"nearer copilot before ferry":    {map[string]string{"ferry/app.yml": shop, "sub/copilot/.workspace": "application: x"}, "sub", "sub/copilot", true, false},
		"ferry beside copilot":           {map[string]string{"ferry/app.yml": shop, "copilot/.workspace": "application: x"}, ".", "ferry", false, false},
		"without app.yml":                {map[string]string{"ferry/web/manifest.yml": web}, ".", "ferry", false, false},
		"only an environment":            {map[string]string{"ferry/environments/test/manifest.yml": env}, ".", "ferry", false, false},
		"copilot without .workspace":     {map[string]string{"copilot/web/manifest.yml": web}, ".", "", false, true},
		"another directory called ferry": {map[string]string{"ferry/README.md": "boats", "ferry/cmd/x/main.go": ""}, ".", "", false, true},
		"a file called ferry":            {map[string]string{"ferry": ""}, ".", "", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, tt.files)
			w, err := workspace.Find(filepath.Join(dir, tt.from))
			if tt.notFound {
				if !errors.Is(err, workspace.ErrNotFound) {
					t.Fatalf("found %v, %v", w, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			root := filepath.Join(dir, filepath.FromSlash(tt.root))
			want := &workspace.Workspace{Root: root, Project: filepath.Dir(root), Copilot: tt.copilot}
			if diff := cmp.Diff(want, w); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestALookUpThatFailsIsNotAnAbsentWorkspace(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything (effective user id 0)")
	}
	dir := tree(t, map[string]string{"ferry/app.yml": shop})
	if err := os.Chmod(filepath.Join(dir, "ferry"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Find(dir); err == nil || errors.Is(err, workspace.ErrNotFound) {
		t.Errorf("the error is %v", err)
	}
}

func TestServicesAndEnvironmentsAreListedByName(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{
		"ferry/app.yml": shop, "ferry/web/manifest.yml": web, "ferry/api/manifest.yml": api, "ferry/notes/x.md": "",
		"ferry/environments/test/manifest.yml": env, "ferry/environments/local/manifest.yml": env, "ferry/environments/prod/manifest.yml": env,
		"ferry/pipelines/manifest.yml": "", "ferry/environments/manifest.yml": "",
	}))
	services, err := w.Services()
	if err != nil {
		t.Fatal(err)
	}
	environments, err := w.Environments()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"api", "web"}, {"prod", "test"}}, [][]string{services, environments}); diff != "" {
		t.Error(diff)
	}
}

func TestAServiceIsReadForAnEnvironmentWithTheApplicationsName(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{
		"ferry/app.yml": shop,
		"ferry/api/manifest.yml": api + "variables: {WHO: \"${FERRY_APPLICATION_NAME}-${FERRY_ENVIRONMENT_NAME}-${X}\"}\n" +
			"environments: {test: {count: 3}}\n",
	}))
	wl, list, err := w.Service("api", "test", manifest.Options{LookupEnv: func(string) (string, bool) { return "x", true }})
	if err != nil || len(list) > 0 {
		t.Fatal(err, list)
	}
	if diff := cmp.Diff(map[string]string{"WHO": "shop-test-x"}, wl.Variables); diff != "" || wl.Count != 3 {
		t.Error(wl.Count, diff)
	}
}

func TestWhatIsNotThereIsNamedWithWhatIs(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"ferry/app.yml": shop, "ferry/web/manifest.yml": web, "ferry/environments/test/manifest.yml": env}))
	_, _, err := w.Service("wbe", "test", manifest.Options{})
	if fault.ExitCode(err) != fault.Usage || fault.Hint(err) != "there is web" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, hint %q", err, fault.Hint(err))
	}
	_, _, err = w.Environment("prod", manifest.Options{})
	if fault.ExitCode(err) != fault.Usage || fault.Hint(err) != "there is test, local" {
		t.Errorf("%v, hint %q", err, fault.Hint(err))
	}
	for _, name := range []string{"", ".", "..", "../web", `..\web`, "a/b"} {
		if _, _, err := w.Service(name, "", manifest.Options{}); fault.ExitCode(err) != fault.Usage {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTheEnvironmentLocalNeedsNoFile(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"ferry/app.yml": shop}))
	e, list, err := w.Environment("local", manifest.Options{})
	if err != nil || len(list) > 0 {
		t.Fatal(err, list)
	}
	want := []string{"local", "000000000000", "us-east-1", "single"}
	if diff := cmp.Diff(want, []string{e.Name, e.Account, e.Region, e.Network.NAT}); diff != "" {
		t.Error(diff)
	}
}

func TestTheEnvironmentLocalOfTheUsersKeepsItsAccount(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{
		"ferry/app.yml": shop, "ferry/environments/local/manifest.yml": "name: local\ntype: Environment\nnetwork: {vpc: {nat: single}}\n",
	}))
	e, list, err := w.Environment("local", manifest.Options{})
	if err != nil || len(list) > 0 || e.Account != "000000000000" || e.Region != "us-east-1" || e.Network.NAT != "single" {
		t.Error(e, list, err)
	}
	w = find(t, tree(t, map[string]string{"ferry/app.yml": shop, "ferry/environments/local/manifest.yml": strings.Replace(env, "test", "local", 1)}))
	_, list, err = w.Environment("local", manifest.Options{})
	if err != nil || !list.HasErrors() || list[0].Position != (diag.Position{File: "ferry/environments/local/manifest.yml", Line: 3, Column: 10}) {
		t.Error(list, err)
	}
}

func TestADirectoryAndItsManifestHaveOneName(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"ferry/app.yml": shop, "ferry/other/manifest.yml": api}))
	_, list, err := w.Service("other", "", manifest.Options{})
	if err != nil || !list.HasErrors() || list[0].String() != `ferry/other/manifest.yml:1:7: name: "api" is not the name of the directory, "other"` {
		t.Error(list, err)
	}
	w = find(t, tree(t, map[string]string{"copilot/.workspace": "application: shop\n", "copilot/other/manifest.yml": api}))
	wl, list, err := w.Service("other", "", manifest.Options{})
	if err != nil || list.HasErrors() || wl.Name != "other" {
		t.Error("in a copilot workspace the directory's name stands:", wl.Name, list, err)
	}
}

func TestACopilotWorkspaceNamesItsApplication(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"copilot/.workspace": "application: shop\npath: /x\n"}))
	app, list, err := w.App()
	if err != nil || len(list) > 0 {
		t.Fatal(err, list)
	}
	if diff := cmp.Diff(manifest.App{Name: "shop"}, app); diff != "" {
		t.Error(diff)
	}
	w = find(t, tree(t, map[string]string{"copilot/.workspace": "path: /x\n"}))
	if _, list, err := w.App(); err != nil || !list.HasErrors() {
		t.Error("no application, no mistake:", list, err)
	}
}

func TestAMissingAppFileIsNamed(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"ferry/web/manifest.yml": web}))
	_, _, err := w.App()
	if fault.ExitCode(err) != fault.Usage || err.Error() != "ferry/app.yml is missing" {
		t.Error(err)
	}
}

func TestSourceReadsWhatADiagnosticNames(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"ferry/app.yml": shop, "web.env": "SECRET=x\n"}))
	for file, want := range map[string]string{"ferry/app.yml": shop, "nowhere.yml": "", "web.env": ""} {
		if got := string(w.Source(file)); got != want {
			t.Errorf("%s: %q", file, got)
		}
	}
	if !strings.Contains(string(w.Source("(built in) environments/local/manifest.yml")), "local") {
		t.Error("the built-in environment has no source")
	}
}

func TestAnEnvironmentOfAnOlderCopilotWorkspaceIsWhatTheDefaultsSay(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"copilot/.workspace": "application: shop\n", "copilot/web/manifest.yml": web}))
	got, list, err := w.Environment("prod", manifest.Options{})
	if err != nil || len(list) > 0 {
		t.Fatal(list, err)
	}
	want, _ := manifest.ParseEnvironment("", []byte("name: prod\ntype: Environment\n"), manifest.Options{App: "shop", Env: "prod", Copilot: true})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
