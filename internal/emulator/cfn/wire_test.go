package cfn_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestTheSDKsWaitersEndOnAStack(t *testing.T) {
	t.Parallel()
	h := emulatortest.Start(t)
	c := cf.NewFromConfig(h.Config)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	text := slowBalancer + "  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}}}\nOutputs: {DNS: {Value: !GetAtt Balancer.DNSName, Export: {Name: app-DNS}}}\n"
	in := &cf.CreateChangeSetInput{StackName: aws.String("app"), ChangeSetName: aws.String("one"), ChangeSetType: types.ChangeSetTypeCreate, TemplateBody: &text, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}}}
	_, err := c.CreateChangeSet(ctx, in)
	var insufficient *types.InsufficientCapabilitiesException
	if !errors.As(err, &insufficient) {
		t.Fatalf("without capabilities: %v", err)
	}
	in.Capabilities = []types.Capability{types.CapabilityCapabilityIam}
	set, err := c.CreateChangeSet(ctx, in)
	must(err)
	fast := func(o *cf.ChangeSetCreateCompleteWaiterOptions) { o.MinDelay = 10 * time.Millisecond }
	must(cf.NewChangeSetCreateCompleteWaiter(c, fast).Wait(ctx, &cf.DescribeChangeSetInput{ChangeSetName: set.Id}, 30*time.Second))
	_, err = c.ExecuteChangeSet(ctx, &cf.ExecuteChangeSetInput{ChangeSetName: set.Id})
	must(err)
	must(cf.NewStackCreateCompleteWaiter(c, func(o *cf.StackCreateCompleteWaiterOptions) { o.MinDelay = 10 * time.Millisecond }).Wait(ctx, &cf.DescribeStacksInput{StackName: aws.String("app")}, 30*time.Second))
	out, err := c.DescribeStacks(ctx, &cf.DescribeStacksInput{StackName: aws.String("app")})
	must(err)
	st := out.Stacks[0]
	if !strings.HasPrefix(*st.Outputs[0].OutputValue, "127.0.0.1:") || *st.Outputs[0].ExportName != "app-DNS" || *st.Tags[0].Value != "a" || st.CreationTime.IsZero() {
		t.Errorf("%+v", st)
	}
	pages := cf.NewDescribeStackEventsPaginator(c, &cf.DescribeStackEventsInput{StackName: st.StackId})
	n := 0
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		must(err)
		n += len(p.StackEvents)
	}
	if n != 21 { // three for the stack, three for each of six resources
		t.Errorf("%d events", n)
	}
	_, err = c.DeleteStack(ctx, &cf.DeleteStackInput{StackName: aws.String("app")})
	must(err)
	must(cf.NewStackDeleteCompleteWaiter(c, func(o *cf.StackDeleteCompleteWaiterOptions) { o.MinDelay = 10 * time.Millisecond }).Wait(ctx, &cf.DescribeStacksInput{StackName: st.StackId}, 30*time.Second))
	_, err = c.DescribeStacks(ctx, &cf.DescribeStacksInput{StackName: aws.String("app")})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "ValidationError" || api.ErrorMessage() != "Stack with id app does not exist" {
		t.Errorf("a stack that is gone: %v", err)
	}
}

func TestTheCommandLineDeploysUpdatesAndDeletesAStack(t *testing.T) {
	t.Parallel()
	cli := emulatortest.AWS(t)
	file := filepath.Join(t.TempDir(), "stack.yml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(logs(7, "/cli", ""))
	deploy := []string{"cloudformation", "deploy", "--stack-name", "app", "--template-file", file, "--tags", "team=a"}
	cli(deploy...)
	write(logs(30, "/cli", ""))
	cli(deploy...)
	got := []string{
		cli("cloudformation", "describe-stacks", "--stack-name", "app", "--query", "Stacks[0].[StackStatus,Outputs[0].OutputValue,Tags[0].Value]"),
		cli("cloudformation", "list-stack-resources", "--stack-name", "app", "--query", "StackResourceSummaries[].[LogicalResourceId,PhysicalResourceId,ResourceStatus]"),
		cli("logs", "describe-log-groups", "--query", "logGroups[].[logGroupName,retentionInDays]"),
		cli("cloudformation", "deploy", "--stack-name", "app", "--template-file", file, "--tags", "team=a", "--no-fail-on-empty-changeset"),
	}
	want := []string{"UPDATE_COMPLETE\t/cli\ta", "One\t/cli\tUPDATE_COMPLETE", "/cli\t30", ""}
	got[3] = got[3][strings.LastIndex(got[3], "\n")+1:]
	want[3] = "No changes to deploy. Stack app is up to date"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	cli("cloudformation", "delete-stack", "--stack-name", "app")
	cli("cloudformation", "wait", "stack-delete-complete", "--stack-name", "app")
	if left := cli("logs", "describe-log-groups", "--query", "logGroups[].logGroupName"); left != "" && left != "None" {
		t.Errorf("left over: %s", left)
	}
}
