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

func second[T any](_ T, err error) error { return err }

func (w *world) stack(name string) types.Stack {
	w.t.Helper()
	out, err := w.DescribeStacks(w.t.Context(), &cf.DescribeStacksInput{StackName: &name})
	w.must(err)
	return out.Stacks[0]
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
