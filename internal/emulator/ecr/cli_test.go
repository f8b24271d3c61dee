package ecr_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// TestTheCommandLineSignsInAndSeesWhatWasPushed takes password and address from the aws command, as a shell script would.
func TestTheCommandLineSignsInAndSeesWhatWasPushed(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the aws command is not installed")
	}
	h := emulatortest.Start(t)
	cli := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "aws", append([]string{"--output", "text"}, args...)...)
		cmd.Env = append(append(os.Environ(), "AWS_PAGER="), h.Env()...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	uri := cli("ecr", "create-repository", "--repository-name", "demo/cli", "--query", "repository.repositoryUri")
	ref, err := name.ParseReference(uri + ":one")
	if err != nil {
		t.Fatal(err)
	}
	img, err := random.Image(512, 1)
	if err != nil {
		t.Fatal(err)
	}
	password := cli("ecr", "get-login-password")
	if err := remote.Write(ref, img, remote.WithAuth(&authn.Basic{Username: "AWS", Password: password})); err != nil {
		t.Fatal(err)
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		cli("ecr", "describe-images", "--repository-name", "demo/cli", "--query", "imageDetails[].[imageDigest,imageTags[0]]"),
		cli("ecr", "batch-delete-image", "--repository-name", "demo/cli", "--image-ids", "imageTag=one", "--query", "imageIds[].imageTag"),
		cli("ecr", "list-images", "--repository-name", "demo/cli", "--query", "length(imageIds)"),
	}
	if d := cmp.Diff([]string{digest.String() + "\tone", "one", "0"}, got); d != "" {
		t.Error(d)
	}
}
