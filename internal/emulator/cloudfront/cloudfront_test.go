package cloudfront_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// site is a bucket behind a distribution, and a server of one's own behind a path of it.
const site = `
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: site}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:GetObject
            Resource: !Sub "${Bucket.Arn}/*"
            Condition: {StringEquals: {"AWS:SourceArn": !Sub "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}}
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:ListBucket
            Resource: !GetAtt Bucket.Arn
  Access: {Type: AWS::CloudFront::OriginAccessControl, Properties: {OriginAccessControlConfig: {Name: site, OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4}}}
  Rewrite:
    Type: AWS::CloudFront::Function
    Properties:
      Name: site
      AutoPublish: true
      FunctionConfig: {Comment: index, Runtime: cloudfront-js-2.0}
      FunctionCode: |
        function handler(event) {
          var request = event.request;
          var uri = request.uri;
          if (uri.endsWith('/')) {
            request.uri = uri + 'index.html';
          } else if (!uri.slice(uri.lastIndexOf('/')).includes('.')) {
            request.uri = uri + '/index.html';
          }
          return request;
        }
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        DefaultRootObject: index.html
        Origins:
          - {Id: files, DomainName: !GetAtt Bucket.RegionalDomainName, OriginAccessControlId: !Ref Access, S3OriginConfig: {OriginAccessIdentity: ""}}
          - {Id: api, DomainName: ORIGIN, CustomOriginConfig: {OriginProtocolPolicy: http-only}, OriginCustomHeaders: [{HeaderName: X-From, HeaderValue: cdn}]}
        DefaultCacheBehavior:
          TargetOriginId: files
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
          FunctionAssociations: [{EventType: viewer-request, FunctionARN: !GetAtt Rewrite.FunctionARN}]
        CacheBehaviors:
          - {PathPattern: "api/*", TargetOriginId: api, ViewerProtocolPolicy: allow-all, AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE],
             CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad, OriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3}
        CustomErrorResponses: [{ErrorCode: 404, ResponseCode: 404, ResponsePagePath: /404.html}]
Outputs:
  Domain: {Value: !GetAtt Distribution.DomainName}
  Id: {Value: !Ref Distribution}
`

type world struct {
	*emulatortest.Handle
	t      *testing.T
	domain string
	id     string
}

func deploy(t *testing.T, template string) (world, string) {
	t.Helper()
	return deployOn(t, emulatortest.Start(t), template)
}

// deployOn makes a stack and returns its end: "ok", or why it failed.
func deployOn(t *testing.T, h *emulatortest.Handle, template string) (world, string) {
	t.Helper()
	w := world{Handle: h, t: t}
	c := cloudformation.NewFromConfig(h.Config)
	out, err := c.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("site"), TemplateBody: &template, OnFailure: cftypes.OnFailureDoNothing})
	w.must(err)
	for {
		st, err := c.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: out.StackId})
		w.must(err)
		switch s := st.Stacks[0]; {
		case s.StackStatus == cftypes.StackStatusCreateComplete:
			for _, o := range s.Outputs {
				if *o.OutputKey == "Domain" {
					w.domain = *o.OutputValue
				} else {
					w.id = *o.OutputValue
				}
			}
			return w, "ok"
		case !strings.HasSuffix(string(s.StackStatus), "IN_PROGRESS"):
			events, err := c.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: out.StackId})
			w.must(err)
			why := ""
			for _, e := range events.StackEvents {
				if strings.HasSuffix(string(e.ResourceStatus), "FAILED") {
					why = aws.ToString(e.ResourceStatusReason)
				}
			}
			return w, why
		}
		w.must(h.Clock.Wait(t.Context(), time.Second))
	}
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) put(key, body, cacheControl string) {
	w.t.Helper()
	_, err := s3.NewFromConfig(w.Config, func(o *s3.Options) { o.UsePathStyle = true }).PutObject(w.t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("site"), Key: &key, Body: strings.NewReader(body), ContentType: aws.String("text/html"), CacheControl: &cacheControl})
	w.must(err)
}

// get returns status, X-Cache and body.
func (w world) get(path string, header ...string) string {
	w.t.Helper()
	return w.do(http.MethodGet, path, header...)
}

func (w world) do(method, path string, header ...string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+w.domain+path, nil)
	w.must(err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	out, err := w.Config.HTTPClient.Do(r)
	w.must(err)
	defer out.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(out.Body)
	w.must(err)
	text := string(body)
	if strings.HasPrefix(text, "<?xml") {
		text = text[strings.Index(text, "<Code>")+6 : strings.Index(text, "</Code>")]
	}
	from, _, _ := strings.Cut(out.Header.Get("X-Cache"), " ")
	return fmt.Sprint(out.StatusCode, " ", from, " ", strings.TrimSpace(text))
}

func TestADistributionServesABucketAndAServerByPath(t *testing.T) {
	t.Parallel()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.URL, r.Header.Get("X-From"), r.Header.Get("Cookie"))
	}))
	t.Cleanup(origin.Close)
	w, end := deploy(t, strings.ReplaceAll(site, "ORIGIN", strings.TrimPrefix(origin.URL, "http://")))
	if end != "ok" {
		t.Fatal(end)
	}
	got := []string{w.get("/")}
	for key, body := range map[string]string{"index.html": "home", "docs/index.html": "docs", "a b.txt": "blank"} {
		w.put(key, body, "")
	}
	invalidate(w, "/*")
	got = append(got, w.get("/"), w.get("/"), w.get("/docs"), w.get("/docs/"), w.get("/a%20b.txt"), w.get("/none.css"), w.do(http.MethodPost, "/"),
		w.get("/index.html", "Range", "bytes=1-2"), w.do(http.MethodPost, "/api/x?q=1", "Cookie", "c=d"), w.get("/api/x"), w.get("/api/x"))
	w.put("404.html", "not here", "")
	invalidate(w, "/*")
	got = append(got, w.get("/none.css"))
	want := []string{
		"404 Error NoSuchKey", "200 Miss home", "200 Hit home", "200 Miss docs", "200 Hit docs", "200 Miss blank", "404 Error NoSuchKey",
		"403  This distribution is not configured to allow the HTTP request method that was used for this request.", "206 Hit om",
		"200 Miss POST /api/x?q=1 cdn c=d", "200 Miss GET /api/x cdn", "200 Miss GET /api/x cdn", "404 Miss not here",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func invalidate(w world, paths ...string) *cloudfront.CreateInvalidationOutput {
	w.t.Helper()
	out, err := cloudfront.NewFromConfig(w.Config).CreateInvalidation(w.t.Context(), &cloudfront.CreateInvalidationInput{DistributionId: &w.id, InvalidationBatch: &types.InvalidationBatch{
		CallerReference: aws.String(time.Now().String()), Paths: &types.Paths{Quantity: aws.Int32(int32(len(paths))), Items: paths}}})
	w.must(err)
	return out
}

func TestWhatIsKeptIsServedUntilItsTimeOrAnInvalidation(t *testing.T) {
	t.Parallel()
	w, end := deploy(t, strings.ReplaceAll(site, "ORIGIN", "127.0.0.1:1"))
	if end != "ok" {
		t.Fatal(end)
	}
	w.put("a.html", "a1", "")
	w.put("b.html", "b1", "max-age=0")
	got := []string{w.get("/a.html"), w.get("/b.html")}
	w.put("a.html", "a2", "")
	w.put("b.html", "b2", "max-age=0")
	w.must(w.Clock.Wait(t.Context(), 2*time.Second)) // what may not be kept is kept for a second: the policy's least
	got = append(got, w.get("/a.html"), w.get("/b.html"))
	invalidate(w, "/b*")
	got = append(got, w.get("/a.html"))
	out := invalidate(w, "/a.html")
	got = append(got, w.get("/a.html"))
	w.must(cloudfront.NewInvalidationCompletedWaiter(cloudfront.NewFromConfig(w.Config), func(o *cloudfront.InvalidationCompletedWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Millisecond, 10*time.Millisecond
	}).Wait(t.Context(), &cloudfront.GetInvalidationInput{DistributionId: &w.id, Id: out.Invalidation.Id}, time.Minute))
	if d := cmp.Diff([]string{"200 Miss a1", "200 Miss b1", "200 Hit a1", "200 Miss b2", "200 Hit a1", "200 Miss a2"}, got); d != "" {
		t.Error(d)
	}
}

func TestABucketIsReadOnlyAsItsPolicyLetsIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"another distribution":     {`distribution/${Distribution}"`, `distribution/EOTHER"`, "403 Error AccessDenied"},
		"no origin access control": {"OriginAccessControlId: !Ref Access, ", "", "403 Error AccessDenied"},
		"another bucket's objects": {`"${Bucket.Arn}/*"`, `"${Bucket.Arn}/other/*"`, "403 Error AccessDenied"},
		"the distribution":         {"x", "x", "200 Miss home"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, end := deploy(t, strings.ReplaceAll(strings.ReplaceAll(site, "ORIGIN", "127.0.0.1:1"), c.from, c.to))
			if end != "ok" {
				t.Fatal(end)
			}
			w.put("index.html", "home", "")
			if got := w.get("/"); got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestAConfigurationThatCloudFrontRefusesIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"an alias without a certificate":    {"Enabled: true", "Enabled: true\n        Aliases: [www.example.com]", "attach a trusted certificate"},
		"a certificate of another region":   {"Enabled: true", "Enabled: true\n        ViewerCertificate: {AcmCertificateArn: \"arn:aws:acm:eu-west-1:1:certificate/x\", SslSupportMethod: sni-only}", "isn't in us-east-1"},
		"an origin that is not there":       {"TargetOriginId: files", "TargetOriginId: other", "do not exist"},
		"a cache policy that is not there":  {"658327ea-f89d-4fab-a63d-7e88639e58f6", "658327ea", "cache policy does not exist"},
		"code that is not known":            {"'/index.html'", "'/main.html'", "runs no JavaScript"},
		"an origin with a scheme":           {"ORIGIN", "http://x/", "valid host"},
		"a property that is not understood": {"Enabled: true", "Enabled: true\n        Continuous: 1", "extraneous key [Continuous]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, end := deploy(t, strings.ReplaceAll(strings.ReplaceAll(site, c.from, c.to), "ORIGIN", "127.0.0.1:1")); !strings.Contains(end, c.want) {
				t.Errorf("got %q", end)
			}
		})
	}
}

func TestADistributionIsServedOnItsPortAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := emulatortest.New(emulatortest.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	w, end := deployOn(t, first, strings.ReplaceAll(site, "ORIGIN", "127.0.0.1:1"))
	if end != "ok" {
		t.Fatal(end)
	}
	w.put("index.html", "home", "")
	w.must(first.Close())
	w.Handle = emulatortest.Start(t, emulatortest.WithDir(dir))
	if got := w.get("/"); got != "200 Miss home" {
		t.Errorf("got %q", got)
	}
}

func TestTheAWSCommandLineSeesDistributions(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	w, end := deployOn(t, h, strings.ReplaceAll(site, "ORIGIN", "127.0.0.1:1"))
	if end != "ok" {
		t.Fatal(end)
	}
	run := emulatortest.AWSOf(t, h)
	got := []string{
		run("cloudfront", "list-distributions", "--query", "DistributionList.Items[].[Id,DomainName,Status,Origins.Items[0].DomainName]"),
		run("cloudfront", "get-distribution", "--id", w.id, "--query", "Distribution.DistributionConfig.DefaultCacheBehavior.FunctionAssociations.Items[0].EventType"),
		run("cloudfront", "create-invalidation", "--distribution-id", w.id, "--paths", "/a", "/b", "--query", "Invalidation.InvalidationBatch.Paths.Items"),
		run("cloudfront", "list-invalidations", "--distribution-id", w.id, "--query", "length(InvalidationList.Items)"),
		run("cloudfront", "list-origin-access-controls", "--query", "OriginAccessControlList.Items[].Name"),
		run("cloudfront", "list-functions", "--query", "FunctionList.Items[].Name"),
	}
	want := []string{w.id + "\t" + w.domain + "\tDeployed\tsite.s3.us-east-1.amazonaws.com", "viewer-request", "/a\t/b", "1", "site", "site"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnOriginsCompressedAnswerIsPassedOnAsItIs(t *testing.T) {
	t.Parallel()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "small") //nolint:errcheck // the client reads it
		z.Close()                  //nolint:errcheck // likewise
	}))
	t.Cleanup(origin.Close)
	w, end := deploy(t, strings.ReplaceAll(site, "ORIGIN", strings.TrimPrefix(origin.URL, "http://")))
	if end != "ok" {
		t.Fatal(end)
	}
	if got := w.get("/api/"); got != "200 Miss small" {
		t.Errorf("got %q", got)
	}
}
