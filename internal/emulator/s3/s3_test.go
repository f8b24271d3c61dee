package s3_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// client is a real client, path style, as loopback needs it.
func client(h *emulatortest.Handle) *s3.Client {
	return s3.NewFromConfig(h.Config, func(o *s3.Options) {
		o.UsePathStyle = true
		o.RequestChecksumCalculation, o.ResponseChecksumValidation = aws.RequestChecksumCalculationWhenSupported, aws.ResponseChecksumValidationWhenSupported
	})
}

// world is a client with one bucket.
type world struct {
	*s3.Client
	t      *testing.T
	bucket *string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{client(emulatortest.Start(t)), t, aws.String("site")}
	_, err := w.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: w.bucket})
	w.must(err)
	return w
}

func (w world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) put(key, body string) *s3.PutObjectOutput {
	w.t.Helper()
	out, err := w.PutObject(w.t.Context(), &s3.PutObjectInput{Bucket: w.bucket, Key: &key, Body: strings.NewReader(body)})
	w.must(err)
	return out
}

func (w world) get(key, version string) string {
	w.t.Helper()
	in := &s3.GetObjectInput{Bucket: w.bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := w.GetObject(w.t.Context(), in)
	if err != nil {
		return emulatortest.Code(err)
	}
	data, err := io.ReadAll(out.Body)
	w.must(err)
	return string(data)
}

func (w world) keys(in *s3.ListObjectsV2Input) (keys []string) {
	w.t.Helper()
	in.Bucket = w.bucket
	pages := s3.NewListObjectsV2Paginator(w, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.t.Context())
		w.must(err)
		for _, p := range page.CommonPrefixes {
			keys = append(keys, *p.Prefix)
		}
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

func TestAnObjectComesBackAsItWasPut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := "a dir/ä+b%20c.html"
	put, err := w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: w.bucket, Key: &key, Body: strings.NewReader("<p>hi</p>"), ContentType: aws.String("text/html"),
		CacheControl: aws.String("max-age=60"), Metadata: map[string]string{"digest": "abc"}})
	w.must(err)
	got, err := w.GetObject(t.Context(), &s3.GetObjectInput{Bucket: w.bucket, Key: &key, ChecksumMode: types.ChecksumModeEnabled})
	w.must(err)
	body, err := io.ReadAll(got.Body)
	w.must(err)
	type seen struct {
		Body, Type, Cache, ETag, CRC string
		Meta                         map[string]string
	}
	want := seen{"<p>hi</p>", "text/html", "max-age=60", *put.ETag, aws.ToString(put.ChecksumCRC32), map[string]string{"digest": "abc"}}
	if d := cmp.Diff(want, seen{string(body), *got.ContentType, *got.CacheControl, *got.ETag, aws.ToString(got.ChecksumCRC32), got.Metadata}); d != "" || want.CRC == "" {
		t.Error(want.CRC, d)
	}
	if d := cmp.Diff([]string{key}, w.keys(&s3.ListObjectsV2Input{})); d != "" {
		t.Error(d)
	}
}

func TestReadsAndWritesKeepTheirConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	etag := w.put("k", "0123456789").ETag
	var got []string
	get := func(in *s3.GetObjectInput) {
		in.Bucket, in.Key = w.bucket, aws.String("k")
		out, err := w.GetObject(t.Context(), in)
		if err != nil {
			got = append(got, emulatortest.Code(err))
			return
		}
		data, err := io.ReadAll(out.Body)
		w.must(err)
		got = append(got, string(data)+" "+aws.ToString(out.ContentRange))
	}
	get(&s3.GetObjectInput{Range: aws.String("bytes=2-4")})
	get(&s3.GetObjectInput{Range: aws.String("bytes=-3")})
	get(&s3.GetObjectInput{Range: aws.String("bytes=8-")})
	get(&s3.GetObjectInput{Range: aws.String("bytes=10-")})
	get(&s3.GetObjectInput{IfMatch: etag})
	get(&s3.GetObjectInput{IfMatch: aws.String("other")})
	get(&s3.GetObjectInput{IfNoneMatch: etag})
	_, err := w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: w.bucket, Key: aws.String("k"), IfNoneMatch: aws.String("*")})
	got = append(got, emulatortest.Code(err))
	_, err = w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: w.bucket, Key: aws.String("k"), IfMatch: etag, Body: strings.NewReader("new")})
	got = append(got, emulatortest.Code(err), w.get("k", ""), w.get("none", ""))
	want := []string{"234 bytes 2-4/10", "789 bytes 7-9/10", "89 bytes 8-9/10", "InvalidRange", "0123456789 ", "PreconditionFailed", "NotModified", "PreconditionFailed", "ok", "new", "NoSuchKey"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAWrongChecksumIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: w.bucket, Key: aws.String("k"), Body: strings.NewReader("x"), ContentMD5: aws.String("1B2M2Y8AsgTpgAmY7PhCfg==")})
	if got := emulatortest.Code(err); got != "BadDigest" || w.get("k", "") != "NoSuchKey" {
		t.Error(got)
	}
	for _, algorithm := range types.ChecksumAlgorithm("").Values() {
		_, err := w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: w.bucket, Key: aws.String("sums"), Body: strings.NewReader("x"), ChecksumAlgorithm: algorithm})
		if algorithm == types.ChecksumAlgorithmCrc64nvme || algorithm == types.ChecksumAlgorithmCrc32 || algorithm == types.ChecksumAlgorithmSha256 {
			w.must(err)
		}
	}
}

func TestKeysAreListedByPrefixRolledUpAtADelimiterAndInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, k := range []string{"a", "b/1", "b/2", "b/c/3", "d/4", "e"} {
		w.put(k, k)
	}
	for name, c := range map[string]struct {
		in   *s3.ListObjectsV2Input
		want []string
	}{
		"all":       {&s3.ListObjectsV2Input{}, []string{"a", "b/1", "b/2", "b/c/3", "d/4", "e"}},
		"in pages":  {&s3.ListObjectsV2Input{MaxKeys: aws.Int32(2)}, []string{"a", "b/1", "b/2", "b/c/3", "d/4", "e"}},
		"prefix":    {&s3.ListObjectsV2Input{Prefix: aws.String("b/")}, []string{"b/1", "b/2", "b/c/3"}},
		"delimiter": {&s3.ListObjectsV2Input{Delimiter: aws.String("/"), MaxKeys: aws.Int32(1)}, []string{"a", "b/", "d/", "e"}},
		"both":      {&s3.ListObjectsV2Input{Prefix: aws.String("b/"), Delimiter: aws.String("/")}, []string{"b/c/", "b/1", "b/2"}},
		"after":     {&s3.ListObjectsV2Input{StartAfter: aws.String("b/c/3")}, []string{"d/4", "e"}},
	} {
		if d := cmp.Diff(c.want, w.keys(c.in)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestAVersionedBucketKeepsWhatWasThereAndIsEmptyOnlyWithoutIt(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	_, err := w.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: w.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	w.must(err)
	first, second := w.put("k", "one"), w.put("k", "two")
	_, err = w.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: w.bucket, Key: aws.String("k")})
	w.must(err)
	got := []string{w.get("k", ""), w.get("k", *first.VersionId), w.get("k", *second.VersionId)}
	_, err = w.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: w.bucket})
	got = append(got, emulatortest.Code(err))
	versions, err := w.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: w.bucket})
	w.must(err)
	got = append(got, fmt.Sprint(len(versions.Versions), len(versions.DeleteMarkers), *versions.DeleteMarkers[0].IsLatest))
	_, err = w.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: w.bucket, Key: aws.String("k"), VersionId: versions.DeleteMarkers[0].VersionId})
	w.must(err)
	got = append(got, w.get("k", ""))
	in := &s3.DeleteObjectsInput{Bucket: w.bucket, Delete: &types.Delete{}}
	for _, v := range versions.Versions {
		in.Delete.Objects = append(in.Delete.Objects, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	_, err = w.DeleteObjects(ctx, in)
	w.must(err)
	_, err = w.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: w.bucket})
	got = append(got, emulatortest.Code(err), w.get("k", ""))
	if d := cmp.Diff([]string{"NoSuchKey", "one", "two", "BucketNotEmpty", "2 1 true", "two", "ok", "NoSuchBucket"}, got); d != "" {
		t.Error(d)
	}
}

func TestAMultipartUploadBecomesOneObject(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	key := aws.String("big")
	begun, err := w.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: w.bucket, Key: key, ContentType: aws.String("video/mp4")})
	w.must(err)
	big := make([]byte, 5<<20)
	rand.Read(big) //nolint:errcheck // it never fails
	done := &types.CompletedMultipartUpload{}
	for i, body := range [][]byte{big, []byte("end")} {
		n := aws.Int32(int32(i + 1))
		p, err := w.UploadPart(ctx, &s3.UploadPartInput{Bucket: w.bucket, Key: key, UploadId: begun.UploadId, PartNumber: n, Body: bytes.NewReader(body)})
		w.must(err)
		done.Parts = append(done.Parts, types.CompletedPart{ETag: p.ETag, PartNumber: n})
	}
	whole, err := w.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: w.bucket, Key: key, UploadId: begun.UploadId, MultipartUpload: done})
	w.must(err)
	if got := w.get("big", ""); got != string(big)+"end" || !strings.HasSuffix(*whole.ETag, `-2"`) {
		t.Errorf("%d bytes, %s", len(got), *whole.ETag)
	}
	_, err = w.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: w.bucket, Key: key, UploadId: begun.UploadId})
	if got := emulatortest.Code(err); got != "NoSuchUpload" {
		t.Error(got)
	}
}

func TestACopyTakesWhatIsSaidOfTheObjectWithIt(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	_, err := w.PutObject(ctx, &s3.PutObjectInput{Bucket: w.bucket, Key: aws.String("a b"), Body: strings.NewReader("x"), ContentType: aws.String("text/css")})
	w.must(err)
	_, err = w.CopyObject(ctx, &s3.CopyObjectInput{Bucket: w.bucket, Key: aws.String("c"), CopySource: aws.String("site/a%20b")})
	w.must(err)
	head, err := w.HeadObject(ctx, &s3.HeadObjectInput{Bucket: w.bucket, Key: aws.String("c")})
	w.must(err)
	if *head.ContentType != "text/css" || *head.ContentLength != 1 || w.get("c", "") != "x" {
		t.Errorf("%+v", head)
	}
}

func TestABucketsSettingsComeBackOrAreMissingByName(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	note(w.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: w.bucket}))
	note(w.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: w.bucket}))
	note(w.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: w.bucket}))
	note(w.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: w.bucket, Policy: aws.String("{")}))
	note(w.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: w.bucket, Policy: aws.String(`{"Statement":[]}`)}))
	note(w.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: w.bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true)}}))
	note(w.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: w.bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}}}))
	policy, err := w.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: w.bucket})
	w.must(err)
	block, err := w.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: w.bucket})
	w.must(err)
	tags, err := w.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: w.bucket})
	w.must(err)
	encryption, err := w.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: w.bucket})
	w.must(err)
	got = append(got, *policy.Policy, fmt.Sprint(*block.PublicAccessBlockConfiguration.BlockPublicAcls), *tags.TagSet[0].Value,
		string(encryption.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm))
	note(w.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: w.bucket}))
	note(w.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: w.bucket}))
	note(w.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("No")}))
	want := []string{"NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet", "MalformedPolicy", "ok", "ok", "ok", `{"Statement":[]}`, "true", "b", "AES256",
		"NotImplemented", "BucketAlreadyOwnedByYou", "InvalidBucketName"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestObjectsSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := emulatortest.New(emulatortest.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	w := world{client(first), t, aws.String("site")}
	_, err = w.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: w.bucket})
	w.must(err)
	w.put("k", "kept")
	w.must(first.Close())
	if got := (world{client(emulatortest.Start(t, emulatortest.WithDir(dir))), t, w.bucket}).get("k", ""); got != "kept" {
		t.Error(got)
	}
}
