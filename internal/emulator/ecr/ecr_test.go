package ecr_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ecr"
	"ferry.dev/ferry/internal/emulator/ids"
)

// world is a registry with blobs in a directory, served over HTTP.
type world struct {
	*ecr.Service
	t    *testing.T
	dir  string
	host string
	http *httptest.Server
}

func newWorld(t *testing.T, speed float64) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	w.http = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.Registry().ServeHTTP(rw, r) }))
	t.Cleanup(w.http.Close)
	w.host = w.http.Listener.Addr().String()
	w.Service = w.fresh(speed)
	return w
}

func (w *world) fresh(speed float64) *ecr.Service {
	return ecr.New(ecr.Deps{Scope: ids.Default(), Clock: clock.Scaled(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), speed), Dir: w.dir, Host: func() string { return w.host }})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) repository(repo string, m types.ImageTagMutability) {
	w.t.Helper()
	_, err := w.CreateRepository(w.t.Context(), &awsecr.CreateRepositoryInput{RepositoryName: &repo, ImageTagMutability: m, ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true}})
	w.must(err)
}

func (w *world) auth() remote.Option {
	w.t.Helper()
	out, err := w.GetAuthorizationToken(w.t.Context(), &awsecr.GetAuthorizationTokenInput{})
	w.must(err)
	b, err := base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken)
	w.must(err)
	user, password, _ := strings.Cut(string(b), ":")
	return remote.WithAuth(&authn.Basic{Username: user, Password: password})
}

func (w *world) ref(s string) name.Reference {
	w.t.Helper()
	ref, err := name.ParseReference(w.host + "/" + s)
	w.must(err)
	return ref
}

func (w *world) image() v1.Image {
	w.t.Helper()
	img, err := random.Image(2048, 2)
	w.must(err)
	return img
}

func (w *world) push(ref string, img v1.Image) error {
	w.t.Helper()
	return remote.Write(w.ref(ref), img, w.auth(), remote.WithContext(w.t.Context()))
}

// blobs lists the files below the directory.
func (w *world) blobs() []string {
	w.t.Helper()
	var out []string
	w.must(filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, filepath.Base(path))
		}
		return err
	}))
	return out
}

func TestAnImagePushedIsTheImagePulled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.repository("demo/web", "")
	img := w.image()
	w.must(w.push("demo/web:one", img))
	pulled, err := remote.Image(w.ref("demo/web:one"), w.auth())
	w.must(err)
	w.must(validate.Image(pulled))
	want, err := img.Digest()
	w.must(err)
	for _, ref := range []string{"demo/web:one", "demo/web@" + want.String(), w.host + "/demo/web@" + want.String(), "127.0.0.1:1/demo/web:one", "000000000000.dkr.ecr.us-east-1.amazonaws.com/demo/web:one"} {
		inside, err := w.Image(ref)
		w.must(err)
		w.must(validate.Image(inside))
		if got, err := inside.Digest(); err != nil || got != want {
			t.Errorf("%s: %s, %v", ref, got, err)
		}
	}
	d, err := w.DescribeImages(t.Context(), &awsecr.DescribeImagesInput{RepositoryName: aws.String("demo/web"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("one")}}})
	w.must(err)
	m, err := img.Manifest()
	w.must(err)
	size := m.Config.Size
	for _, l := range m.Layers {
		size += l.Size
	}
	detail := d.ImageDetails[0]
	if *detail.ImageDigest != want.String() || *detail.ImageSizeInBytes != size || detail.ImageTags[0] != "one" || detail.ImagePushedAt.Year() != 2026 || detail.ImageScanStatus.Status != types.ScanStatusComplete {
		t.Errorf("%+v", detail)
	}
	layers, err := w.BatchCheckLayerAvailability(t.Context(), &awsecr.BatchCheckLayerAvailabilityInput{RepositoryName: aws.String("demo/web"), LayerDigests: []string{m.Layers[0].Digest.String(), "sha256:" + strings.Repeat("0", 64)}})
	w.must(err)
	if layers.Layers[0].LayerAvailability != types.LayerAvailabilityAvailable || layers.Layers[1].LayerAvailability != types.LayerAvailabilityUnavailable {
		t.Errorf("%+v", layers.Layers)
	}
}

func TestOnlyATokenOpensTheRegistryAndOnlyForTwelveHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 360_000) // twelve hours in 120 ms
	w.repository("demo/web", "")
	old := w.auth()
	status := func(o ...remote.Option) int {
		_, err := remote.Get(w.ref("demo/web:none"), o...)
		var e *transport.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		return e.StatusCode
	}
	if got := status(old); got != http.StatusNotFound {
		t.Errorf("with a token: %d", got)
	}
	if got := status(); got != http.StatusUnauthorized {
		t.Errorf("without a token: %d", got)
	}
	if got := status(remote.WithAuth(&authn.Basic{Username: "AWS", Password: "guess"})); got != http.StatusUnauthorized {
		t.Errorf("with a wrong token: %d", got)
	}
	resp, err := http.Get(w.http.URL + "/v2/")
	w.must(err)
	resp.Body.Close()
	if got := resp.Header.Get("Www-Authenticate"); !strings.HasPrefix(got, "Basic realm=") {
		t.Errorf("Www-Authenticate: %q", got)
	}
	for status(old) != http.StatusForbidden { // it expires on the clock
	}
}

func TestAPushNeedsARepository(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	err := w.push("demo/nobody:one", w.image())
	var e *transport.Error
	if !errors.As(err, &e) || len(e.Errors) == 0 || e.Errors[0].Code != transport.NameUnknownErrorCode {
		t.Errorf("%v", err)
	}
}

func TestATagOfAnImmutableRepositoryStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.repository("demo/web", types.ImageTagMutabilityImmutable)
	w.must(w.push("demo/web:one", w.image()))
	if err := w.push("demo/web:one", w.image()); err == nil || !strings.Contains(err.Error(), "immutable") {
		t.Errorf("%v", err)
	}
}

func TestStateSurvivesARestartAndDeletionFreesTheBlobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.repository("demo/web", "")
	w.repository("demo/api", "")
	shared, own := w.image(), w.image()
	w.must(w.push("demo/web:one", shared))
	w.must(w.push("demo/api:one", shared))
	w.must(w.push("demo/web:two", own))
	saved, err := w.Save()
	w.must(err)
	w.Service = w.fresh(1)
	w.must(w.Load(saved))
	pulled, err := remote.Image(w.ref("demo/web:two"), w.auth())
	w.must(err)
	w.must(validate.Image(pulled))
	if n := len(w.blobs()); n != 6 {
		t.Fatalf("%d blobs of two images with three each", n)
	}
	gone, err := w.BatchDeleteImage(t.Context(), &awsecr.BatchDeleteImageInput{RepositoryName: aws.String("demo/web"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("two")}, {ImageTag: aws.String("none")}}})
	w.must(err)
	if len(gone.ImageIds) != 1 || len(gone.Failures) != 1 || gone.Failures[0].FailureCode != types.ImageFailureCodeImageNotFound {
		t.Errorf("%+v", gone)
	}
	if n := len(w.blobs()); n != 3 {
		t.Errorf("%d blobs after deleting one image", n)
	}
	_, err = w.DeleteRepository(t.Context(), &awsecr.DeleteRepositoryInput{RepositoryName: aws.String("demo/web")})
	var notEmpty *types.RepositoryNotEmptyException
	if !errors.As(err, &notEmpty) {
		t.Errorf("a repository with images: %v", err)
	}
	for _, repo := range []string{"demo/web", "demo/api"} {
		_, err = w.DeleteRepository(t.Context(), &awsecr.DeleteRepositoryInput{RepositoryName: &repo, Force: true})
		w.must(err)
	}
	if d := cmp.Diff([]string(nil), w.blobs()); d != "" {
		t.Error(d)
	}
}

func TestAnIndexLeadsToTheImageForThisMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.repository("demo/web", "")
	want := w.image()
	other := w.image()
	index := mutate.AppendManifests(mutateIndex(), mutate.IndexAddendum{Add: other, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}},
		mutate.IndexAddendum{Add: want, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: want, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}})
	w.must(remote.WriteIndex(w.ref("demo/web:all"), index, w.auth()))
	img, err := w.Image("demo/web:all")
	w.must(err)
	a, err := img.Digest()
	w.must(err)
	b, err := want.Digest()
	w.must(err)
	if a != b {
		t.Errorf("%s, want %s", a, b)
	}
	held, err := w.BatchDeleteImage(t.Context(), &awsecr.BatchDeleteImageInput{RepositoryName: aws.String("demo/web"), ImageIds: []types.ImageIdentifier{{ImageDigest: aws.String(b.String())}}})
	w.must(err)
	if len(held.Failures) != 1 || held.Failures[0].FailureCode != types.ImageFailureCodeImageReferencedByManifestList {
		t.Errorf("%+v", held)
	}
}

func mutateIndex() v1.ImageIndex {
	idx, err := random.Index(1, 0, 0)
	if err != nil {
		return nil
	}
	return idx
}

func TestWhatIsNotThereHasECRsOwnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.repository("demo/web", "")
	ctx := t.Context()
	_, noRepo := w.DescribeRepositories(ctx, &awsecr.DescribeRepositoriesInput{RepositoryNames: []string{"demo/api"}})
	_, noImage := w.DescribeImages(ctx, &awsecr.DescribeImagesInput{RepositoryName: aws.String("demo/web"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("x")}}})
	_, twice := w.CreateRepository(ctx, &awsecr.CreateRepositoryInput{RepositoryName: aws.String("demo/web")})
	_, badName := w.CreateRepository(ctx, &awsecr.CreateRepositoryInput{RepositoryName: aws.String("Demo")})
	_, noPolicy := w.GetLifecyclePolicy(ctx, &awsecr.GetLifecyclePolicyInput{RepositoryName: aws.String("demo/web")})
	_, inside := w.Image("demo/web:x")
	_, outside := w.Image("docker.io/library/nginx:latest")
	got := map[string]string{}
	for k, err := range map[string]error{"repository": noRepo, "image": noImage, "twice": twice, "name": badName, "policy": noPolicy, "inside": inside, "outside": outside} {
		if e, ok := err.(interface{ ErrorCode() string }); ok {
			got[k] = e.ErrorCode()
		}
	}
	want := map[string]string{"repository": "RepositoryNotFoundException", "image": "ImageNotFoundException", "twice": "RepositoryAlreadyExistsException", "name": "InvalidParameterException",
		"policy": "LifecyclePolicyNotFoundException", "inside": "ImageNotFoundException", "outside": "RepositoryNotFoundException"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
