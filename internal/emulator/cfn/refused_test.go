package cfn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"
)

func TestAnExportInUseCannotGoAndAnotherCannotHaveItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	exporting := func(value, export string) string {
		return fmt.Sprintf("Resources: {One: {Type: AWS::Logs::LogGroup}}\nOutputs: {O: {Value: %q%s}}", value, export)
	}
	base := w.create("base", exporting("/from-base", ", Export: {Name: shared}"))
	user := w.create("user", "Resources: {Two: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !ImportValue shared}}}")
	if w.retention("/from-base") != 0 {
		t.Error("the import has not its value")
	}
	twin := w.create("twin", exporting("x", ", Export: {Name: shared}"))
	if twin.StackStatus != types.StackStatusRollbackComplete || !strings.Contains(w.why(twin), "Export with name shared is already exported by stack base") {
		t.Errorf("%s\n%s", twin.StackStatus, w.why(twin))
	}
	for name, text := range map[string]string{"deleted": exporting("/from-base", ""), "updated": exporting("/else", ", Export: {Name: shared}")} {
		st := w.update("base", text)
		if want := "Export shared cannot be " + name + " as it is in use by user"; st.StackStatus != types.StackStatusUpdateRollbackComplete || !strings.Contains(w.why(st), want) {
			t.Errorf("%s: %s\n%s", name, st.StackStatus, w.why(st))
		}
	}
	if st := w.remove(base); st.StackStatus != types.StackStatusUpdateRollbackComplete || aws.ToString(st.StackStatusReason) != "Export shared cannot be deleted as it is in use by user" {
		t.Errorf("%s %s", st.StackStatus, aws.ToString(st.StackStatusReason))
	}
	imports, err := w.ListImports(t.Context(), &cf.ListImportsInput{ExportName: aws.String("shared")})
	w.must(err)
	if d := cmp.Diff([]string{"user"}, imports.Imports); d != "" {
		t.Error(d)
	}
	missing := w.create("missing", "Resources: {Two: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !ImportValue nobody}}}")
	if !strings.Contains(w.why(missing), "No export named nobody found") {
		t.Error(w.why(missing))
	}
	w.remove(user)
	if st := w.remove(base); st.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("%s", st.StackStatus)
	}
}

func TestAResourceThatCannotGoFailsTheDeletionAndCanBeRetained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.create("app", `Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: held, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}`)
	_, err := w.deps.IAM.PutRolePolicy(t.Context(), putPolicy("held"))
	w.must(err)
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteFailed || !strings.Contains(aws.ToString(st.StackStatusReason), "The following resource(s) failed to delete: [Role].") {
		t.Fatalf("%s %s", st.StackStatus, aws.ToString(st.StackStatusReason))
	}
	w.must(second(w.DeleteStack(t.Context(), &cf.DeleteStackInput{StackName: st.StackId, RetainResources: []string{"Role"}})))
	if st = w.settled(*st.StackId); st.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
}

func TestCustomNamedResourcesAreNotReplacedUnderTheSameName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	role := func(path string) string {
		return `Resources: {Role: {Type: AWS::IAM::Role, Properties: {RoleName: mine, Path: ` + path + `, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}}`
	}
	w.create("app", role("/a/"))
	st := w.update("app", role("/b/"))
	if want := "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename mine and update the stack again."; st.StackStatus != types.StackStatusUpdateRollbackComplete || !strings.Contains(w.why(st), want) {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
}

func TestWhatTheTemplateMayNotSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	create := func(text string, caps ...types.Capability) string {
		_, err := w.CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("bad"), TemplateBody: &text, Capabilities: caps})
		if err == nil {
			return "accepted"
		}
		return err.Error()
	}
	role := `Resources: {R: {Type: AWS::IAM::Role, Properties: {%s AssumeRolePolicyDocument: {}}}}`
	got := map[string]string{
		"type":       create("Resources: {X: {Type: AWS::Nope::Thing}}"),
		"no name":    create(fmt.Sprintf(role, "")),
		"named":      create(fmt.Sprintf(role, "RoleName: x,"), types.CapabilityCapabilityIam),
		"attribute":  create("Resources: {X: {Type: AWS::Logs::LogGroup}}\nOutputs: {O: {Value: !GetAtt X.Colour}}"),
		"reference":  create("Resources: {X: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Y}}}"),
		"cycle":      create("Resources: {X: {Type: AWS::Logs::LogGroup, DependsOn: Y}, Y: {Type: AWS::Logs::LogGroup, DependsOn: X}}"),
		"size":       create("Resources: {X: {Type: AWS::Logs::LogGroup}}\n" + strings.Repeat("#", 51201))[:40],
		"parameters": create("Parameters: {P: {Type: String}}\nResources: {X: {Type: AWS::Logs::LogGroup}}"),
	}
	want := map[string]string{
		"type":       "ValidationError: Template format error: Unrecognized resource types: [AWS::Nope::Thing]",
		"no name":    "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]",
		"named":      "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]",
		"attribute":  "ValidationError: Template error: resource X does not support attribute type Colour in Fn::GetAtt",
		"reference":  "ValidationError: Template format error: Unresolved resource dependencies [Y] in the Resources block of the template",
		"cycle":      "ValidationError: Circular dependency between resources: [X, Y]",
		"size":       "ValidationError: 1 validation error dete",
		"parameters": "ValidationError: Parameters: [P] must have values",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTerminationProtectionHoldsAStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.create("app", logs(7, "/app", ""), func(in *cf.CreateStackInput) { in.EnableTerminationProtection = aws.Bool(true) })
	_, err := w.DeleteStack(t.Context(), &cf.DeleteStackInput{StackName: st.StackName})
	if err == nil || !strings.Contains(err.Error(), "cannot be deleted while TerminationProtection is enabled") {
		t.Errorf("%v", err)
	}
	w.must(second(w.UpdateTerminationProtection(t.Context(), &cf.UpdateTerminationProtectionInput{StackName: st.StackName, EnableTerminationProtection: aws.Bool(false)})))
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
		t.Error(st.StackStatus)
	}
	if _, err := w.DescribeStacks(t.Context(), &cf.DescribeStacksInput{StackName: st.StackName}); err == nil || err.Error() != "ValidationError: Stack with id app does not exist" {
		t.Errorf("a deleted stack by name: %v", err)
	}
}

func putPolicy(role string) *awsiam.PutRolePolicyInput {
	return &awsiam.PutRolePolicyInput{RoleName: &role, PolicyName: aws.String("foreign"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[]}`)}
}
