package deploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
)

func TestPackageWritesPlainFilesForTheEnvironmentAndEachService(t *testing.T) {
	t.Parallel()
	files, list, err := deploy.Package(newRepo(t).target(aws.Config{}), nil)
	if err != nil || list.HasErrors() {
		t.Fatalf("got %v %v", list, err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	want := []string{"environment.stack.yml", "api.stack.yml", "api.taskdef.json", "api.service.json", "web.stack.yml", "web.taskdef.json", "web.service.json"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the files differ (-want +got):\n%s", diff)
	}
	if !strings.Contains(string(files[0].Data), "PublicLoadBalancer") {
		t.Error("the environment has no load balancer, though web needs one")
	}
	if !strings.Contains(string(files[5].Data), `"image": "registry.example/web:1"`) {
		t.Errorf("the task definition does not name the image:\n%s", files[5].Data)
	}
}

func TestPackageReturnsEveryMistakeAndNoFiles(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("ferry/web/manifest.yml", webManifest+"colour: red\n")
	r.write("ferry/api/manifest.yml", apiManifest+"size: big\n")
	files, list, err := deploy.Package(r.target(aws.Config{}), nil)
	if err != nil || len(files) != 0 || len(list) != 2 {
		t.Errorf("got %d files, diagnostics %v, error %v; want two mistakes alone", len(files), list, err)
	}
}
