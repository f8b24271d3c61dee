package cfn_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

const bucketTemplate = `
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: demo-site
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}
      OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerEnforced}]}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration: {Rules: [{Id: old, Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}}]}
      Tags: [{Key: a, Value: b}]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: !Sub "${Bucket.Arn}/*"}]}
Outputs: {Out: {Value: !GetAtt Bucket.RegionalDomainName}}
`

func TestABucketIsMadeChangedAndRemovedOnlyWhenItIsEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.deps.S3.Serve(rw, r, w.deps.S3.Operation(r), "id") //nolint:errcheck // the client has it
	}))
	t.Cleanup(server.Close)
	c := s3.New(s3.Options{BaseEndpoint: &server.URL, Region: "us-east-1", UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "s", "")})
	ctx, name := t.Context(), aws.String("demo-site")
	st := w.create("site", bucketTemplate)
	if st.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	look := func() (got []string) {
		versioning, err := c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: name})
		w.must(err)
		rules, err := c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: name})
		if err == nil {
			got = append(got, *rules.Rules[0].ID)
		} else {
			got = append(got, emulatortest.Code(err))
		}
		policy, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: name})
		w.must(err)
		ownership, err := c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: name})
		w.must(err)
		return append(got, string(versioning.Status), *policy.Policy, string(ownership.OwnershipControls.Rules[0].ObjectOwnership))
	}
	policy := `{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::demo-site/*"}],"Version":"2012-10-17"}`
	if d := cmp.Diff([]string{"old", "Enabled", policy, "BucketOwnerEnforced"}, look()); d != "" {
		t.Error(d)
	}
	next := strings.ReplaceAll(bucketTemplate, "      VersioningConfiguration: {Status: Enabled}\n", "")
	next = strings.ReplaceAll(next, "LifecycleConfiguration: {Rules: [{Id: old, Status: Enabled, NoncurrentVersionExpiration: {NoncurrentDays: 30}, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}}]}", "AccessControl: Private")
	set := w.change("site", "next", strings.ReplaceAll(next, "s3:GetObject", "s3:ListBucket"), types.ChangeSetTypeUpdate)
	_, err := w.ExecuteChangeSet(ctx, &cf.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId})
	w.must(err)
	if st = w.settled("site"); st.StackStatus != types.StackStatusUpdateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	if d := cmp.Diff([]string{"NoSuchLifecycleConfiguration", "Suspended", strings.ReplaceAll(policy, "GetObject", "ListBucket"), "BucketOwnerEnforced"}, look()); d != "" {
		t.Error(d)
	}
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: aws.String("k"), Body: strings.NewReader("x")})
	w.must(err)
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteFailed {
		t.Errorf("with an object in its bucket the stack is %s", st.StackStatus)
	}
	_, err = c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: name, Key: aws.String("k"), VersionId: aws.String("null")})
	w.must(err)
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}
