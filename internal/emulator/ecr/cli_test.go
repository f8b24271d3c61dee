package ecr_test

import (
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
	cli := emulatortest.AWS(t)
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
