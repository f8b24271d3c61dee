// Package wiretest owns what the codec's tests share: the SDK's snapshots of what goes over the wire, and the SDK's own
// clients as the other side of it, reached through functions instead of a network.
package wiretest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/aws/smithy-go/middleware"
)

// Client makes an SDK client.
type Client func(aws.Config) any

// Modules returns the directories of SDK modules ("ecs", …) by their names.
func Modules(t testing.TB, names ...string) map[string]string {
	t.Helper()
	const prefix = "github.com/aws/aws-sdk-go-v2/service/"
	args := []string{"list", "-m", "-f", "{{.Path}}\t{{.Dir}}"}
	for _, name := range names {
		args = append(args, prefix+name)
	}
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	if err != nil {
		t.Fatalf("find the SDK's modules: %v", err)
	}
	dirs := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		dirs[strings.TrimPrefix(path, prefix)] = dir
	}
	return dirs
}

// Snapshots returns the files of an SDK module's directory that match, which may be none.
func Snapshots(t testing.TB, dir, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// ReadSnapshot splits a snapshot into header and body; its first line is the header "status".
func ReadSnapshot(t testing.TB, file string) (http.Header, []byte) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head := http.Header{}
	for n := 0; ; n++ {
		line, rest, found := bytes.Cut(raw, []byte("\n"))
		raw = rest
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), ": ")
		switch {
		case n == 0:
			head.Set("status", strings.TrimSpace(string(line)))
		case ok:
			head.Set(key, value)
		case !found || n > 1:
			return head, unpacked(t, head, bytes.TrimSpace(raw))
		}
	}
}

// NewInput returns a pointer to a new input of a client's operation, or nil if it has no such operation.
func NewInput(client Client, operation string) any {
	m, ok := reflect.TypeOf(client(aws.Config{})).MethodByName(operation)
	if !ok {
		return nil
	}
	return reflect.New(m.Type.In(2).Elem()).Interface()
}

// unpacked returns a body as it was before compression, and says so in the header.
func unpacked(t testing.TB, head http.Header, body []byte) []byte {
	t.Helper()
	if head.Get("Content-Encoding") != "gzip" {
		return body
	}
	head.Del("Content-Encoding")
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// Path is where the request of a snapshot goes.
func Path(head http.Header) string {
	_, path, _ := strings.Cut(head.Get("status"), " ")
	return path
}

// Transport is an HTTP client that is a function.
type Transport func(*http.Request) (*http.Response, error)

// Do implements the SDK's HTTP client.
func (f Transport) Do(r *http.Request) (*http.Response, error) { return f(r) }

// Answer answers every request with a status, a header and a body.
func Answer(status int, head http.Header, body []byte) Transport {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: head, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
	}
}

// AnswerSnapshot answers every request with a snapshot.
func AnswerSnapshot(head http.Header, body []byte) Transport {
	status, _ := strconv.Atoi(head.Get("status"))
	return Answer(status, head, body)
}

// Send returns the request that the SDK's own client sends for the input, and its body.
func Send(t testing.TB, client Client, operation string, in any) (*http.Request, []byte) {
	t.Helper()
	var sent *http.Request
	var body []byte
	_, err := Call(t, client, operation, in, func(r *http.Request) (*http.Response, error) {
		sent = r
		if r.Body != nil {
			body, _ = io.ReadAll(r.Body)
		}
		return nil, errors.New("not sent")
	})
	if sent == nil {
		t.Fatalf("the SDK sent nothing: %v", err)
	}
	return sent, body
}

// Call runs an operation of the SDK's own client over the given transport, with neither validation nor retries.
func Call(t testing.TB, client Client, operation string, in any, do Transport) (any, error) {
	t.Helper()
	cfg := aws.Config{Region: "us-east-1", HTTPClient: do, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET"}, nil
		}),
		BaseEndpoint: aws.String("http://127.0.0.1"), DisableRequestCompression: true,
		APIOptions: []func(*middleware.Stack) error{func(st *middleware.Stack) error {
			_, _ = st.Initialize.Remove("OperationInputValidation") // some operations have none
			return nil
		}}}
	m := reflect.ValueOf(client(cfg)).MethodByName(operation)
	res := m.Call([]reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(in)})
	err, _ := res[1].Interface().(error)
	return res[0].Interface(), err
}

// Form reads a query body for comparison.
func Form(t testing.TB, body []byte) any {
	t.Helper()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// CBOR reads a CBOR body for comparison. A list or map without a length, as the SDK writes it, is the same as one with it.
func CBOR(t testing.TB, body []byte) any {
	t.Helper()
	if len(body) == 0 {
		return cbor.Map{}
	}
	v, err := cbor.Decode(body)
	if err != nil {
		t.Fatalf("%v: %.200q", err, body)
	}
	return v
}

// JSON reads a JSON body for comparison.
func JSON(t testing.TB, body []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	return v
}
