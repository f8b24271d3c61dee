package template

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// evaluate parses a template whose output V is evaluated with one resource, R, that exists.
func evaluate(t *testing.T, head, value string, params map[string]string) (any, error) {
	t.Helper()
	tpl, err := Parse(head + "\nResources: {R: {Type: X}}\nOutputs: {V: {Value: " + value + "}}\n")
	if err != nil {
		return nil, err
	}
	bound, err := tpl.Bind(params)
	if err != nil {
		return nil, err
	}
	e := &Env{Template: tpl, Parameters: bound, Account: "000000000000", Region: "us-east-1", StackName: "app", StackID: "arn:stack",
		Ref:    func(string) (any, error) { return "r-1", nil },
		GetAtt: func(_, attr string) (any, error) { return "att." + attr, nil },
		Import: func(name string) (string, error) { return "imported " + name, nil },
	}
	return e.Eval(tpl.Outputs["V"].Value)
}

func TestIntrinsicFunctionsEvaluate(t *testing.T) {
	t.Parallel()
	head := `
Parameters:
  Env: {Type: String, Default: test}
  List: {Type: CommaDelimitedList, Default: "a, b,c"}
Mappings: {Sizes: {test: {Cpu: 256, Zones: [x, y]}}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Not [!Condition IsProd]
  Both: !And [!Condition IsTest, !Equals [!Ref "AWS::Region", us-east-1]]
  Either: !Or [!Condition IsProd, !Condition Both]`
	for value, want := range map[string]any{
		`!Ref R`:                        "r-1",
		`!Ref Env`:                      "test",
		`!Ref List`:                     []any{"a", "b", "c"},
		`!GetAtt R.Arn`:                 "att.Arn",
		`!GetAtt [R, Endpoint.Address]`: "att.Endpoint.Address",
		`{"Fn::GetAtt": [R, Arn]}`:      "att.Arn",
		`!Sub "${R}-${Env}-${R.Arn}-${!Env}-${AWS::Partition}"`:                              "r-1-test-att.Arn-${Env}-aws",
		`!Sub ["${X}/${Env}", {X: !Ref R}]`:                                                  "r-1/test",
		`!Join [",", !Ref List]`:                                                             "a,b,c",
		`!Join ["", [a, !Ref Env, 7]]`:                                                       "atest7",
		`!Select [1, !Split ["|", "a|b|c"]]`:                                                 "b",
		`!If [IsProd, big, !If [Both, small, none]]`:                                         "small",
		`!If [Either, [1, !Ref "AWS::NoValue"], x]`:                                          []any{json.Number("1")},
		`{a: !If [IsProd, 1, !Ref "AWS::NoValue"], b: 2012-10-17, c: 012345678901, d: true}`: map[string]any{"b": "2012-10-17", "c": "012345678901", "d": true},
		`!FindInMap [Sizes, !Ref Env, Cpu]`:                                                  json.Number("256"),
		`!ImportValue {"Fn::Sub": "${Env}-VpcId"}`:                                           "imported test-VpcId",
		`!Select [0, !GetAZs ""]`:                                                            "us-east-1a",
		`!Cidr [10.0.0.0/16, 3, 8]`:                                                          []any{"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"},
		`{"Fn::Base64": hello}`:                                                              "aGVsbG8=",
		`!Sub "${AWS::AccountId}:${AWS::StackName}:${AWS::StackId}:${AWS::URLSuffix}"`:       "000000000000:app:arn:stack:amazonaws.com",
	} {
		got, err := evaluate(t, head, value, nil)
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", value, d)
		}
	}
}

func TestParametersAreChecked(t *testing.T) {
	t.Parallel()
	head := `
Parameters:
  Size: {Type: Number, Default: 5, MinValue: 1, MaxValue: 9}
  Name: {Type: String, Default: abc, AllowedPattern: "[a-z]+", MaxLength: 5}
  Kind: {Type: String, Default: a, AllowedValues: [a, b]}
  Zones: {Type: "List<Number>", Default: "1,2"}
  Nice: {Type: String, Default: x, AllowedPattern: x, ConstraintDescription: must be nice}`
	for given, want := range map[string]string{
		"Size=0":      "Parameter 'Size' must be a number not less than 1",
		"Size=x":      "Parameter 'Size' must be a number",
		"Name=A":      "Parameter 'Name' must match pattern [a-z]+",
		"Name=abcdef": "Parameter 'Name' must contain at most 5 characters",
		"Kind=c":      "Parameter 'Kind' must be one of AllowedValues",
		"Zones=1,x":   "Parameter 'Zones' must be a list of numbers",
		"Nice=y":      "Parameter 'Nice' failed to satisfy constraint: must be nice",
		"Other=1":     "Parameters: [Other] do not exist in the template",
	} {
		k, v, _ := strings.Cut(given, "=")
		_, err := evaluate(t, head, "x", map[string]string{k: v})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", given, err, want)
		}
	}
}

func TestJSONTemplatesAreTheSameAsYAMLOnes(t *testing.T) {
	t.Parallel()
	a, err := Parse(`{"Resources": {"R": {"Type": "X", "DependsOn": ["S"], "Properties": {"N": 7, "V": {"Fn::GetAtt": ["S", "Arn"]}}}, "S": {"Type": "Y"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("Resources:\n  R:\n    Type: X\n    DependsOn: S\n    Properties: {N: 7, V: !GetAtt S.Arn}\n  S: {Type: Y}\n")
	if err != nil {
		t.Fatal(err)
	}
	a.Text, b.Text = "", ""
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
}

// FuzzTemplate parses anything, and evaluates what parses. Nothing may panic or run away.
func FuzzTemplate(f *testing.F) {
	// Short seeds: the fuzzer spends its time on making long ones shorter.
	f.Add("Parameters: {P: {Type: Number, Default: 1, MinValue: 0}}\nResources: {R: {Type: X, Properties: {A: !Ref P, B: !Sub \"${P}-${AWS::Region}\"}}}")
	f.Add("Mappings: {M: {a: {b: [1, 2]}}}\nResources: {R: {Type: X, Properties: {A: !FindInMap [M, a, b]}}}")
	f.Add("Resources: {R: {Type: X, DependsOn: S}, S: {Type: Y}}\nOutputs: {O: {Value: !GetAtt R.Arn, Export: {Name: !Join [\"-\", [a, b]]}}}")
	f.Add("Conditions: {A: !Or [!Equals [a, b], !Not [!Equals [c, c]]]}\nResources: {R: {Type: X, Properties: {P: !If [A, 1, !Select [0, !Split [\",\", \"a,b\"]]]}}}")
	f.Add("Resources: {R: {Type: X, Properties: &a {b: *a}}}")
	f.Add(`{"Resources": {"R": {"Type": "X", "Properties": {"Fn::Cidr": ["10.0.0.0/8", 256, 1]}}}}`)
	f.Add("Conditions: {A: !Condition B, B: !Condition A}\nResources: {R: {Type: X, Condition: A}}")
	f.Fuzz(func(_ *testing.T, text string) {
		tpl, err := Parse(text)
		if err != nil {
			return
		}
		bound, err := tpl.Bind(nil)
		if err != nil {
			return
		}
		e := &Env{Template: tpl, Parameters: bound, Region: "us-east-1",
			Ref:    func(string) (any, error) { return Unknown, nil },
			GetAtt: func(string, string) (any, error) { return Unknown, nil },
			Import: func(string) (string, error) { return "x", nil }}
		for name, r := range tpl.Resources {
			_, _ = e.Holds(r.Condition)
			_, _ = e.Eval(r.Properties)
			tpl.Dependencies(name)
		}
		for _, o := range tpl.Outputs {
			_, _ = e.Eval(o.Value)
		}
	})
}
