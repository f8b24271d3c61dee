package workspace_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/diag"
)

func TestWhatLiesBesideAManifestIsReadInTheOrderOfNames(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{
		"ferry/app.yml":                        shop,
		"ferry/web/manifest.yml":               web,
		"ferry/web/addons/b.yaml":              "Resources: {}\n",
		"ferry/web/addons/a.yml":               "Resources: {B: 1}\n",
		"ferry/web/addons/README.md":           "none\n",
		"ferry/web/overrides.yml":              "stack: [{op: remove, path: /A/B}]\n",
		"ferry/web/overrides/cfn.patches.yml":  "[{op: remove, path: /C/D}, {op: remove, path: /Resources/Service/Properties/E}]\n",
		"ferry/environments/addons/bucket.yml": "Resources: {C: 2}\n",
	}))
	files, patches, list, err := w.ServiceExtras("web")
	if err != nil || len(list) > 0 {
		t.Fatal(list, err)
	}
	want := []addons.File{
		{Name: "ferry/web/addons/a.yml", Data: []byte("Resources: {B: 1}\n")},
		{Name: "ferry/web/addons/b.yaml", Data: []byte("Resources: {}\n")},
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
	var paths []string
	for _, o := range append(patches.Stack, patches.Service...) {
		paths = append(paths, o.Path)
	}
	if diff := cmp.Diff([]string{"/A/B", "/C/D", "/e"}, paths); diff != "" {
		t.Error(diff)
	}
	files, patches, list, err = w.EnvironmentExtras()
	if err != nil || len(list) > 0 || !patches.Empty() {
		t.Fatal(patches, list, err)
	}
	if diff := cmp.Diff([]addons.File{{Name: "ferry/environments/addons/bucket.yml", Data: []byte("Resources: {C: 2}\n")}}, files); diff != "" {
		t.Error(diff)
	}
}

func TestOverridesThatAreAProgramAreRefused(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{
		"copilot/.workspace":              "application: shop\n",
		"copilot/web/manifest.yml":        web,
		"copilot/web/overrides/cdk.json":  "{}\n",
		"copilot/web/overrides/stack.ts":  "export {}\n",
		"copilot/web/overrides/README.md": "\n",
	}))
	_, _, list, err := w.ServiceExtras("web")
	if err != nil {
		t.Fatal(err)
	}
	want := diag.List{{
		Position: diag.Position{File: "copilot/web/overrides/cdk.json", Line: 1, Column: 1}, Severity: diag.Error,
		Message: "ferry does not run overrides that are written with the AWS CDK",
		Hint:    "write the changes as operations in copilot/web/overrides/cfn.patches.yml",
	}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

func TestAWorkspaceWithoutExtrasHasNone(t *testing.T) {
	t.Parallel()
	w := find(t, tree(t, map[string]string{"ferry/app.yml": shop, "ferry/web/manifest.yml": web}))
	files, patches, list, err := w.ServiceExtras("web")
	if files != nil || !patches.Empty() || list != nil || err != nil {
		t.Error(files, patches, list, err)
	}
}
