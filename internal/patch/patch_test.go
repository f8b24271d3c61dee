package patch

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

const template = `Resources:
  LogGroup:
    Type: AWS::Logs::LogGroup
    Properties: {RetentionInDays: 30} # kept
  Role:
    Properties:
      Arn: !GetAtt LogGroup.Arn
`

func TestOperationsChangeATemplateAndLeaveTheRestAsItIs(t *testing.T) {
	t.Parallel()
	s, list := Read("overrides.yml", []byte(`stack:
  - {op: add, path: /Resources/LogGroup/Properties/KmsKeyId, value: !Ref Key}
  - {op: replace, path: /Resources/LogGroup/Properties/RetentionInDays, value: 7}
  - {op: add, path: /Resources/Role/Properties/Policies/-, value: {PolicyName: a}}
  - {op: add, path: /Resources/Role/Properties/Policies/0, value: {PolicyName: b}}
  - {op: copy, from: /Resources/Role/Properties/Policies/1, path: /Resources/Role/Properties/Policies/-}
  - {op: move, from: /Resources/Role/Properties/Arn, path: /Resources/Role/Properties/Moved}
  - {op: test, path: /Resources/Role/Properties/Policies/0/PolicyName, value: b}
  - {op: remove, path: /Resources/LogGroup/Type}
  - {op: add, path: /Metadata, value: {a/b~c: 1}}
  - {op: replace, path: /Metadata/a~1b~0c, value: [2]}
`))
	if len(list) > 0 {
		t.Fatal(list)
	}
	doc, err := Parse([]byte(template))
	if err != nil {
		t.Fatal(err)
	}
	if err := Apply(doc, s.Stack); err != nil {
		t.Fatal(err)
	}
	got, err := yaml.Dump(doc, yaml.WithIndent(2))
	if err != nil {
		t.Fatal(err)
	}
	const want = `Resources:
  LogGroup:
    Properties: {RetentionInDays: 7, KmsKeyId: !Ref Key} # kept
  Role:
    Properties:
      Policies:
      - {PolicyName: b}
      - {PolicyName: a}
      - {PolicyName: a}
      Moved: !GetAtt LogGroup.Arn
Metadata: {a/b~c: [2]}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAnOperationThatCannotBeCarriedOutSaysWhere(t *testing.T) {
	t.Parallel()
	for op, want := range map[string]string{
		"{op: add, path: /Resources/Nobody/X, value: 1}":                    "o.yml:1:10: /Resources/Nobody/X: there is no Nobody in /Resources",
		"{op: remove, path: /Resources/Role/Type}":                          "o.yml:1:10: /Resources/Role/Type: there is no Type in /Resources/Role",
		"{op: replace, path: /Resources/LogGroup/Type/X, value: 1}":         "o.yml:1:10: /Resources/LogGroup/Type/X: there is nothing below /Resources/LogGroup/Type",
		"{op: test, path: /Resources/LogGroup/Type, value: T}":              "o.yml:1:10: /Resources/LogGroup/Type: the value at /Resources/LogGroup/Type is another one",
		"{op: move, from: /Resources/Nobody, path: /Resources/B}":           "o.yml:1:10: /Resources/B: there is no Nobody in /Resources",
		"{op: add, path: /Resources/LogGroup/Properties/A/-/B, value: [x]}": "o.yml:1:10: /Resources/LogGroup/Properties/A/-/B: there is no A in /Resources/LogGroup/Properties",
	} {
		s, list := Read("o.yml", []byte("stack: [ "+op+"]"))
		if len(list) > 0 {
			t.Fatal(list)
		}
		doc, err := Parse([]byte(template))
		if err != nil {
			t.Fatal(err)
		}
		got := "nothing"
		if err := Apply(doc, s.Stack); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", op, diff)
		}
	}
}

func TestMistakesInAFileOfPatchesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, list := Read("o.yml", []byte(`stack:
  - {op: ad, path: /A}
  - {op: add, path: A, value: 1}
  - {op: add, path: /A}
  - {op: move, path: /A}
  - {op: add, path: /A, value: 1, when: now}
  - text
stacks: []
`))
	var got []string
	for _, d := range list {
		got = append(got, d.String())
	}
	want := []string{
		`o.yml:2:5: there is no operation "ad"`,
		`o.yml:3:5: "A" is no path`,
		`o.yml:4:5: add needs a value`,
		`o.yml:5:5: move needs from, a path`,
		`o.yml:6:35: when is unknown`,
		`o.yml:7:5: an operation must be a map`,
		`o.yml:8:1: there is no document stacks`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCopilotsPatchesOfTaskDefinitionAndServiceAreTranslated(t *testing.T) {
	t.Parallel()
	s, list := ReadCopilot("cfn.patches.yml", []byte(`
- op: add
  path: /Resources/TaskDefinition/Properties/ContainerDefinitions/0/Ulimits
  value: [{Name: nofile, SoftLimit: 1024, HardLimit: 2048}]
- {op: add, path: /Resources/TaskDefinition/Properties/ContainerDefinitions/0/DockerLabels/My.Label, value: Text}
- {op: add, path: /Resources/TaskDefinition/Properties/Volumes/-, value: {Name: v, EFSVolumeConfiguration: {FilesystemId: fs-1, AuthorizationConfig: {IAM: ENABLED}}}}
- {op: replace, path: /Resources/Service/Properties/DeploymentConfiguration/MaximumPercent, value: 150}
- {op: remove, path: /Resources/LogGroup/DeletionPolicy}
`))
	if len(list) > 0 {
		t.Fatal(list)
	}
	type shown struct{ Document, Op, Path, Value string }
	var got []shown
	for name, ops := range map[string][]Op{"taskdef": s.Task, "service": s.Service, "stack": s.Stack} {
		for _, o := range ops {
			value := ""
			if o.Value != nil {
				out, err := JSON(o.Value)
				if err != nil {
					t.Fatal(err)
				}
				value = string(out)
			}
			got = append(got, shown{name, o.Op, o.Path, value})
		}
	}
	want := map[shown]bool{
		{"taskdef", "add", "/containerDefinitions/0/ulimits", `[{"name":"nofile","softLimit":1024,"hardLimit":2048}]`}:                            true,
		{"taskdef", "add", "/containerDefinitions/0/dockerLabels/My.Label", `"Text"`}:                                                             true,
		{"taskdef", "add", "/volumes/-", `{"name":"v","efsVolumeConfiguration":{"filesystemId":"fs-1","authorizationConfig":{"iam":"ENABLED"}}}`}: true,
		{"service", "replace", "/deploymentConfiguration/maximumPercent", `150`}:                                                                  true,
		{"stack", "remove", "/Resources/LogGroup/DeletionPolicy", ``}:                                                                             true,
	}
	all := map[shown]bool{}
	for _, s := range got {
		all[s] = true
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
}

func TestNamesOfPropertiesBecomeTheAPIs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ContainerDefinitions": "containerDefinitions", "EFSVolumeConfiguration": "efsVolumeConfiguration", "Cpu": "cpu", "IAM": "iam",
		"FSxWindowsFileServerVolumeConfiguration": "fsxWindowsFileServerVolumeConfiguration", "0": "0", "-": "-",
		"S3FilesVolumeConfiguration": "s3FilesVolumeConfiguration",
	} {
		if got := Camel(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}

func FuzzPatchesNeverFail(f *testing.F) {
	f.Add([]byte("stack:\n- {op: add, path: /Resources/A/-, value: 1}\n"), []byte(template))
	f.Add([]byte("taskdef:\n- {op: move, from: /a/0, path: /b}\n"), []byte(`{"a":[{"b":1}]}`))
	f.Fuzz(func(t *testing.T, patches, document []byte) {
		s, list := Read("o.yml", patches)
		ReadCopilot("c.yml", patches)
		doc, err := Parse(document)
		if err != nil || hasAlias(doc) || list.HasErrors() {
			return
		}
		for _, ops := range [][]Op{s.Stack, s.Task, s.Service} {
			if Apply(doc, ops) == nil {
				_, _ = JSON(doc)
			}
		}
	})
}
