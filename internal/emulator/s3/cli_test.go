package s3_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestTheAWSCommandLineCopiesSyncsAndRemoves(t *testing.T) {
	t.Parallel()
	aws, dir := emulatortest.AWS(t), t.TempDir()
	for name, body := range map[string]string{"index.html": "<p>", "css/a.css": "p{}", "big.bin": strings.Repeat("0123456789", 1<<20)} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	aws("s3", "mb", "s3://site")
	aws("s3", "sync", "--no-progress", dir, "s3://site/x")
	list := func() string {
		return aws("s3api", "list-objects-v2", "--bucket", "site", "--query", "Contents[].[Key,Size]")
	}
	got := []string{
		list(),
		aws("s3api", "head-object", "--bucket", "site", "--key", "x/css/a.css", "--query", "ContentType"),
		aws("s3", "cp", "--no-progress", "s3://site/x/index.html", "-"),
		aws("s3", "sync", "--no-progress", "s3://site/x", filepath.Join(dir, "back")),
		aws("s3", "ls", "s3://site/x/css/")[len("2026-11-22 21:00:00 "):],
		aws("s3", "rm", "--recursive", "s3://site", "--only-show-errors"),
		list(),
		aws("s3", "rb", "s3://site"),
	}
	back, err := os.ReadFile(filepath.Join(dir, "back", "big.bin"))
	if err != nil || len(back) != 10<<20 {
		t.Errorf("%d bytes came back: %v", len(back), err)
	}
	got[3] = ""
	want := []string{"x/big.bin\t10485760\nx/css/a.css\t3\nx/index.html\t3", "text/css", "<p>", "", "         3 a.css", "", "None", "remove_bucket: site"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const boto = `
import boto3, json
from botocore.config import Config
s3 = boto3.client('s3', config=Config(signature_version='s3v4', s3={'addressing_style': 'path'}))
out = {}
s3.create_bucket(Bucket='site')
s3.get_waiter('bucket_exists').wait(Bucket='site')
put = s3.put_object(Bucket='site', Key='a/b', Body=b'hello', ContentType='text/plain', Metadata={'K': 'v'}, Tagging='x=y')
out['sum'] = put['ChecksumCRC32']
got = s3.get_object(Bucket='site', Key='a/b', ChecksumMode='ENABLED')
out['got'] = [got['Body'].read().decode(), got['ContentType'], got['Metadata'], got['ChecksumCRC32'] == put['ChecksumCRC32']]
out['tags'] = s3.get_object_tagging(Bucket='site', Key='a/b')['TagSet']
s3.upload_file('/proc/self/exe', 'site', 'exe')
out['head'] = s3.head_object(Bucket='site', Key='exe')['ContentLength'] > 1000
out['objects'] = [o['Key'] for o in s3.list_objects(Bucket='site')['Contents']]
try:
    s3.head_object(Bucket='site', Key='none')
except s3.exceptions.ClientError as e:
    out['none'] = e.response['Error']['Code']
try:
    s3.get_object(Bucket='site', Key='none')
except s3.exceptions.NoSuchKey as e:
    out['key'] = e.response['Error']['Message']
out['presigned'] = s3.generate_presigned_url('get_object', Params={'Bucket': 'site', 'Key': 'a/b'})
import urllib.request
out['presigned'] = urllib.request.urlopen(out['presigned']).read().decode()
s3.delete_objects(Bucket='site', Delete={'Objects': [{'Key': 'a/b'}, {'Key': 'exe'}]})
s3.delete_bucket(Bucket='site')
out['buckets'] = s3.list_buckets()['Buckets']
print(json.dumps(out))
`

func TestBoto3PutsGetsAndDeletes(t *testing.T) {
	t.Parallel()
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run(); err != nil {
		t.Skip("boto3 is not installed")
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-c", boto)
	cmd.Env = append(os.Environ(), emulatortest.Start(t).Env()...)
	out, err := cmd.CombinedOutput()
	var got map[string]any
	if err != nil || json.Unmarshal(out, &got) != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]any{
		"sum": "NhCmhg==", "got": []any{"hello", "text/plain", map[string]any{"k": "v"}, true}, "tags": []any{map[string]any{"Key": "x", "Value": "y"}}, "head": true,
		"objects": []any{"a/b", "exe"}, "none": "404", "key": "The specified key does not exist.", "presigned": "hello", "buckets": []any{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
