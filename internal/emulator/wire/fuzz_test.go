package wire

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/smithy-go/encoding/cbor"
)

// ec2Like has what EC2's inputs have and the SDK's other ones do not.
type ec2Like struct {
	Filters     []struct{ Values []string } `wire:"filter"`
	Attribute   *struct{ Value *bool }
	Permissions []struct {
		FromPort *int32
		Groups   []struct{ GroupId *string }
	}
}

// decode reads a request as the server does.
func decode(s *Service, body []byte, in any) error {
	r := &http.Request{Header: http.Header{"X-Amz-Target": {s.TargetPrefix + ".Op"}, smithyProtocol: {rpcCBOR}},
		URL: &url.URL{Path: "/service/" + s.TargetPrefix + "/operation/Op"}, Body: io.NopCloser(bytes.NewReader(body))}
	req, err := s.Read(r, "id")
	if err != nil {
		return err
	}
	return s.Decode(req, in)
}

// check fails unless the input was read or refused with an error of the service; what was read can be written.
func check(t *testing.T, s *Service, body []byte, in any) {
	err := decode(s, body, in)
	var own *Error
	if err != nil && !errors.As(err, &own) {
		t.Fatalf("an error that is not the service's: %v", err)
	}
	if err == nil {
		if _, err := s.Encode(&Request{Operation: "Op"}, in); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	}
}

func FuzzJSONRequest(f *testing.F) {
	for _, seed := range []string{``, `{}`, `null`, `[]`, `{"family":1}`, `{"tags":[null,{"key":"a"}]}`, `{"containerDefinitions":[{"cpu":1e99,"memory":1.5}]}`,
		`{"containerDefinitions":[{"environment":{}}]}`, `{"volumes":[{"dockerVolumeConfiguration":{"driverOpts":{"a":null}}}]}`, "{\"family\":\"\xff\"}", `{}{}`,
		strings.Repeat(`{"a":`, 100), strings.Repeat(`[`, 100)} {
		f.Add([]byte(seed))
	}
	s := sdkServices()[0].Service
	f.Fuzz(func(t *testing.T, body []byte) {
		check(t, &s, body, new(ecs.RegisterTaskDefinitionInput))
		check(t, &s, body, new(ecs.CreateServiceInput))
	})
}

func FuzzCBORRequest(f *testing.F) {
	for _, seed := range []cbor.Value{
		cbor.Map{}, cbor.List{}, &cbor.Nil{}, cbor.Map{"AlarmName": cbor.Uint(1)}, cbor.Map{"Threshold": cbor.NegInt(0), "Period": cbor.Float64(1e99)},
		cbor.Map{"Dimensions": cbor.List{&cbor.Nil{}, cbor.Map{"Name": cbor.String("a")}}}, cbor.Map{"Tags": cbor.Map{}}, cbor.Map{"AlarmName": cbor.Slice("a")},
		cbor.Map{"EvaluationCriteria": cbor.Map{"PromQLCriteria": cbor.Map{"Query": cbor.String("up")}}}, &cbor.Tag{ID: 1, Value: cbor.Float64(1e300)},
	} {
		f.Add(cbor.Encode(seed))
	}
	s := Service{Protocol: CBOR, TargetPrefix: "GraniteServiceVersion20100801", PascalNames: true, Unions: []any{(*cwtypes.EvaluationCriteriaMemberPromQLCriteria)(nil)}}
	f.Fuzz(func(t *testing.T, body []byte) {
		check(t, &s, body, new(cloudwatch.PutMetricAlarmInput))
		check(t, &s, body, new(cloudwatch.GetMetricDataInput))
	})
}

func FuzzQueryRequest(f *testing.F) {
	for _, seed := range []string{``, `Action=Op`, `Tags=`, `Tags=x`, `Tags.member.1.Key=a&Tags.member.3.Key=b`, `Tags.member.0.Key=a`, `Tags.member.99999999999.Key=a`,
		`Tags.member.1=x&Tags.member.1.Key=y`, `Priority=x`, `Priority.a=1`, `%zz`, `Actions.member.1.AuthenticateOidcConfig.AuthenticationRequestExtraParams.entry.1.key=a`,
		strings.Repeat("a.", 50) + "=1", `....=1`, `Filter.1.Value.1=a&Filter.1.Name=b`, `Attribute.Value=maybe`, `Permissions.1.Groups.1.GroupId=sg`} {
		f.Add([]byte(seed))
	}
	query, ec2 := Service{Protocol: Query}, Service{Protocol: EC2Query}
	f.Fuzz(func(t *testing.T, body []byte) {
		check(t, &query, body, new(elb.CreateRuleInput))
		check(t, &ec2, body, new(ec2Like))
	})
}

func TestABodyThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	s := sdkServices()[0].Service
	err := decode(&s, bytes.Repeat([]byte(" "), maxBody+1), new(ecs.CreateServiceInput))
	var own *Error
	if !errors.As(err, &own) || own.Code != "RequestEntityTooLarge" || own.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %v", err)
	}
}

func TestRequestsThatCannotBeReadAreRefusedInTheProtocolsWords(t *testing.T) {
	t.Parallel()
	json, query, ec2 := sdkServices()[0].Service, Service{Protocol: Query}, Service{Protocol: EC2Query}
	for _, c := range []struct {
		name string
		s    *Service
		body string
		in   any
		want string
	}{
		{"malformed JSON", &json, `{"family":`, new(ecs.RegisterTaskDefinitionInput), "SerializationException: the body is not JSON: unexpected EOF"},
		{"a second value", &json, `{} {}`, new(ecs.RegisterTaskDefinitionInput), "SerializationException: the body goes on after the end of the JSON value"},
		{"a number for a string", &json, `{"family":1}`, new(ecs.RegisterTaskDefinitionInput), "SerializationException: .family: NUMBER_VALUE can not be converted to string"},
		{"an object for a list", &json, `{"tags":{}}`, new(ecs.RegisterTaskDefinitionInput), "SerializationException: .tags: START_OBJECT can not be converted to a list"},
		{"a list for a structure", &json, `[]`, new(ecs.RegisterTaskDefinitionInput), "SerializationException: : START_ARRAY can not be converted to a structure"},
		{"a number out of range", &json, `{"desiredCount":4294967296}`, new(ecs.CreateServiceInput), `SerializationException: .desiredCount: "4294967296" is not an integer of 32 bits`},
		{"a deep key", &query, strings.Repeat("a.", 50) + "=1", new(elb.CreateRuleInput), "MalformedInput: the parameter " + strings.Repeat("a.", 30) + "… is nested too deeply"},
		{"a word for a number", &query, "Priority=high", new(elb.CreateRuleInput), `MalformedInput: the parameter Priority: "high" is not an integer of 32 bits`},
		{"a value for a structure", &query, "Tags.member.1=x", new(elb.CreateRuleInput), "MalformedInput: the parameter Tags.1 is a structure and has a plain value"},
		{"an unknown parameter of EC2", &ec2, "Attribute.Other=x", new(ec2Like), "UnknownParameter: The parameter Attribute.Other is not recognized"},
		{"an unknown parameter elsewhere", &query, "Other=x", new(elb.CreateRuleInput), ""},
	} {
		got := ""
		if err := decode(c.s, []byte(c.body), c.in); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
