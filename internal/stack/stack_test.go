package stack_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
	"ferry.dev/ferry/internal/stack"
)

func client(h *emulatortest.Handle) *stack.Client {
	c := stack.New(h.Config)
	c.Pace = poll.Pace{First: 5 * time.Millisecond, Most: 50 * time.Millisecond, Heartbeat: time.Second, Patience: 2 * time.Second}
	return c
}

// spec is a stack of log groups with a digest of its own.
func spec(groups ...string) stack.Spec {
	var b strings.Builder
	b.WriteString("Resources:\n")
	after := ""
	for i, g := range groups {
		fmt.Fprintf(&b, "  G%d:\n    Type: AWS::Logs::LogGroup\n%s    Properties: {LogGroupName: %s}\n", i, after, g)
		after = fmt.Sprintf("    DependsOn: G%d\n", i)
	}
	fmt.Fprintf(&b, "Outputs:\n  First:\n    Value: !Ref G0\n  TemplateDigest:\n    Value: sha-%s\n", strings.Join(groups, "-"))
	return stack.SpecOf("shop-test", []byte(b.String()), map[string]string{"ferry:application": "shop"})
}

// apply describes the stack and brings it to the spec.
func apply(t *testing.T, c *stack.Client, s stack.Spec, sink event.Sink) (stack.Stack, bool, error) {
	t.Helper()
	live, err := c.Describe(t.Context(), s.Name)
	if err != nil {
		t.Fatal(err)
	}
	return c.Apply(t.Context(), live, s, sink)
}

func mustApply(t *testing.T, c *stack.Client, s stack.Spec) stack.Stack {
	t.Helper()
	live, _, err := apply(t, c, s, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return live
}

func TestAStackIsMadeChangedAndLeftAlone(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	c := client(h)
	made := mustApply(t, c, spec("a"))
	want := stack.Stack{Name: "shop-test", ID: made.ID, Status: types.StackStatusCreateComplete,
		Outputs: map[string]string{"First": "a", "TemplateDigest": "sha-a"}, Tags: map[string]string{"ferry:application": "shop"}}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("the stack differs (-want +got):\n%s", diff)
	}
	var changes event.StackChanges
	var told []string
	_, changed, err := apply(t, c, spec("a", "b"), func(e event.Event) {
		switch e := e.(type) {
		case event.StackChanges:
			changes = e
		case event.StackEvent:
			told = append(told, e.LogicalID+" "+e.Status)
		}
	})
	if err != nil || !changed || changes.Add != 1 {
		t.Fatalf("got changed %v, %+v, %v", changed, changes, err)
	}
	for _, line := range told {
		if strings.HasPrefix(line, "G0 CREATE") {
			t.Errorf("an event of the time before is told: %s", line)
		}
	}
	h.ResetCalls()
	if _, changed, err := apply(t, c, spec("a", "b"), event.Discard); changed || err != nil {
		t.Errorf("got changed %v and %v", changed, err)
	}
	if diff := cmp.Diff([]string{"cloudformation.DescribeStacks"}, h.Operations()); diff != "" {
		t.Errorf("an unchanged stack needs other calls (-want +got):\n%s", diff)
	}
}

func TestAFailureNamesTheResourceThatFailedFirst(t *testing.T) {
	t.Parallel()
	c := client(emulatortest.Start(t))
	_, _, err := apply(t, c, spec("a", "a", "b"), event.Discard)
	if err == nil || !strings.Contains(err.Error(), "G1 (AWS::Logs::LogGroup)") || strings.Contains(err.Error(), "cancelled") ||
		!strings.Contains(fault.Hint(err), "delete what G1 names") {
		t.Errorf("got %v", err)
	}
}

func TestAStackWhoseCreationFailedIsMadeAnew(t *testing.T) {
	t.Parallel()
	c := client(emulatortest.Start(t))
	if _, _, err := apply(t, c, spec("a", "a"), event.Discard); err == nil {
		t.Fatal("got no error")
	}
	if got := mustApply(t, c, spec("a", "b")); got.Status != types.StackStatusCreateComplete {
		t.Errorf("got %s", got.Status)
	}
}

func TestAnUpdateThatFailsLeavesTheStackAsItWasAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	c := client(emulatortest.Start(t))
	mustApply(t, c, spec("a"))
	_, _, err := apply(t, c, spec("a", "b", "b"), event.Discard)
	if err == nil || !strings.Contains(err.Error(), "it is as it was before") {
		t.Fatalf("got %v", err)
	}
	live, err := c.Describe(t.Context(), "shop-test")
	if err != nil || live.Status != types.StackStatusUpdateRollbackComplete || live.Outputs["TemplateDigest"] != "sha-a" {
		t.Errorf("got %+v and %v", live, err)
	}
	if got := mustApply(t, c, spec("a", "b")); got.Status != types.StackStatusUpdateComplete {
		t.Errorf("got %s", got.Status)
	}
}

func TestAStackThatSomebodyElseChangesIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	c := client(h)
	mustApply(t, c, spec("a"))
	other := spec("a", "b", "c")
	cfn := cloudformation.NewFromConfig(h.Config)
	if _, err := cfn.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{StackName: &other.Name, TemplateBody: aws.String(string(other.Template))}); err != nil {
		t.Fatal(err)
	}
	if got := mustApply(t, c, spec("a", "d")); got.Status != types.StackStatusUpdateComplete || got.Outputs["TemplateDigest"] != "sha-a-d" {
		t.Errorf("got %+v", got)
	}
}

func TestAChangeSetThatAKilledRunLeftIsAdopted(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	c := client(h)
	if _, err := c.Propose(t.Context(), stack.Stack{Name: "shop-test"}, spec("a"), event.Discard); err != nil {
		t.Fatal(err)
	}
	if got := mustApply(t, c, spec("a")); got.Status != types.StackStatusCreateComplete {
		t.Errorf("got %s", got.Status)
	}
	if n := h.Count("cloudformation.DeleteChangeSet"); n != 0 {
		t.Errorf("%d change sets were deleted", n)
	}
}

func TestAChangeThatIsDiscardedLeavesNothing(t *testing.T) {
	t.Parallel()
	c := client(emulatortest.Start(t))
	ch, err := c.Propose(t.Context(), stack.Stack{Name: "shop-test"}, spec("a"), event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Discard(t.Context(), ch); err != nil {
		t.Fatal(err)
	}
	if live, err := c.Describe(t.Context(), "shop-test"); err != nil || live.Exists() {
		t.Errorf("got %+v and %v", live, err)
	}
}

func TestRevertBringsBackTheTemplateAndItsTags(t *testing.T) {
	t.Parallel()
	c := client(emulatortest.Start(t))
	before := mustApply(t, c, spec("a"))
	next := spec("a", "b")
	next.Tags = map[string]string{"ferry:application": "other"}
	ch, err := c.Propose(t.Context(), before, next, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Execute(t.Context(), ch, event.Discard); err != nil {
		t.Fatal(err)
	}
	got, err := c.Revert(t.Context(), ch, nil, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{before.Outputs, before.Tags}, []any{got.Outputs, got.Tags}); diff != "" {
		t.Errorf("the stack differs (-want +got):\n%s", diff)
	}
}

func TestDeletingAStackThatIsAbsentIsFine(t *testing.T) {
	t.Parallel()
	c := client(emulatortest.Start(t))
	live := mustApply(t, c, spec("a"))
	if there, err := c.Delete(t.Context(), live, event.Discard); !there || err != nil {
		t.Errorf("got %v and %v", there, err)
	}
	gone, err := c.Describe(t.Context(), "shop-test")
	if err != nil || gone.Exists() {
		t.Fatalf("got %+v and %v", gone, err)
	}
	if there, err := c.Delete(t.Context(), gone, event.Discard); there || err != nil {
		t.Errorf("the second time: %v and %v", there, err)
	}
}

func TestALookUpThatFailsIsNotTakenForAbsent(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	h.Fault(emulator.Fault{Operation: "DescribeStacks", Code: "ValidationError", Message: "something else is wrong", Status: 400})
	if live, err := client(h).Describe(t.Context(), "shop-test"); err == nil {
		t.Errorf("got %+v and no error", live)
	}
}

func TestFollowingSurvivesThrottlingAndABrokenNetwork(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	h.Config.RetryMaxAttempts = 1 // the waits themselves must survive, not only the SDK
	h.Fault(emulator.Fault{Operation: "DescribeStackEvents", Code: "Throttling", Message: "Rate exceeded", Status: 400, Times: 3})
	h.Fault(emulator.Fault{Operation: "DescribeStackEvents", Drop: true, Times: 2})
	if got := mustApply(t, client(h), spec("a")); got.Status != types.StackStatusCreateComplete {
		t.Errorf("got %s", got.Status)
	}
}

func TestAWaitForAStackHasALimit(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	h.Config.RetryMaxAttempts = 1
	c := client(h)
	c.Limit = 50 * time.Millisecond
	h.Fault(emulator.Fault{Operation: "DescribeStackEvents", Code: "Throttling", Message: "Rate exceeded", Status: 400})
	_, _, err := apply(t, c, spec("a"), event.Discard)
	if fault.ExitCode(err) != fault.TimedOut || !errors.Is(err, poll.ErrLimit) {
		t.Errorf("got %v", err)
	}
}
