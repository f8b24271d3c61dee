package image

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

func secretBuild(root string) *dockerfileBuild {
	return newDockerfileBuild(root, Spec{App: "demo", Service: "web"}, manifest.Build{
		Dockerfile: "Dockerfile", SSH: []string{"default", "deploy=keys/id"},
		Secrets: map[string]manifest.BuildSecret{"npmrc": {File: "secrets/npmrc"}, "token": {Env: "FERRY_TEST_TOKEN"}},
	})
}

func TestABuildReadsItsSecretsAndNoOutputShowsThem(t *testing.T) {
	t.Setenv("FERRY_TEST_TOKEN", "t0p-s3cret")
	root := tree(t, map[string]string{"Dockerfile": "FROM scratch\n", "secrets/npmrc": "registry=x\n_auth=hunter22\n"})
	s, err := (engine{kind: "docker", builder: "buildx build"}).secretArgs(secretBuild(root))
	check(t, err)
	want := []string{
		"--secret", "id=npmrc,src=" + filepath.Join(root, "secrets", "npmrc"), "--secret", "id=token,env=FERRY_TEST_TOKEN",
		"--ssh", "default", "--ssh", "deploy=" + filepath.Join(root, "keys", "id"),
	}
	if diff := cmp.Diff(want, s.args); diff != "" {
		t.Error(diff)
	}
	if got := s.hide()("curl -H t0p-s3cret, _auth=hunter22 and registry"); got != "curl -H ***, *** and registry" {
		t.Errorf("the output shows %q", got)
	}
}

func TestASecretThatChangesMakesNoOtherImage(t *testing.T) {
	root := tree(t, map[string]string{"src/Dockerfile": "FROM scratch\n", "npmrc": "one"})
	tag := func(secrets map[string]manifest.BuildSecret) string {
		w := workload()
		w.Image.Build = &manifest.Build{Dockerfile: "src/Dockerfile", Context: "src", Secrets: secrets}
		spec, err := Plan(root, "demo", "web", w)
		check(t, err)
		return spec.Tag
	}
	one := tag(map[string]manifest.BuildSecret{"npmrc": {File: "npmrc"}})
	check(t, os.WriteFile(filepath.Join(root, "npmrc"), []byte("two"), 0o600))
	if two := tag(map[string]manifest.BuildSecret{"npmrc": {File: "npmrc"}}); two != one {
		t.Error("the secret's value is in the tag")
	}
	if none := tag(nil); none == one {
		t.Error("a build without the secret has the same tag")
	}
}

func TestABuildWhoseSecretsCannotBeHadIsRefusedBeforeItBegins(t *testing.T) {
	root := tree(t, map[string]string{"Dockerfile": "FROM scratch\n"})
	t.Setenv("FERRY_TEST_TOKEN", "x")
	for name, e := range map[string]engine{
		"a file that is not there": {kind: "docker", builder: "buildx build"},
		"no BuildKit":              {kind: "docker", builder: "build", env: []string{"DOCKER_BUILDKIT=0"}},
	} {
		if _, err := e.secretArgs(secretBuild(root)); fault.ExitCode(err) != fault.Refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASidecarsImageStandsInTheServicesRepository(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"Dockerfile": "FROM scratch\n", "proxy/Dockerfile": "FROM scratch\nCMD [\"x\"]\n"})
	w := workload()
	w.Image.Build = &manifest.Build{Dockerfile: "Dockerfile", Context: "."}
	w.Sidecars = map[string]manifest.Sidecar{"Proxy": {Image: manifest.Image{Build: &manifest.Build{Dockerfile: "proxy/Dockerfile", Context: "proxy"}}}}
	own, err := Plan(root, "demo", "web", w)
	check(t, err)
	proxy, err := new(Planner).PlanSidecar(root, "demo", "web", "Proxy", w)
	check(t, err)
	if proxy.Repository != "demo/web" || proxy.Repository != own.Repository || proxy.Tag == own.Tag || proxy.Container != "Proxy" {
		t.Errorf("%+v beside %+v", proxy, own)
	}
	if name := proxy.builder.(*dockerfileBuild).name; name != "ferry/demo/web/proxy" {
		t.Errorf("on the engine it is called %s", name)
	}
}
