package site_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/site"
)

// world is a site's stack on the emulator, and a project whose directory public is the site.
type world struct {
	*emulatortest.Handle
	*site.Client
	t                            *testing.T
	dir                          string
	bucket, distribution, domain string
}

func newWorld(t *testing.T, files ...string) *world {
	t.Helper()
	w := &world{Handle: emulatortest.Start(t), t: t, dir: project(t, files...)}
	w.Client = site.New(w.Config)
	s := plan.NewService(manifest.App{Name: "demo"}, manifest.Environment{Name: "test"}, manifest.Workload{Name: "docs", Type: manifest.StaticSite, Site: &manifest.Site{}}, nil)
	template, err := render.ServiceStack(s)
	w.must(err)
	c := cloudformation.NewFromConfig(w.Config)
	_, err = c.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &s.Stack, TemplateBody: aws.String(string(template))})
	w.must(err)
	for {
		out, err := c.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &s.Stack})
		w.must(err)
		if st := out.Stacks[0]; st.StackStatus == types.StackStatusCreateComplete {
			for _, o := range st.Outputs {
				switch *o.OutputKey {
				case plan.OutputSiteBucket:
					w.bucket = *o.OutputValue
				case plan.OutputSiteDistribution:
					w.distribution = *o.OutputValue
				case plan.OutputSiteDomain:
					w.domain = *o.OutputValue
				}
			}
			return w
		} else if !strings.HasSuffix(string(st.StackStatus), "IN_PROGRESS") {
			t.Fatal(st.StackStatus, aws.ToString(st.StackStatusReason))
		}
		w.must(w.Clock.Wait(t.Context(), time.Second))
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// compare says what a release would do.
func (w *world) compare() site.Diff {
	w.t.Helper()
	files, err := site.Files(w.dir, []manifest.SiteFiles{{Source: "public", Recursive: true}})
	w.must(err)
	d, err := w.Compare(w.t.Context(), w.bucket, w.distribution, files)
	w.must(err)
	return d
}

func (w *world) release(ctx context.Context) (bool, error) {
	return w.Release(ctx, w.dir, w.bucket, w.distribution, w.compare())
}

func (w *world) get(path string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.domain+path, nil)
	w.must(err)
	out, err := w.Config.HTTPClient.Do(r)
	w.must(err)
	defer out.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(out.Body)
	w.must(err)
	if out.StatusCode != http.StatusOK {
		return out.Status
	}
	return string(body)
}

// short is a diff by keys.
func short(d site.Diff) [2][]string {
	var send []string
	for _, f := range d.Send {
		send = append(send, f.Key)
	}
	return [2][]string{send, d.Gone}
}

func TestOnlyWhatHasChangedIsSentAndWhatIsGoneIsRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "public/index.html", "public/a.css", "public/old.txt")
	_, err := w.release(t.Context())
	w.must(err)
	got := []string{w.get("/"), w.get("/a.css"), w.get("/old.txt")}
	if d := w.compare(); !d.Empty() {
		t.Errorf("the same again would do %+v", d)
	}
	write(t, w.dir, "public/a.css", "changed")
	write(t, w.dir, "public/docs/index.html", "docs")
	w.must(removeFile(w.dir, "public/old.txt"))
	if diff := cmp.Diff([2][]string{{"a.css", "docs/index.html"}, {"old.txt"}}, short(w.compare())); diff != "" {
		t.Error(diff)
	}
	w.ResetCalls()
	_, err = w.release(t.Context())
	w.must(err)
	got = append(got, w.get("/"), w.get("/a.css"), w.get("/docs"), w.get("/old.txt"))
	want := []string{"public/index.html", "public/a.css", "public/old.txt", "public/index.html", "changed", "docs", "404 Not Found"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	ops := w.Operations()
	if diff := cmp.Diff([]string{"s3.PutObject", "s3.PutObject", "s3.DeleteObjects", "cloudfront.CreateInvalidation"}, ops[len(ops)-4:]); diff != "" {
		t.Error(diff)
	}
}

func TestNothingToDoCostsOneRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "public/index.html")
	_, err := w.release(t.Context())
	w.must(err)
	w.ResetCalls()
	w.SetLatency(20 * time.Millisecond)
	if d := w.compare(); !d.Empty() || w.Depth() != 1 || len(w.Calls()) != 2 {
		t.Errorf("%+v; %v, of which %d one after another", d, w.Operations(), w.Depth())
	}
}

func TestAReleaseThatFailsIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "public/index.html", "public/a.css", "public/b.css")
	_, err := w.release(t.Context())
	w.must(err)
	write(t, w.dir, "public/a.css", "a2")
	write(t, w.dir, "public/index.html", "page 2")
	write(t, w.dir, "public/new.css", "new")
	w.Fault(emulator.Fault{Service: "s3", Operation: "PutObject", After: 2, Code: "AccessDenied", Message: "no", Status: http.StatusForbidden})
	undone, err := w.release(t.Context())
	if !undone || err == nil || !strings.Contains(err.Error(), "sending public/index.html") {
		t.Errorf("undone %v: %v", undone, err)
	}
	w.ClearFaults()
	if diff := cmp.Diff([2][]string{{"a.css", "index.html", "new.css"}, nil}, short(w.compare())); diff != "" {
		t.Error(diff)
	}
	if got := w.get("/a.css") + w.get("/"); got != "public/a.csspublic/index.html" {
		t.Errorf("the site is now %q", got)
	}
}

func TestAReleaseThatCloudFrontWasNotToldOfIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "public/index.html")
	_, err := w.release(t.Context())
	w.must(err)
	w.get("/")
	w.must(w.Clock.Wait(t.Context(), 1100*time.Second)) // S3 dates objects to the second
	write(t, w.dir, "public/index.html", "two")
	w.Fault(emulator.Fault{Service: "cloudfront", Operation: "CreateInvalidation", Code: "TooManyInvalidationsInProgress", Status: http.StatusBadRequest})
	if undone, err := w.release(t.Context()); undone || err == nil {
		t.Errorf("undone %v: %v", undone, err)
	}
	w.ClearFaults()
	before := w.get("/")
	if d := w.compare(); !d.Stale || d.Empty() {
		t.Errorf("%+v", d)
	}
	_, err = w.release(t.Context())
	w.must(err)
	if got := []string{before, w.get("/")}; got[0] != "public/index.html" || got[1] != "two" {
		t.Errorf("got %q", got)
	}
}

func TestAnEmptiedBucketHasNoVersionsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "public/index.html", "public/a.css")
	for _, content := range []string{"1", "2"} {
		write(t, w.dir, "public/a.css", content)
		_, err := w.release(t.Context())
		w.must(err)
	}
	n, err := w.Empty(t.Context(), w.bucket)
	w.must(err)
	again, err := w.Empty(t.Context(), w.bucket)
	w.must(err)
	none, err := w.Empty(t.Context(), "no-such-bucket")
	w.must(err)
	if n != 3 || again != 0 || none != 0 {
		t.Errorf("%d, %d and %d versions", n, again, none)
	}
}
