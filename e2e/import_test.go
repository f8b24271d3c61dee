package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"ferry.dev/ferry/e2e/harness"
)

// TestTheOfficialSampleTaskDefinitionRunsOnLocal imports the task definition that AWS's documentation begins with, with nothing
// changed but its image, deploys it and asks for the page that its command writes. The image is a shell of this machine's and
// a web server.
func TestTheOfficialSampleTaskDefinitionRunsOnLocal(t *testing.T) {
	t.Parallel()
	sample := filepath.Join(harness.Root(t), "../shared/data/sample-fargate-taskdef.json")
	if _, err := os.Stat(sample); err != nil {
		t.Skipf("%s is not there: the data is not in this checkout", sample)
	}
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("needs root on Linux: the task has a file system of its own and listens on port 80")
	}
	p := newProject(t)
	p.ferry(t, "local", "start")
	image := p.pushShell(t)
	p.ferry(t, "import", "taskdef", sample, "--app", "demo", "--name", "sample", "--image", image)
	p.ferry(t, "validate")
	p.ferry(t, "deploy", "sample", "--env", "local", "--yes")
	url := strings.TrimSpace(p.ferry(t, "open", "sample", "--env", "local"))
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("Amazon ECS Sample App")) {
		t.Errorf("%s %v\n%s", resp.Status, err, body)
	}
	if out := p.ferry(t, "delete", "application", "--env", "local", "--yes"); !strings.Contains(out, "Left in local: nothing") {
		t.Error(out)
	}
}

// project is a directory with an environment local of its own.
type project struct {
	bin, dir string
	env      []string
}

func newProject(t *testing.T) *project {
	t.Helper()
	p := &project{bin: harness.Ferry(t), dir: t.TempDir()}
	p.env = harness.Env("FERRY_LOCAL_DIR="+filepath.Join(t.TempDir(), "local"), "FERRY_LOCAL_RUNTIME=process", "NO_COLOR=1")
	t.Cleanup(func() { p.ferry(t, "local", "reset", "--yes") })
	return p
}

// ferry runs a command, which must succeed, and returns its stdout.
func (p *project) ferry(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(p.bin, args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("ferry %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}

// pushShell pushes an image with a shell and httpd-foreground to the registry of environment local.
func (p *project) pushShell(t *testing.T) string {
	t.Helper()
	endpoint := regexp.MustCompile(`AWS_ENDPOINT_URL="?'?([^"'\s]+)`).FindStringSubmatch(p.ferry(t, "local", "env"))
	if endpoint == nil {
		t.Fatal("ferry local env names no endpoint")
	}
	client := ecr.New(ecr.Options{Region: "us-east-1", BaseEndpoint: &endpoint[1], Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	repository, err := client.CreateRepository(context.Background(), &ecr.CreateRepositoryInput{RepositoryName: aws.String("sample/httpd")})
	if err != nil {
		t.Fatal(err)
	}
	token, err := client.GetAuthorizationToken(context.Background(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := strings.Cut(string(decoded(t, aws.ToString(token.AuthorizationData[0].AuthorizationToken))), ":")
	ref, err := name.ParseReference(aws.ToString(repository.Repository.RepositoryUri)+":2.4", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, shellImage(t), remote.WithAuth(&authn.Basic{Username: user, Password: password})); err != nil {
		t.Fatal(err)
	}
	return ref.String()
}

func decoded(t *testing.T, s string) []byte {
	t.Helper()
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shellImage is made of this machine's shell with its libraries, and of our httpd-foreground.
func shellImage(t *testing.T) v1.Image {
	t.Helper()
	server := filepath.Join(t.TempDir(), "httpd-foreground")
	build := exec.Command("go", "build", "-o", server, "./e2e/testdata/httpd")
	build.Dir, build.Env = harness.Root(t), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files := map[string]string{"bin/sh": "/bin/sh", "usr/local/bin/httpd-foreground": server}
	linked, err := exec.Command("ldd", "/bin/sh").Output()
	if err != nil {
		t.Skipf("ldd cannot say what /bin/sh needs: %v", err)
	}
	for _, lib := range regexp.MustCompile(`/[^\s:]+`).FindAllString(string(linked), -1) {
		files[strings.TrimPrefix(lib, "/")] = lib
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return layerOf(files) })
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	config := v1.Config{Env: []string{"PATH=/usr/local/bin:/bin"}}
	img, err = mutate.Config(img, config)
	if err != nil {
		t.Fatal(err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", runtime.GOARCH
	if img, err = mutate.ConfigFile(img, file); err != nil {
		t.Fatal(err)
	}
	return img
}

func layerOf(files map[string]string) (io.ReadCloser, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, dir := range []string{"tmp", "usr/local/apache2/htdocs"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755}); err != nil {
			return nil, err
		}
	}
	for _, to := range slices.Sorted(maps.Keys(files)) { // in the same order whenever the layer is read
		data, err := os.ReadFile(files[to])
		if err != nil {
			return nil, err
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: to, Mode: 0o755, Size: int64(len(data))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	return io.NopCloser(&b), w.Close()
}
