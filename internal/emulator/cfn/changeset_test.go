package cfn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"
)

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
