package cfn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/cfn"
)

// logs is a stack of one log group, and another that depends on it.
func logs(days int, name, more string) string {
	return fmt.Sprintf(`
Resources:
  One: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: %s, RetentionInDays: %d}}
%s
Outputs:
  Name: {Value: !Ref One}
`, name, days, more)
}

const brokenRole = `  Broken:
    Type: AWS::IAM::Role
    DependsOn: One
    Properties: {RoleName: "no good/name", AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}`

func (w *world) retention(group string) int32 {
	w.t.Helper()
	out, err := w.deps.Logs.DescribeLogGroups(w.t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &group})
	w.must(err)
	if len(out.LogGroups) == 0 {
		return -1
	}
	return aws.ToInt32(out.LogGroups[0].RetentionInDays)
}

// course returns the events of a stack as "logical STATUS", the oldest first.
func (w *world) course(st types.Stack) []string {
	w.t.Helper()
	out, err := w.DescribeStackEvents(w.t.Context(), &cf.DescribeStackEventsInput{StackName: st.StackId})
	w.must(err)
	var got []string
	for _, e := range slices.Backward(out.StackEvents) {
		got = append(got, *e.LogicalResourceId+" "+string(e.ResourceStatus))
	}
	return got
}

func TestAFailedCreationIsRolledBackToNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.create("app", logs(7, "/app", brokenRole))
	want := []string{
		"app CREATE_IN_PROGRESS", "One CREATE_IN_PROGRESS", "One CREATE_IN_PROGRESS", "One CREATE_COMPLETE", "Broken CREATE_IN_PROGRESS", "Broken CREATE_FAILED",
		"app ROLLBACK_IN_PROGRESS", "Broken DELETE_COMPLETE", "One DELETE_IN_PROGRESS", "One DELETE_COMPLETE", "app ROLLBACK_COMPLETE",
	}
	if d := cmp.Diff(want, w.course(st)); d != "" {
		t.Error(d)
	}
	if !strings.Contains(w.why(st), "app ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Broken]. Rollback requested by user.") {
		t.Error(w.why(st))
	}
	w.isEmpty()
	if _, err := w.UpdateStack(t.Context(), &cf.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(logs(7, "/app", ""))}); err == nil || !strings.Contains(err.Error(), "is in ROLLBACK_COMPLETE state and can not be updated") {
		t.Errorf("an update of a stack that never was: %v", err)
	}
	if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
		t.Error(st.StackStatus)
	}
}

func TestAFailedUpdateRestoresTheEarlierProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("app", logs(7, "/app", ""))
	st := w.update("app", logs(30, "/app", brokenRole))
	if st.StackStatus != types.StackStatusUpdateRollbackComplete || w.retention("/app") != 7 {
		t.Errorf("%s, retention %d\n%s", st.StackStatus, w.retention("/app"), w.why(st))
	}
	res, err := w.ListStackResources(t.Context(), &cf.ListStackResourcesInput{StackName: aws.String("app")})
	w.must(err)
	if len(res.StackResourceSummaries) != 1 {
		t.Errorf("%d resources after the rollback", len(res.StackResourceSummaries))
	}
	if set := w.change("app", "same", logs(7, "/app", ""), types.ChangeSetTypeUpdate); set.Status != types.ChangeSetStatusFailed {
		t.Errorf("after the rollback the first template is a change: %v", set.Changes)
	}
}

func TestAReplacedResourceIsMadeBeforeTheOldOneGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("app", logs(7, "/old", ""))
	st := w.update("app", logs(7, "/new", ""))
	if st.StackStatus != types.StackStatusUpdateComplete || w.retention("/old") != -1 || w.retention("/new") != 7 {
		t.Fatalf("%s: old %d new %d\n%s", st.StackStatus, w.retention("/old"), w.retention("/new"), w.why(st))
	}
	if got := *st.Outputs[0].OutputValue; got != "/new" {
		t.Errorf("output %s", got)
	}
	all := w.course(st)
	want := []string{"app UPDATE_IN_PROGRESS", "One UPDATE_IN_PROGRESS", "One UPDATE_IN_PROGRESS", "One UPDATE_COMPLETE", "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "One DELETE_IN_PROGRESS", "One DELETE_COMPLETE", "app UPDATE_COMPLETE"}
	if d := cmp.Diff(want, all[len(all)-len(want):]); d != "" {
		t.Error(d)
	}
}

func TestARolledBackReplacementKeepsTheOldResource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("app", logs(7, "/old", ""))
	st := w.update("app", logs(7, "/new", brokenRole))
	if st.StackStatus != types.StackStatusUpdateRollbackComplete || w.retention("/old") != 7 || w.retention("/new") != -1 {
		t.Errorf("%s: old %d new %d\n%s", st.StackStatus, w.retention("/old"), w.retention("/new"), w.why(st))
	}
	w.remove(st)
	w.isEmpty()
}

func TestAResourceThatLeavesTheTemplateGoesUnlessItIsRetained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	two := `  Two: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /two}}
  Three: {Type: AWS::Logs::LogGroup, DeletionPolicy: Retain, Properties: {LogGroupName: /three, RetentionInDays: 3}}`
	w.create("app", logs(7, "/app", two))
	st := w.update("app", logs(7, "/app", ""))
	if w.retention("/two") != -1 || w.retention("/three") != 3 || !slices.Contains(w.course(st), "Three DELETE_SKIPPED") {
		t.Errorf("two %d, three %d\n%v", w.retention("/two"), w.retention("/three"), w.course(st))
	}
}

func TestAChangeSetTellsWhatItWouldDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	more := `  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
      Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "logs:*", Resource: !GetAtt One.Arn}]}}]
  Gone: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /gone}}`
	w.create("app", logs(7, "/app", more))
	added := strings.Replace(more, "  Gone:", "  Fresh:", 1)
	set := w.change("app", "next", logs(7, "/other", strings.Replace(added, "/gone", "/fresh", 1)), types.ChangeSetTypeUpdate)
	var got []string
	for _, c := range set.Changes {
		r := c.ResourceChange
		line := fmt.Sprintf("%s %s %s %v", r.Action, *r.LogicalResourceId, r.Replacement, r.Scope)
		for _, d := range r.Details {
			line += fmt.Sprintf(" %s/%s/%s/%s/%s", aws.ToString(d.Target.Name), d.Target.RequiresRecreation, d.Evaluation, d.ChangeSource, aws.ToString(d.CausingEntity))
		}
		got = append(got, strings.TrimSpace(line))
	}
	want := []string{
		"Add Fresh  []",
		"Remove Gone  []",
		"Modify One True [Properties] LogGroupName/Always/Static/DirectModification/",
		"Modify Role False [Properties] Policies/Never/Dynamic/ResourceAttribute/One.Arn",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := w.ExecuteChangeSet(t.Context(), &cf.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}); err != nil {
		t.Fatal(err)
	}
	if st := w.settled("app"); st.StackStatus != types.StackStatusUpdateComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	_, err := w.ExecuteChangeSet(t.Context(), &cf.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId})
	if err == nil || !strings.Contains(err.Error(), "InvalidChangeSetStatus") {
		t.Errorf("executed twice: %v", err)
	}
}

func TestAChangeSetCreatesAStack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := w.change("app", "first", logs(7, "/app", ""), types.ChangeSetTypeCreate)
	st := w.stack("app")
	if set.Status != types.ChangeSetStatusCreateComplete || st.StackStatus != types.StackStatusReviewInProgress || len(set.Changes) != 1 {
		t.Fatalf("%s %s %d", set.Status, st.StackStatus, len(set.Changes))
	}
	w.must(second(w.ExecuteChangeSet(t.Context(), &cf.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId})))
	if st = w.settled("app"); st.StackStatus != types.StackStatusCreateComplete || aws.ToString(st.ChangeSetId) != *set.ChangeSetId {
		t.Errorf("%s", st.StackStatus)
	}
	again := w.change("app", "again", logs(7, "/app", ""), types.ChangeSetTypeUpdate)
	if d := cmp.Diff("The submitted information didn't contain changes. Submit different information to create a change set.", aws.ToString(again.StatusReason)); d != "" {
		t.Error(d)
	}
	_, err := w.UpdateStack(t.Context(), &cf.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(logs(7, "/app", ""))})
	if err == nil || !strings.Contains(err.Error(), "No updates are to be performed.") {
		t.Errorf("%v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func (w *world) stack(name string) types.Stack {
	w.t.Helper()
	out, err := w.DescribeStacks(w.t.Context(), &cf.DescribeStacksInput{StackName: &name})
	w.must(err)
	return out.Stacks[0]
}

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

func TestStackTagsReachTheResourcesAndFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := `Resources: {Role: {Type: AWS::IAM::Role, Properties: {RoleName: tagged, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}, Tags: [{Key: own, Value: "1"}]}}}`
	w.create("app", text, func(in *cf.CreateStackInput) {
		in.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}, {Key: aws.String("old"), Value: aws.String("x")}}
	})
	w.must(second(w.UpdateStack(t.Context(), &cf.UpdateStackInput{StackName: aws.String("app"), UsePreviousTemplate: aws.Bool(true), Capabilities: allCapabilities(), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("b")}}})))
	w.settled("app")
	out, err := w.deps.IAM.ListRoleTags(t.Context(), &awsiam.ListRoleTagsInput{RoleName: aws.String("tagged")})
	w.must(err)
	got := map[string]string{}
	for _, tag := range out.Tags {
		got[*tag.Key] = *tag.Value
	}
	if d := cmp.Diff(map[string]string{"own": "1", "team": "b"}, got); d != "" {
		t.Error(d)
	}
}

func putPolicy(role string) *awsiam.PutRolePolicyInput {
	return &awsiam.PutRolePolicyInput{RoleName: &role, PolicyName: aws.String("foreign"), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[]}`)}
}

func TestAStackThatWasBeingMadeIsRolledBackAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 2)
	w.must(second(w.CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(slowBalancer)})))
	for len(w.course(w.stack("app"))) < 4 { // some of it is there
		w.tick()
	}
	w.must(w.Close())
	saved, err := w.Save()
	w.must(err)
	if st := w.stack("app"); st.StackStatus != types.StackStatusCreateInProgress {
		t.Fatalf("stopped too late: %s", st.StackStatus)
	}
	w.Service = cfn.New(w.deps)
	w.must(w.Load(saved))
	if st := w.settled("app"); st.StackStatus != types.StackStatusRollbackComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}

// slowBalancer takes a second on the clock until its load balancer is active.
const slowBalancer = `
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]], AvailabilityZone: !Select [0, !GetAZs ""]}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]], AvailabilityZone: !Select [1, !GetAZs ""]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B]}}
  After: {Type: AWS::Logs::LogGroup, DependsOn: Balancer}
`

func TestAStackCanBeDeletedWhileItIsBeingMade(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 2)
	w.must(second(w.CreateStack(t.Context(), &cf.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(slowBalancer)})))
	for len(w.course(w.stack("app"))) < 4 {
		w.tick()
	}
	if st := w.remove(w.stack("app")); st.StackStatus != types.StackStatusDeleteComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.isEmpty()
}

func TestAnUpdateThatIsCancelledIsRolledBack(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 2)
	base := strings.Split(slowBalancer, "  Balancer:")[0]
	w.create("app", base)
	w.must(second(w.UpdateStack(t.Context(), &cf.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(slowBalancer)})))
	for !slices.Contains(w.course(w.stack("app")), "Balancer CREATE_IN_PROGRESS") {
		w.tick()
	}
	w.must(second(w.CancelUpdateStack(t.Context(), &cf.CancelUpdateStackInput{StackName: aws.String("app")})))
	if st := w.settled("app"); st.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Errorf("%s\n%s", st.StackStatus, w.why(st))
	}
	w.remove(w.stack("app"))
	w.isEmpty()
}
