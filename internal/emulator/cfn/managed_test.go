package cfn_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
)

const anything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`

// managedStack has a managed policy of the properties, the roles that it names, and the policies that the role Naming names,
// all as YAML.
func managedStack(properties, roles, arns string) string {
	return fmt.Sprintf(`
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: {%s, Roles: %s}
  Naming: {Type: AWS::IAM::Role, Properties: {RoleName: naming, ManagedPolicyArns: %s, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}
  Named: {Type: AWS::IAM::Role, Properties: {RoleName: named, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}
  Other: {Type: AWS::IAM::Role, Properties: {RoleName: other, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}
Outputs:
  Arn: {Value: !Ref Policy}
  Same: {Value: !GetAtt Policy.PolicyArn}
  Version: {Value: !GetAtt Policy.DefaultVersionId}
`, properties, roles, arns)
}

func policyOf(action string) string {
	return `PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "` + action + `", Resource: "*"}]}`
}

// attached tells which policies roles have, by role.
func (w *world) attached(roles ...string) map[string][]string {
	w.t.Helper()
	all := map[string][]string{}
	for _, role := range roles {
		out, err := w.deps.IAM.ListAttachedRolePolicies(w.t.Context(), &awsiam.ListAttachedRolePoliciesInput{RoleName: &role})
		w.must(err)
		for _, p := range out.AttachedPolicies {
			all[role] = append(all[role], *p.PolicyName)
		}
	}
	return all
}

func output(st types.Stack, key string) string {
	for _, o := range st.Outputs {
		if *o.OutputKey == key {
			return *o.OutputValue
		}
	}
	return ""
}

func TestAManagedPolicyIsAttachedAndDetachedAsTheTemplateSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	roles := []string{"naming", "named", "other"}
	named := policyOf("s3:*") + ", ManagedPolicyName: bucket, Path: /demo/, Description: one"
	st := w.create("app", managedStack(named, "[!Ref Named]", `[!Ref Policy, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]`))
	if st.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	arn := "arn:aws:iam::000000000000:policy/demo/bucket"
	if diff := cmp.Diff([]string{arn, arn, "v1"}, []string{output(st, "Arn"), output(st, "Same"), output(st, "Version")}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"naming": {"bucket", "AmazonS3ReadOnlyAccess"}, "named": {"bucket"}}, w.attached(roles...)); diff != "" {
		t.Error(diff)
	}
	st = w.update("app", managedStack(named, "[!Ref Other]", `["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]`))
	if st.StackStatus != types.StackStatusUpdateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	if diff := cmp.Diff(map[string][]string{"naming": {"AmazonSQSFullAccess"}, "other": {"bucket"}}, w.attached(roles...)); diff != "" {
		t.Error(diff)
	}
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}

func TestAnotherDocumentIsANewVersionOfTheManagedPolicyAndTheOldestGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.create("app", managedStack(policyOf("s3:0"), "[]", "[]"))
	arn := output(st, "Arn")
	for i := 1; i <= 6; i++ {
		st = w.update("app", managedStack(policyOf(fmt.Sprintf("s3:%d", i)), "[]", "[]"))
		if st.StackStatus != types.StackStatusUpdateComplete || output(st, "Arn") != arn {
			t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
		}
	}
	out, err := w.deps.IAM.ListPolicyVersions(t.Context(), &awsiam.ListPolicyVersionsInput{PolicyArn: &arn})
	w.must(err)
	var got []string
	for _, v := range out.Versions {
		got = append(got, *v.VersionId)
	}
	if diff := cmp.Diff([]string{"v7", "v6", "v5", "v4", "v3"}, got); diff != "" || output(st, "Version") != "v7" {
		t.Error(diff, output(st, "Version"))
	}
	version, err := w.deps.IAM.GetPolicyVersion(t.Context(), &awsiam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: aws.String("v7")})
	w.must(err)
	text, err := url.PathUnescape(*version.PolicyVersion.Document)
	w.must(err)
	if !strings.Contains(text, `"s3:6"`) || !version.PolicyVersion.IsDefaultVersion {
		t.Error(text)
	}
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
		t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}

func TestAManagedPolicysDescriptionNameAndPathReplaceIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.create("app", managedStack(policyOf("s3:*"), "[]", "[!Ref Policy]"))
	for i, more := range []string{", Description: two", ", Path: /two/", ", ManagedPolicyName: two"} {
		before := output(st, "Arn")
		set := w.change("app", fmt.Sprintf("next%d", i), managedStack(policyOf("s3:*")+more, "[]", "[!Ref Policy]"), types.ChangeSetTypeUpdate)
		changes := map[string]types.Replacement{}
		for _, c := range set.Changes {
			changes[*c.ResourceChange.LogicalResourceId] = c.ResourceChange.Replacement
		}
		if diff := cmp.Diff(map[string]types.Replacement{"Policy": types.ReplacementTrue, "Naming": types.ReplacementFalse}, changes); diff != "" {
			t.Errorf("%s: %s", more, diff)
		}
		st = w.update("app", managedStack(policyOf("s3:*")+more, "[]", "[!Ref Policy]"))
		if st.StackStatus != types.StackStatusUpdateComplete || output(st, "Arn") == before {
			t.Fatalf("%s: %s\n%s", more, st.StackStatus, w.why(st))
		}
	}
	if diff := cmp.Diff(map[string][]string{"naming": {"two"}}, w.attached("naming")); diff != "" {
		t.Error(diff)
	}
	all, err := w.deps.IAM.ListPolicies(t.Context(), &awsiam.ListPoliciesInput{Scope: iamtypes.PolicyScopeTypeLocal})
	w.must(err)
	if len(all.Policies) != 1 {
		t.Errorf("%d policies are left", len(all.Policies))
	}
}

func TestAManagedPolicyThatIsNoneFailsAndOneInUseElsewhereCannotGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.create("bad", managedStack("PolicyDocument: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: x}]}", "[]", "[]"))
	if want := "Policy statement must contain resources."; bad.StackStatus != types.StackStatusRollbackComplete || !strings.Contains(w.why(bad), want) {
		t.Errorf("%s\n%s", bad.StackStatus, w.why(bad))
	}
	w.remove(bad)
	st := w.create("app", managedStack(policyOf("s3:*"), "[]", "[]"))
	_, err := w.deps.IAM.CreateRole(t.Context(), &awsiam.CreateRoleInput{RoleName: aws.String("mine"), AssumeRolePolicyDocument: ptr(anything)})
	w.must(err)
	arn := output(st, "Arn")
	_, err = w.deps.IAM.AttachRolePolicy(t.Context(), &awsiam.AttachRolePolicyInput{RoleName: aws.String("mine"), PolicyArn: &arn})
	w.must(err)
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteFailed || !strings.Contains(w.why(st), "Cannot delete a policy attached to entities.") {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
}
