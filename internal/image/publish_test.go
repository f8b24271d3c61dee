package image

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecrapi "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ecr"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// registry is ECR over HTTP: its API and the registry behind it. It counts calls and fails as it is told.
type registry struct {
	*ecr.Service
	url string

	mu     sync.Mutex
	calls  []string // operations; of the registry only writes: "PUT manifest"
	broken map[string]error
	flaky  int               // so many uploads are answered with 500 first
	before func(call string) // runs before each request
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{broken: map[string]error{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	r.Service = ecr.New(ecr.Deps{Scope: ids.Default(), Clock: clock.Real(1), Host: func() string { return strings.TrimPrefix(server.URL, "http://") }})
	return r
}

func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if strings.HasPrefix(req.URL.Path, "/v2/") {
		r.blob(w, req)
		return
	}
	svc := r.Wire()
	in, err := svc.Read(req, "id")
	if err == nil {
		err = r.took(in.Operation)
	}
	if err != nil {
		svc.WriteError(w, "id", err)
		return
	}
	_ = svc.Serve(req.Context(), w, in) // the answer says it
}

func (r *registry) blob(w http.ResponseWriter, req *http.Request) {
	what := ""
	switch {
	case req.Method == http.MethodPut && strings.Contains(req.URL.Path, "/manifests/"):
		what = "PUT manifest"
	case req.Method == http.MethodPut:
		what = "PUT blob"
	}
	if what != "" && r.took(what) != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	r.Registry().ServeHTTP(w, req)
}

// took records a call and returns the error that it shall end in.
func (r *registry) took(call string) error {
	r.mu.Lock()
	before := r.before
	r.calls = append(r.calls, call)
	err := r.broken[call]
	if call == "PUT blob" && r.flaky > 0 {
		r.flaky--
		err = errors.New("flaky")
	}
	r.mu.Unlock()
	if before != nil {
		before(call)
	}
	return err
}

// took forgets the calls and returns how often each was made.
func (r *registry) counts() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := map[string]int{}
	for _, c := range r.calls {
		n[c]++
	}
	r.calls = nil
	return n
}

func (r *registry) config(t *testing.T) aws.Config {
	t.Helper()
	cfg, err := awsconf.Load(t.Context(), awsconf.Options{Endpoint: r.url})
	check(t, err)
	return cfg
}

// made is a builder that hands out an image that is there.
type made struct {
	img    v1.Image
	err    error
	builds int
}

func (m *made) inputs(context.Context, *Planner, *fingerprint) error { return nil }
func (m *made) check(context.Context) error                          { return nil }
func (m *made) build(_ context.Context, _ string, out func(string)) (v1.Image, error) {
	m.builds++
	out("building")
	return m.img, m.err
}

func specOf(t *testing.T) (Spec, *made) {
	t.Helper()
	img, err := random.Image(100<<10, 2)
	check(t, err)
	img, err = assembleAs(img, "linux", "amd64")
	check(t, err)
	b := &made{img: img}
	return Spec{
		App: "demo", Service: "web", Repository: "demo/web", Tag: strings.Repeat("ab", 16),
		Tags: map[string]string{"ferry:application": "demo", "ferry:service": "web"}, builder: b,
	}, b
}

func TestTheFirstPublishMakesTheRepositoryAndTheSecondOneDoesNothing(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	spec, b := specOf(t)
	var events []event.Event
	var mu sync.Mutex
	sink := func(e event.Event) { mu.Lock(); defer mu.Unlock(); events = append(events, e) }
	got, err := Publish(t.Context(), r.config(t), spec, sink)
	check(t, err)
	digest, err := b.img.Digest()
	check(t, err)
	want := Published{
		Ref: strings.TrimPrefix(r.url, "http://") + "/demo/web@" + digest.String(), Digest: digest.String(), Tag: spec.Tag, Built: true, Pushed: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantCalls := map[string]int{"DescribeImages": 1, "GetAuthorizationToken": 1, "CreateRepository": 1, "PutLifecyclePolicy": 1, "PUT blob": 3, "PUT manifest": 2}
	if diff := cmp.Diff(wantCalls, r.counts()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(event.BuildOutput{Subject: "web", Line: "building"}, events[0]); diff != "" {
		t.Error(diff)
	}
	last, ok := events[len(events)-1].(event.PushProgress)
	if !ok || last.Total == 0 || last.Done != last.Total || last.Subject != "web" {
		t.Errorf("last event %+v", events[len(events)-1])
	}
	checkRepository(t, r)

	again, err := Publish(t.Context(), r.config(t), spec, event.Discard)
	check(t, err)
	want.Built, want.Pushed = false, false
	if diff := cmp.Diff(want, again); diff != "" {
		t.Error(diff)
	}
	// The second call is for the registry's name, which only AWS's own endpoint lets one compute.
	if diff := cmp.Diff(map[string]int{"DescribeImages": 1, "GetAuthorizationToken": 1}, r.counts()); diff != "" {
		t.Error(diff)
	}
	if b.builds != 1 {
		t.Errorf("built %d times", b.builds)
	}
}

// checkRepository reads back what the first publish made.
func checkRepository(t *testing.T, r *registry) {
	t.Helper()
	out, err := r.DescribeRepositories(t.Context(), &ecrapi.DescribeRepositoriesInput{})
	check(t, err)
	repo := out.Repositories[0]
	if !repo.ImageScanningConfiguration.ScanOnPush || repo.EncryptionConfiguration.EncryptionType != types.EncryptionTypeAes256 {
		t.Errorf("%+v", repo)
	}
	tags, err := r.ListTagsForResource(t.Context(), &ecrapi.ListTagsForResourceInput{ResourceArn: repo.RepositoryArn})
	check(t, err)
	if diff := cmp.Diff(map[string]string{"ferry:application": "demo", "ferry:service": "web"}, tagMap(tags.Tags)); diff != "" {
		t.Error(diff)
	}
	policy, err := r.GetLifecyclePolicy(t.Context(), &ecrapi.GetLifecyclePolicyInput{RepositoryName: repo.RepositoryName})
	check(t, err)
	if aws.ToString(policy.LifecyclePolicyText) != (Retention{}).policy() {
		t.Errorf("policy %s", aws.ToString(policy.LifecyclePolicyText))
	}
}

func tagMap(tags []types.Tag) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return m
}

func TestAnImageThatIsThereCostsOneCallInAWS(t *testing.T) {
	t.Parallel()
	for region, host := range map[string]string{
		"eu-west-1":     "111111111111.dkr.ecr.eu-west-1.amazonaws.com",
		"us-gov-west-1": "111111111111.dkr.ecr.us-gov-west-1.amazonaws.com",
		"cn-north-1":    "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn",
	} {
		r := newRepository(aws.Config{Region: region}, Spec{Repository: "demo/web"})
		got, err := r.host(t.Context(), "111111111111")
		if err != nil || got != host {
			t.Errorf("%s: %s, %v", region, got, err)
		}
	}
}

func TestAnInterruptedFirstPublishIsHealedByTheNext(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	_, err := r.CreateRepository(t.Context(), &ecrapi.CreateRepositoryInput{RepositoryName: aws.String("demo/web"),
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
		EncryptionConfiguration:    &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeAes256},
		Tags:                       tagList(map[string]string{"ferry:application": "demo", "ferry:service": "web"})})
	check(t, err)
	spec, _ := specOf(t)
	_, err = Publish(t.Context(), r.config(t), spec, event.Discard)
	check(t, err)
	checkRepository(t, r)
}

func TestAnErrorIsNeverTakenForAnImageThatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"AccessDeniedException", "ServerException", "InvalidParameterException", "NotFoundSomehow"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			r := newRegistry(t)
			r.broken["DescribeImages"] = &wire.Error{Code: code, Message: "no", Status: http.StatusBadRequest}
			spec, b := specOf(t)
			_, err := Publish(t.Context(), r.config(t), spec, event.Discard)
			if err == nil || b.builds > 0 || r.counts()["CreateRepository"] > 0 {
				t.Errorf("it went on: %v", err)
			}
		})
	}
}

func TestAFailedBuildLeavesNoRepositoryBehind(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	spec, b := specOf(t)
	b.err = &fault.Error{What: "web: building failed"}
	_, err := Publish(t.Context(), r.config(t), spec, event.Discard)
	if !errors.Is(err, b.err) {
		t.Error(err)
	}
	if n := r.counts()["CreateRepository"]; n != 0 {
		t.Errorf("CreateRepository %d times", n)
	}
}

func TestAnImageForAnotherPlatformIsNotPushed(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	spec, _ := specOf(t)
	spec.Platform = manifest.Platform{OS: "LINUX", Arch: "ARM64"}
	_, err := Publish(t.Context(), r.config(t), spec, event.Discard)
	if fault.ExitCode(err) != fault.Refused {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]int{"DescribeImages": 1, "GetAuthorizationToken": 1}, r.counts()); diff != "" {
		t.Error(diff)
	}
}

func TestOfTwoBuildsOfTheSameInputsTheFirstToArriveIsTheImage(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	first, _ := specOf(t)
	second, _ := specOf(t)
	var winner Published
	var begun atomic.Bool
	r.before = func(call string) {
		if call != "PUT blob" || begun.Swap(true) {
			return
		}
		var err error // while the second one sends its layers, the first one comes to its end
		if winner, err = Publish(t.Context(), r.config(t), first, event.Discard); err != nil {
			t.Error(err)
		}
	}
	got, err := Publish(t.Context(), r.config(t), second, event.Discard)
	check(t, err)
	if diff := cmp.Diff(winner, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheUsersOwnTagIsPutBesideTheInputs(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	spec, b := specOf(t)
	spec.ExtraTag = "v1"
	_, err := Publish(t.Context(), r.config(t), spec, event.Discard)
	check(t, err)
	for _, tag := range []string{"v2", "v2"} {
		spec.ExtraTag = tag
		_, err = Publish(t.Context(), r.config(t), spec, event.Discard)
		check(t, err)
	}
	out, err := r.DescribeImages(t.Context(), &ecrapi.DescribeImagesInput{RepositoryName: aws.String("demo/web")})
	check(t, err)
	digest, err := b.img.Digest()
	check(t, err)
	want := []types.ImageDetail{{ImageDigest: aws.String(digest.String()), ImageTags: []string{spec.Tag, "v1", "v2"}}}
	got := []types.ImageDetail{}
	for _, d := range out.ImageDetails {
		got = append(got, types.ImageDetail{ImageDigest: d.ImageDigest, ImageTags: d.ImageTags})
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(types.ImageDetail{}), cmp.Comparer(sameTags)); diff != "" {
		t.Error(diff)
	}
	if n := r.counts()["PutImage"]; n != 1 {
		t.Errorf("PutImage %d times", n)
	}
}

func sameTags(a, b []string) bool {
	set := map[string]bool{}
	for _, s := range a {
		set[s] = true
	}
	for _, s := range b {
		if !set[s] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestAPushSurvivesAServerThatStumbles(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	r.flaky = 1
	spec, _ := specOf(t)
	got, err := Publish(t.Context(), r.config(t), spec, event.Discard)
	if err != nil || !got.Pushed {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestACancelledPublishLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	r := newRegistry(t)
	spec, _ := specOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.before = func(call string) {
		if call == "PUT blob" {
			cancel()
		}
	}
	_, err := Publish(ctx, r.config(t), spec, event.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	left, err := os.ReadDir(dir)
	check(t, err)
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestATagInECRIsResolvedSoThatNewBytesUnderItAreDeployed(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	built, _ := specOf(t)
	published, err := Publish(t.Context(), r.config(t), built, event.Discard)
	check(t, err)
	const host = "000000000000.dkr.ecr.us-east-1.amazonaws.com"
	got, err := Publish(t.Context(), r.config(t), Spec{Service: "web", Location: host + "/" + built.Repository + ":" + built.Tag}, event.Discard)
	check(t, err)
	want := Published{Ref: host + "/" + built.Repository + "@" + published.Digest, Digest: published.Digest}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, err = Publish(t.Context(), r.config(t), Spec{Service: "web", Location: host + "/" + built.Repository}, event.Discard)
	if fault.ExitCode(err) != fault.Refused {
		t.Errorf("a tag that is not there: got %v, want a fault of code %d", err, fault.Refused)
	}
}

func TestAPrebuiltImageElsewhereAsksNobody(t *testing.T) {
	t.Parallel()
	for ref, digest := range map[string]string{
		"nginx:1.27": "",
		"public.ecr.aws/x/y@sha256:" + strings.Repeat("0", 64): "sha256:" + strings.Repeat("0", 64),
	} {
		got, err := Publish(t.Context(), aws.Config{}, Spec{Location: ref}, event.Discard)
		check(t, err)
		if diff := cmp.Diff(Published{Ref: ref, Digest: digest}, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWhatTheApplicationKeepsTakesThePlaceOfARepositorysPolicy(t *testing.T) {
	t.Parallel()
	r := newRegistry(t)
	spec, _ := specOf(t)
	kept := func(keeps Retention, tag string) string {
		t.Helper()
		spec.Retention, spec.Tag = keeps, strings.Repeat(tag, 16)
		_, err := Publish(t.Context(), r.config(t), spec, event.Discard)
		check(t, err)
		policy, err := r.GetLifecyclePolicy(t.Context(), &ecrapi.GetLifecyclePolicyInput{RepositoryName: &spec.Repository})
		check(t, err)
		return aws.ToString(policy.LifecyclePolicyText)
	}
	usual, own := Retention{}, Retention{Images: 50, UntaggedDays: 7, Said: true}
	for i, c := range []struct{ keeps, want Retention }{{usual, usual}, {own, own}, {usual, own}} {
		if got := kept(c.keeps, string(rune('a'+i))+"0"); got != c.want.policy() {
			t.Errorf("publish %d: %s", i+1, got)
		}
	}
}
