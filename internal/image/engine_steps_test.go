package image

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"golang.org/x/crypto/ssh"

	"ferry.dev/ferry/internal/manifest"
)

// step is what the build below runs: it notes what it was given, and says a secret aloud.
const step = `package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	npmrc, err := os.ReadFile("/run/secrets/npmrc")
	token, err2 := os.ReadFile("/run/secrets/token")
	fmt.Println("the token is", string(token), err, err2)
	conn, err := net.Dial("unix", os.Getenv("SSH_AUTH_SOCK"))
	if err != nil {
		panic(err)
	}
	conn.Write([]byte{0, 0, 0, 1, 11}) // SSH_AGENTC_REQUEST_IDENTITIES
	answer := make([]byte, 9)
	if _, err := io.ReadFull(conn, answer); err != nil {
		panic(err)
	}
	note := fmt.Sprintf("npmrc %d bytes, token %d bytes, %d key", len(npmrc), len(token), answer[8])
	if err := os.WriteFile("/note", []byte(note), 0o644); err != nil {
		panic(err)
	}
}
`

func TestAnEngineGivesBuildStepsTheirSecretsAndKeysAndTheImageKeepsNone(t *testing.T) {
	e := liveEngine(t)
	if !slices.Contains(e.env, "DOCKER_BUILDKIT=1") && e.builder != "buildx build" {
		t.Skipf("%s has no BuildKit", e.command)
	}
	dir := tree(t, map[string]string{
		"Dockerfile": "FROM scratch\nCOPY step /step\n" +
			"RUN --mount=type=secret,id=npmrc --mount=type=secret,id=token --mount=type=ssh,id=deploy [\"/step\"]\n",
		"step.go": step, "npmrc": "_auth=hunter22\n", ".dockerignore": "npmrc\nkey\n",
	})
	compile := exec.Command("go", "build", "-o", filepath.Join(dir, "step"), filepath.Join(dir, "step.go"))
	compile.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	out, err := compile.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	key, err := ssh.MarshalPrivateKey(private, "")
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "key"), pem.EncodeToMemory(key), 0o600))
	t.Setenv("FERRY_TEST_TOKEN", "t0p-s3cret")
	w := workload()
	w.Image.Build.SSH = []string{"deploy=key"}
	w.Image.Build.Secrets = map[string]manifest.BuildSecret{"npmrc": {File: "npmrc"}, "token": {Env: "FERRY_TEST_TOKEN"}}
	spec, err := Plan(dir, "demo", "web", w)
	check(t, err)
	var lines []string
	img, err := spec.builder.build(t.Context(), t.TempDir(), func(l string) { lines = append(lines, l) })
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
	}
	said := strings.Join(lines, "\n")
	if !strings.Contains(said, "the token is ***") || strings.Contains(said, "t0p-s3cret") {
		t.Errorf("the build said:\n%s", said)
	}
	var all bytes.Buffer
	_, err = io.Copy(&all, mutate.Extract(img))
	check(t, err)
	config, err := img.RawConfigFile()
	check(t, err)
	for _, secret := range []string{"hunter22", "t0p-s3cret", "PRIVATE KEY"} {
		if bytes.Contains(all.Bytes(), []byte(secret)) || bytes.Contains(config, []byte(secret)) {
			t.Errorf("the image keeps %s", secret)
		}
	}
	if note := inside(t, &all, "note"); note != "npmrc 15 bytes, token 10 bytes, 1 key" {
		t.Errorf("the step was given: %s", note)
	}
}

// inside is the content of one file of a tar archive.
func inside(t *testing.T, archive io.Reader, name string) string {
	t.Helper()
	for r := tar.NewReader(archive); ; {
		h, err := r.Next()
		check(t, err)
		if strings.TrimPrefix(h.Name, "/") == name {
			data, err := io.ReadAll(r)
			check(t, err)
			return string(data)
		}
	}
}
