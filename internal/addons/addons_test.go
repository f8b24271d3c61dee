package addons

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden file anew")

func place() Place {
	return Place{App: "shop", Env: "test", Name: "web", Own: []string{"TaskRole", "LogGroup"}}
}

const table = `Parameters:
  App: {Type: String}
  Env: {Type: String}
  Name: {Type: String}
  Reader: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Mappings:
  Sizes:
    test: {Capacity: 1}
Resources:
  usersTable:
    Type: AWS::DynamoDB::Table
    Condition: IsProd
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub ${App}-${Env}-${Name}-${AWS::Region}-users
      Tags:
        - {Key: reader, Value: !Sub "for ${Reader}, ${!Literal}"}
      Capacity: !FindInMap [Sizes, !Ref Env, Capacity]
  Policy:
    Type: AWS::IAM::ManagedPolicy
    DependsOn: usersTable
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: dynamodb:*
            Resource: {"Fn::GetAtt": [usersTable, Arn]}
            Condition: {StringEquals: {a: !If [IsProd, b, !Ref AWS::NoValue]}}
  DBSecret: {Type: AWS::SecretsManager::Secret}
  Group: {Type: AWS::EC2::SecurityGroup}
Outputs:
  usersDDBTableName: {Value: !Ref usersTable}
  TablePolicy: {Value: !Ref Policy}
  DBSecretArn: {Value: !Ref DBSecret}
  GroupId: {Value: !GetAtt Group.GroupId}
`

const values = `Parameters:
  Reader: !Ref TaskRole
`

func TestATemplateBecomesAPartOfFerrysUnderNamesOfItsOwn(t *testing.T) {
	t.Parallel()
	a, list := Read([]File{{"web/addons/table.yml", []byte(table)}, {"web/addons/" + ParametersFile, []byte(values)}}, place())
	if len(list) > 0 {
		t.Fatal(list)
	}
	want := []Output{
		{Name: "usersDDBTableName", Key: "AddonsusersDDBTableName", Kind: Variable},
		{Name: "TablePolicy", Key: "AddonsTablePolicy", Resource: "AddonsPolicy", Kind: ManagedPolicy},
		{Name: "DBSecretArn", Key: "AddonsDBSecretArn", Resource: "AddonsDBSecret", Kind: Secret},
		{Name: "GroupId", Key: "AddonsGroupId", Resource: "AddonsGroup", Kind: SecurityGroup},
	}
	if diff := cmp.Diff(want, a.Outputs); diff != "" {
		t.Error(diff)
	}
	var got strings.Builder
	for _, name := range Sections() {
		text, err := a.Section(name)
		if err != nil {
			t.Fatal(err)
		}
		if text != "" {
			got.WriteString(name + ":\n" + text)
		}
	}
	const file = "testdata/merged.golden.yml"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want0, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want0), got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrongIsReportedWithItsFileAndPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files []File
		want  string
	}{
		"a reference that leads nowhere": {
			[]File{{"a.yml", []byte("Resources:\n  A: {Type: T, Properties: {X: !Ref Nobody}}\n")}},
			"a.yml:2:32: there is no resource or parameter Nobody in the addons",
		},
		"a parameter without a value": {
			[]File{{"a.yml", []byte("Parameters:\n  Size: {Type: String}\n")}},
			"a.yml:2:3: parameter Size has no value",
		},
		"a value for a parameter that nobody has": {
			[]File{{"a.yml", []byte("Resources: {}\n")}, {ParametersFile, []byte("Parameters:\n  Size: 1\n")}},
			"addons.parameters.yml:2:3: no template has a parameter Size",
		},
		"a value that ferry gives": {
			[]File{{"a.yml", []byte("Parameters: {App: {Type: String}}\n")}, {ParametersFile, []byte("Parameters:\n  App: x\n")}},
			"addons.parameters.yml:2:3: App is given by ferry",
		},
		"a value from a resource that is not there": {
			[]File{{"a.yml", []byte("Parameters: {P: {Type: String}}\n")}, {ParametersFile, []byte("Parameters:\n  P: !Ref Other\n")}},
			"addons.parameters.yml:2:6: Other is nothing in ferry's template",
		},
		"two files that disagree": {
			[]File{{"a.yml", []byte("Resources: {A: {Type: T}}\n")}, {"b.yml", []byte("Resources:\n  A: {Type: U}\n")}},
			"b.yml:2:3: Resources A is also in a.yml, and says something else there",
		},
		"an unknown section": {
			[]File{{"a.yml", []byte("Resource: {}\n")}},
			"a.yml:1:1: Resource is no section of a CloudFormation template",
		},
		"no YAML": {
			[]File{{"a.yml", []byte("a: [\n")}},
			"a.yml:2:1: not readable as YAML: did not find expected node content",
		},
		"a list": {
			[]File{{"a.yml", []byte("- a\n")}},
			"a.yml:1:1: must be a CloudFormation template",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, list := Read(c.files, place())
			if a != nil || len(list) != 1 {
				t.Fatalf("%v %v", a, list)
			}
			if diff := cmp.Diff(c.want, list[0].String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestADirectoryWithoutTemplatesHasNoAddons(t *testing.T) {
	t.Parallel()
	if a, list := Read(nil, place()); a != nil || len(list) > 0 {
		t.Errorf("%v %v", a, list)
	}
}

func TestTheNamesOfVariablesAreSplitWhereWordsBegin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"MyTable": "MY_TABLE", "usersDDBTableName": "USERS_DDB_TABLE_NAME", "S3BucketName": "S3_BUCKET_NAME", "a": "A", "URL": "URL",
	} {
		if got := (Output{Name: in}).EnvName(); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}

func FuzzReadNeverFails(f *testing.F) {
	f.Add([]byte(table), []byte(values))
	f.Add([]byte("Transform: [A, B]\nResources: {A: &a {Type: T, P: *a}}"), []byte("Parameters: {x: [1, 2]}"))
	f.Add([]byte("Resources: {A: {P: !Sub [\"${a}\", {a: !Ref A}]}}"), []byte(""))
	f.Fuzz(func(t *testing.T, template, parameters []byte) {
		a, list := Read([]File{{"a.yml", template}, {ParametersFile, parameters}}, place())
		if a == nil {
			return
		}
		if list.HasErrors() {
			t.Fatal("usable and wrong")
		}
		for _, name := range Sections() {
			if _, err := a.Section(name); err != nil {
				t.Fatal(err)
			}
		}
	})
}
