package image

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDetectListsDockerfilesWithTheirPorts(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"Dockerfile":                "FROM a\nEXPOSE 8080\nHEALTHCHECK CMD true\n",
		"api/Dockerfile":            "FROM a\nEXPOSE 9000\n",
		"api/prod.Dockerfile":       "FROM a\n",
		"Dockerfile.dev":            "this cannot be parsed",
		"Dockerfile.dockerignore":   "*",
		"web/Containerfile":         "FROM a\nEXPOSE 1\n",
		"node_modules/x/Dockerfile": "FROM a\n",
		"vendor/x/Dockerfile":       "FROM a\n",
		".git/Dockerfile":           "FROM a\n",
		"a/b/c/d/e/f/Dockerfile":    "FROM a\n",
		"link/":                     "",
		"link/Dockerfile":           "-> ../Dockerfile",
	})
	got, err := Detect(dir)
	check(t, err)
	want := Detected{Dockerfiles: []Dockerfile{
		{Path: "Dockerfile", Ports: []int{8080}, HealthCheck: true},
		{Path: "Dockerfile.dev"},
		{Path: "api/Dockerfile", Ports: []int{9000}},
		{Path: "api/prod.Dockerfile"},
		{Path: "web/Containerfile", Ports: []int{1}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDetectFindsWhatAGoModuleCanRun(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"go.mod":               "module example.com/shop // the shop\n\ngo 1.26\n",
		"shop.go":              "package shop\n",
		"generate.go":          "//go:build ignore\n\npackage main\n",
		"windows.go":           "//go:build windows\n\npackage main\n",
		"cmd/web/main.go":      "//go:build linux || darwin\n\n// Command web.\npackage main\n",
		"cmd/web/more.go":      "package main\n",
		"cmd/job/main_test.go": "package main\n",
		"tool/main.go":         "package main\n",
		"nested/go.mod":        "module example.com/nested\n",
		"nested/main.go":       "package main\n",
		"_old/main.go":         "package main\n",
		"testdata/main.go":     "package main\n",
	})
	got, err := Detect(dir)
	check(t, err)
	want := Detected{Go: &GoModule{Dir: ".", Path: "example.com/shop", Mains: []string{"./tool", "./cmd/web"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDetectOffersNothingWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	got, err := Detect(tree(t, map[string]string{"go.mod": "module m\n", "lib.go": "package lib\n"}))
	check(t, err)
	if diff := cmp.Diff(Detected{}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Detect(t.TempDir() + "/missing"); !os.IsNotExist(err) {
		t.Errorf("a missing directory: %v", err)
	}
}
