package emulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/emulator/wire"
	"ferry.dev/ferry/internal/emulator/wire/wiretest"
)

// sdk is the other side of a service: its SDK module and client.
type sdk struct {
	module string
	client wiretest.Client
	dir    string // of the module; set by sdksFound
}

// sdks are all services' by the name in the signature. A service without an entry fails the tests below.
func sdks() map[string]sdk {
	return map[string]sdk{
		"application-autoscaling": {"applicationautoscaling", func(c aws.Config) any { return applicationautoscaling.NewFromConfig(c) }, ""},
		"cloudformation":          {"cloudformation", func(c aws.Config) any { return cloudformation.NewFromConfig(c) }, ""},
		"monitoring":              {"cloudwatch", func(c aws.Config) any { return cloudwatch.NewFromConfig(c) }, ""},
		"ec2":                     {"ec2", func(c aws.Config) any { return ec2.NewFromConfig(c) }, ""},
		"ecr":                     {"ecr", func(c aws.Config) any { return ecr.NewFromConfig(c) }, ""},
		"ecs":                     {"ecs", func(c aws.Config) any { return ecs.NewFromConfig(c) }, ""},
		"elasticloadbalancing":    {"elasticloadbalancingv2", func(c aws.Config) any { return elasticloadbalancingv2.NewFromConfig(c) }, ""},
		"iam":                     {"iam", func(c aws.Config) any { return iam.NewFromConfig(c) }, ""},
		"logs":                    {"cloudwatchlogs", func(c aws.Config) any { return cloudwatchlogs.NewFromConfig(c) }, ""},
		"scheduler":               {"scheduler", func(c aws.Config) any { return scheduler.NewFromConfig(c) }, ""},
		"secretsmanager":          {"secretsmanager", func(c aws.Config) any { return secretsmanager.NewFromConfig(c) }, ""},
		"servicediscovery":        {"servicediscovery", func(c aws.Config) any { return servicediscovery.NewFromConfig(c) }, ""},
		"sns":                     {"sns", func(c aws.Config) any { return sns.NewFromConfig(c) }, ""},
		"sqs": {"sqs", func(c aws.Config) any {
			return sqs.NewFromConfig(c, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true })
		}, ""},
		"states":  {"sfn", func(c aws.Config) any { return sfn.NewFromConfig(c) }, ""},
		"ssm":     {"ssm", func(c aws.Config) any { return ssm.NewFromConfig(c) }, ""},
		"sts":     {"sts", func(c aws.Config) any { return sts.NewFromConfig(c) }, ""},
		"tagging": {"resourcegroupstaggingapi", func(c aws.Config) any { return resourcegroupstaggingapi.NewFromConfig(c) }, ""},
	}
}

// sdksFound are all services' other sides with the directories of their modules.
func sdksFound(t *testing.T) map[string]sdk {
	t.Helper()
	all := sdks()
	var names []string
	for _, s := range all {
		names = append(names, s.module)
	}
	dirs := wiretest.Modules(t, names...)
	for name, s := range all {
		s.dir = dirs[s.module]
		all[name] = s
	}
	return all
}

// own are the services whose structs are ours and hold a part of the SDK's members.
func own(service string) bool {
	return slices.Contains([]string{"ec2", "sns", "sqs", "ssm"}, service)
}

// eachOperation runs a test for every operation that the emulator declares.
func eachOperation(t *testing.T, test func(t *testing.T, s *wire.Service, op string, other sdk)) {
	t.Helper()
	h, others := emulatortest.Start(t), sdksFound(t)
	for name, s := range h.Server.Services().Wire() {
		other, ok := others[name]
		if !ok {
			t.Errorf("the tests know no SDK client of %s", name)
			continue
		}
		for op := range s.Operations {
			t.Run(name+"/"+op, func(t *testing.T) {
				t.Parallel()
				test(t, s, op, other)
			})
		}
	}
}

func filler(s *wire.Service) *wiretest.Filler {
	return &wiretest.Filler{Interface: func(t reflect.Type) any {
		for _, u := range s.Unions {
			if v := reflect.TypeOf(u); v.Implements(t) {
				return reflect.New(v.Elem()).Interface()
			}
		}
		if s.Document != nil {
			if d := s.Document("document"); reflect.TypeOf(d).AssignableTo(t) {
				return d
			}
		}
		return nil
	}}
}

// same compares values but for the SDK's bookkeeping. Documents are the same if they say the same.
func same(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty(),
		cmp.FilterPath(func(p cmp.Path) bool {
			f, ok := p.Last().(cmp.StructField)
			return ok && (f.Name() == "ResultMetadata" || !exported(f.Name()))
		}, cmp.Ignore()),
		cmp.FilterValues(func(a, b any) bool { return document(a) != nil && document(b) != nil },
			cmp.Comparer(func(a, b any) bool { return bytes.Equal(document(a), document(b)) })))
}

func exported(name string) bool { return name[0] >= 'A' && name[0] <= 'Z' }

func document(v any) []byte {
	if d, ok := v.(interface{ MarshalSmithyDocument() ([]byte, error) }); ok {
		b, _ := d.MarshalSmithyDocument()
		return b
	}
	return nil
}

// as turns a structure into another of the same member names: ours into the SDK's and back.
func as(t *testing.T, from, to any) {
	t.Helper()
	data, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatal(err)
	}
}

// ours turns an output of the SDK's into ours.
func ours(t *testing.T, s *wire.Service, op string, out any) any {
	t.Helper()
	to := s.Operations[op].NewOutput()
	as(t, out, to)
	return to
}

func read(t *testing.T, s *wire.Service, head http.Header, body []byte) (*wire.Request, error) {
	t.Helper()
	return readAt(t, s, "POST", "http://127.0.0.1/", head, body)
}

// readAt is read for services whose operations are told apart by method and path.
func readAt(t *testing.T, s *wire.Service, method, url string, head http.Header, body []byte) (*wire.Request, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = head
	return s.Read(r, "id")
}

func TestEveryInputIsReadAsTheSDKSendsIt(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, s *wire.Service, op string, other sdk) {
		want := s.Operations[op].NewInput()
		filler(s).Fill(want)
		in := want
		if own(s.Name) {
			in = wiretest.NewInput(other.client, op)
			as(t, want, in)
		}
		r, body := wiretest.Send(t, other.client, op, in)
		req, err := readAt(t, s, r.Method, r.URL.String(), r.Header, body)
		if err != nil || req.Operation != op {
			t.Fatalf("read as %q: %v", req.Operation, err)
		}
		got := s.Operations[op].NewInput()
		if err := s.Decode(req, got); err != nil {
			t.Fatal(err)
		}
		if diff := same(want, got); diff != "" {
			t.Errorf("(-sent +read):\n%s", diff)
		}
	})
}

func TestEveryOutputIsReadByTheSDKAsItWasWritten(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, s *wire.Service, op string, other sdk) {
		want := s.Operations[op].NewOutput()
		if want == nil {
			return // a stream, which the service's own tests read
		}
		filler(s).Fill(want)
		body, err := s.Encode(&wire.Request{ID: "id", Operation: op}, want)
		if err != nil {
			t.Fatal(err)
		}
		in := wiretest.NewInput(other.client, op)
		if s.Protocol == wire.RestJSON {
			filler(s).Fill(in) // the path has to be made of something
		}
		got, err := wiretest.Call(t, other.client, op, in, wiretest.Answer(200, http.Header{}, body))
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		if own(s.Name) {
			known := reflect.New(reflect.TypeOf(got).Elem()).Interface() // without what the SDK does not read: EC2's <return>
			as(t, want, known)
			want, got = ours(t, s, op, known), ours(t, s, op, got)
		}
		if diff := same(want, got); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
	})
}

func TestEveryRequestSnapshotOfADeclaredOperationIsRead(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, s *wire.Service, op string, other sdk) {
		files := wiretest.Snapshots(t, other.dir, "request_snapshot/"+op+".request.snap")
		if len(files) == 0 {
			return // modules of the older generation have none: the round trips prove them
		}
		head, body := wiretest.ReadSnapshot(t, files[0])
		if s.Name == "ec2" {
			body = known(t, s, op, head, body)
		}
		req, err := readAt(t, s, "POST", "http://127.0.0.1"+wiretest.Path(head), head, body)
		if err != nil {
			t.Fatal(err)
		}
		in := s.Operations[op].NewInput()
		if err := s.Decode(req, in); err != nil {
			t.Fatal(err)
		}
		if s.Name == "ec2" {
			filledOrFail(t, reflect.ValueOf(in).Elem(), op)
			return
		}
		again := wiretest.NewInput(other.client, op)
		if own(s.Name) {
			as(t, in, again)
		} else {
			again = in
		}
		_, sent := wiretest.Send(t, other.client, op, again)
		compare := compareAs(s.Protocol)
		if diff := cmp.Diff(compare(t, body), compare(t, sent)); diff != "" {
			t.Errorf("the SDK sends what was read (-snapshot +sent):\n%s", diff)
		}
	})
}

// known drops the parameters that our own EC2 refuses as unknown; filledOrFail then shows that what is left is all of ours.
func known(t *testing.T, s *wire.Service, op string, head http.Header, body []byte) []byte {
	t.Helper()
	for {
		req, err := read(t, s, head, body)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Decode(req, s.Operations[op].NewInput())
		if code(err) != "UnknownParameter" {
			return body
		}
		name := strings.TrimSuffix(strings.TrimPrefix(err.Error(), "UnknownParameter: The parameter "), " is not recognized")
		var left []string
		for _, p := range strings.Split(string(body), "&") {
			key, _, _ := strings.Cut(p, "=")
			if key != name && !strings.HasPrefix(key, name+".") {
				left = append(left, p)
			}
		}
		body = []byte(strings.Join(left, "&"))
	}
}

func filledOrFail(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch {
	case v.IsZero():
		t.Errorf("%s was not read from the SDK's request: is its name right?", path)
	case v.Kind() == reflect.Pointer:
		filledOrFail(t, v.Elem(), path)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			filledOrFail(t, v.Index(i), path)
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			filledOrFail(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	}
}

// compareAs reads bodies of a protocol for comparison.
func compareAs(p wire.Protocol) func(testing.TB, []byte) any {
	switch {
	case p.JSON():
		return wiretest.JSON
	case p == wire.CBOR:
		return wiretest.CBOR
	}
	return wiretest.Form
}

func TestEveryResponseSnapshotOfADeclaredOperationIsWritten(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(t *testing.T, s *wire.Service, op string, other sdk) {
		files := wiretest.Snapshots(t, other.dir, "response_snapshot/"+op+".response.snap")
		if len(files) == 0 || s.Operations[op].NewOutput() == nil {
			return // the round trip proves these
		}
		head, body := wiretest.ReadSnapshot(t, files[0])
		out, err := wiretest.Call(t, other.client, op, wiretest.NewInput(other.client, op), wiretest.AnswerSnapshot(head, body))
		if err != nil {
			t.Fatal(err)
		}
		if own(s.Name) {
			out = ours(t, s, op, out)
		}
		got, err := s.Encode(&wire.Request{Operation: op}, out)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(compareAs(s.Protocol)(t, body), compareAs(s.Protocol)(t, got)); diff != "" {
			t.Errorf("(-snapshot +written):\n%s", diff)
		}
	})
}

func TestEveryErrorSnapshotOfADeclaredServiceIsWritten(t *testing.T) {
	t.Parallel()
	h, others := emulatortest.Start(t), sdksFound(t)
	for name, s := range h.Server.Services().Wire() {
		if own(name) || !s.Protocol.JSON() && s.Protocol != wire.CBOR {
			continue // errors of ours are *wire.Error; Query modules have no such snapshots
		}
		other := others[name]
		for _, file := range wiretest.Snapshots(t, other.dir, "response_snapshot/*.error.snap") {
			t.Run(name+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				head, body := wiretest.ReadSnapshot(t, file)
				_, op, _ := strings.Cut(head.Get("X-Amz-Target"), ".")
				if s.Protocol == wire.CBOR {
					op = "PutMetricAlarm" // such snapshots do not say of what operation they are
				}
				_, err := wiretest.Call(t, other.client, op, wiretest.NewInput(other.client, op), wiretest.AnswerSnapshot(head, body))
				w := newAnswer()
				s.WriteError(w, "id", err)
				if diff := cmp.Diff(compareAs(s.Protocol)(t, body), compareAs(s.Protocol)(t, w.body.Bytes())); diff != "" {
					t.Errorf("(-snapshot +written):\n%s", diff)
				}
				if s.Has(op) && w.status != head.Get("status") {
					t.Errorf("status %s, want %s", w.status, head.Get("status"))
				}
			})
		}
	}
}

// answer is a response writer that keeps what it is told.
type answer struct {
	header http.Header
	body   bytes.Buffer
	status string
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
func (a *answer) WriteHeader(status int)      { a.status = strconv.Itoa(status) }
