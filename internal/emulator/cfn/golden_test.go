package cfn_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	awsecs "github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"ferry.dev/ferry/internal/emulator/ec2"
	"ferry.dev/ferry/internal/emulator/sns"
	"ferry.dev/ferry/internal/emulator/sqs"
)

// Every template that the renderer is known to write deploys here, and leaves nothing when it is deleted.

func goldens(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "render", "testdata", kind, "*.stack.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden templates: %v", err)
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryEnvironmentTemplateDeploysAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, file := range goldens(t, "environment") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			text := w.atHome(read(t, file))
			st := w.create("demo-test", text)
			if st.StackStatus != types.StackStatusCreateComplete {
				t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
			}
			if set := w.change("demo-test", "again", text, types.ChangeSetTypeUpdate); set.Status != types.ChangeSetStatusFailed {
				t.Errorf("the same template again would change %d resources", len(set.Changes))
			}
			if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
				t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
			}
			w.isEmpty()
		})
	}
}

// foreignTopics makes the topics of other services that a template's subscriptions are to.
func (w *world) foreignTopics(text string) []string {
	w.t.Helper()
	var arns []string
	for _, m := range regexp.MustCompile(`TopicArn: !Sub "[^"]*:([^":]+)"`).FindAllStringSubmatch(text, -1) {
		attributes := map[string]string{}
		if strings.HasSuffix(m[1], ".fifo") {
			attributes["FifoTopic"] = "true"
		}
		out, err := w.deps.SNS.CreateTopic(w.t.Context(), &sns.CreateTopicInput{Name: &m[1], Attributes: attributes})
		if err != nil {
			w.t.Fatal(err)
		}
		arns = append(arns, *out.TopicArn)
	}
	return arns
}

// foreignPolicies makes the account's own managed policies that a template attaches but does not make.
func (w *world) foreignPolicies(text string) []string {
	w.t.Helper()
	var arns []string
	for _, m := range regexp.MustCompile(`- "arn:aws:iam::\d+:policy/([^"]+)"`).FindAllStringSubmatch(text, -1) {
		out, err := w.deps.IAM.CreatePolicy(w.t.Context(), &awsiam.CreatePolicyInput{PolicyName: &m[1], PolicyDocument: ptr(anything)})
		w.must(err)
		arns = append(arns, *out.Policy.Arn)
	}
	return arns
}

func TestEveryServiceTemplateDeploysOnAnEnvironmentAndLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, file := range goldens(t, "service") {
		if strings.Contains(filepath.Base(file), "imported-alb") || strings.Contains(filepath.Base(file), "certificate-unknown") || strings.Contains(read(t, file), "Protocol: UDP") || strings.Contains(read(t, file), "Protocol: TCP_UDP") {
			continue // a load balancer or certificate that is not here, or UDP, which this endpoint has not
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			text := w.atHome(read(t, file))
			topics, policies := w.foreignTopics(text), w.foreignPolicies(text)
			base := w.create("environment", exporter(text))
			if base.StackStatus != types.StackStatusCreateComplete {
				t.Fatalf("%s\n%s", base.StackStatus, w.why(base))
			}
			st := w.create("service", text)
			if st.StackStatus != types.StackStatusCreateComplete {
				t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
			}
			if st = w.remove(st); st.StackStatus != types.StackStatusDeleteComplete {
				t.Fatalf("%s\n%s", st.StackStatus, w.why(st))
			}
			w.remove(base)
			for _, arn := range topics {
				_, err := w.deps.SNS.DeleteTopic(t.Context(), &sns.TopicInput{TopicArn: &arn})
				w.must(err)
			}
			for _, arn := range policies {
				_, err := w.deps.IAM.DeletePolicy(t.Context(), &awsiam.DeletePolicyInput{PolicyArn: &arn})
				w.must(err)
			}
			w.isEmpty()
		})
	}
}

// atHome gives a template that was rendered for another region and account literal values of this one, and makes the
// VPC and the subnets that it imports.
func (w *world) atHome(text string) string {
	w.t.Helper()
	text = regexp.MustCompile(`(eu|ap|cn|us)-[a-z]+-\d([a-f]?)`).ReplaceAllString(text, "us-east-1$2")
	text = strings.ReplaceAll(text, "123456789012", w.deps.Scope.Account)
	if strings.Contains(text, `"theirs"`) { // a capacity provider that exists already
		_, err := w.deps.ECS.CreateCapacityProvider(w.t.Context(), &awsecs.CreateCapacityProviderInput{
			Name: ptr("theirs"), AutoScalingGroupProvider: &ecstypes.AutoScalingGroupProvider{AutoScalingGroupArn: ptr("theirs")},
		})
		w.must(err)
	}
	if !regexp.MustCompile(`\b(vpc|subnet|sg)-[0-9a-z]+`).MatchString(text) {
		return text
	}
	vpc, err := w.deps.EC2.CreateVpc(w.t.Context(), &ec2.CreateVpcInput{CidrBlock: ptr("10.9.0.0/16")})
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	made := map[string]string{}
	return regexp.MustCompile(`\b(vpc|subnet|sg)-[0-9a-z]+\b`).ReplaceAllStringFunc(text, func(id string) string {
		if made[id] != "" {
			return made[id]
		}
		made[id] = *vpc.Vpc.VpcId
		switch {
		case strings.HasPrefix(id, "subnet-"):
			out, err := w.deps.EC2.CreateSubnet(w.t.Context(), &ec2.CreateSubnetInput{VpcId: vpc.Vpc.VpcId, CidrBlock: ptr(fmt.Sprintf("10.9.%d.0/24", n)), AvailabilityZone: ptr("us-east-1" + string(rune('a'+n%2)))})
			if err != nil {
				w.t.Fatal(err)
			}
			n++
			made[id] = *out.Subnet.SubnetId
		case strings.HasPrefix(id, "sg-"):
			out, err := w.deps.EC2.CreateSecurityGroup(w.t.Context(), &ec2.CreateSecurityGroupInput{VpcId: vpc.Vpc.VpcId, GroupName: ptr("group-" + id), Description: &id})
			if err != nil {
				w.t.Fatal(err)
			}
			made[id] = *out.GroupId
		}
		return made[id]
	})
}

func ptr[T any](v T) *T { return &v }

// exporter is a stack that exports whatever a template imports, with values of the right kind.
func exporter(text string) string {
	var outputs []string
	for i, m := range regexp.MustCompile(`ImportValue "([^"]+)"`).FindAllStringSubmatch(text, -1) {
		name := m[1]
		value := "!Ref Vpc"
		switch {
		case strings.HasSuffix(name, "HTTPListenerArn"):
			value = "!Ref Listener"
		case strings.HasSuffix(name, "HTTPSListenerArn"):
			value = "!Ref Secure"
		case strings.HasSuffix(name, "PrivateLoadBalancerSecurityGroup"):
			value = "!GetAtt Other.GroupId"
		case strings.HasSuffix(name, "NamespaceId"):
			value = "!Ref Space"
		case strings.HasSuffix(name, "PublicSubnets"):
			value = `!Join [",", [!Ref A, !Ref B]]`
		case strings.HasSuffix(name, "LoadBalancerDNS"), strings.HasSuffix(name, "LoadBalancerZone"):
			value = "text"
		case strings.HasSuffix(name, "SecurityGroup"):
			value = "!GetAtt Group.GroupId"
		case strings.HasSuffix(name, "-FileSystem"):
			value = "!Ref Files"
		}
		entry := fmt.Sprintf("  O%d: {Value: %s, Export: {Name: %q}}\n", i, value, name)
		if !strings.Contains(strings.Join(outputs, ""), fmt.Sprintf("%q", name)) {
			outputs = append(outputs, entry)
		}
	}
	return `
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Space: {Type: AWS::ServiceDiscovery::PrivateDnsNamespace, Properties: {Name: test.local, Vpc: !Ref Vpc}}
  Other: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: y, VpcId: !Ref Vpc}}
  Files: {Type: AWS::EFS::FileSystem}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B]}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP, DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404"}}]}
  Secure:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: HTTPS
      Certificates: [{CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1"}]
      DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404"}}]
Outputs:
  Vpc: {Value: !Ref Vpc}
` + strings.Join(outputs, "")
}

// isEmpty tells when something is left: of what stacks make, nothing may be. What atHome made stays.
func (w *world) isEmpty() {
	w.t.Helper()
	ctx := w.t.Context()
	var left []string
	add := func(kind string, n int) {
		if n > 0 {
			left = append(left, fmt.Sprintf("%d %s", n, kind))
		}
	}
	lbs, err := w.deps.ELB.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{})
	w.must(err)
	add("load balancers", len(lbs.LoadBalancers))
	groups, err := w.deps.ELB.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{})
	w.must(err)
	add("target groups", len(groups.TargetGroups))
	roles, err := w.deps.IAM.ListRoles(ctx, &awsiam.ListRolesInput{})
	w.must(err)
	for _, r := range roles.Roles {
		if !strings.HasPrefix(*r.Path, "/aws-service-role/") {
			add("role "+*r.RoleName, 1)
		}
	}
	policies, err := w.deps.IAM.ListPolicies(ctx, &awsiam.ListPoliciesInput{Scope: iamtypes.PolicyScopeTypeLocal})
	w.must(err)
	add("managed policies", len(policies.Policies))
	logs, err := w.deps.Logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	w.must(err)
	if !w.kept() {
		add("log groups", len(logs.LogGroups))
	}
	spaces, err := w.deps.CloudMap.ListNamespaces(ctx, &servicediscovery.ListNamespacesInput{})
	w.must(err)
	add("namespaces", len(spaces.Namespaces))
	queues, err := w.deps.SQS.ListQueues(ctx, &sqs.ListQueuesInput{})
	w.must(err)
	add("queues", len(queues.QueueUrls))
	topics, err := w.deps.SNS.ListTopics(ctx, &sns.ListTopicsInput{})
	w.must(err)
	add("topics", len(topics.Topics))
	subscriptions, err := w.deps.SNS.ListSubscriptions(ctx, &sns.ListSubscriptionsInput{})
	w.must(err)
	add("subscriptions", len(subscriptions.Subscriptions))
	clusters, err := w.deps.ECS.ListClusters(ctx, &awsecs.ListClustersInput{})
	w.must(err)
	add("clusters", len(clusters.ClusterArns))
	vpcs, err := w.deps.EC2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{})
	w.must(err)
	vpcs.Vpcs = slices.DeleteFunc(vpcs.Vpcs, func(v ec2.Vpc) bool { return *v.CidrBlock == "10.9.0.0/16" })
	add("VPCs", len(vpcs.Vpcs))
	addresses, err := w.deps.EC2.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{})
	w.must(err)
	add("addresses", len(addresses.Addresses))
	if n := len(w.deps.EFS.Tagged()); !w.kept() {
		add("file systems and access points", n)
	} else if strings.Contains(w.t.Name(), "file-system") && n != 1 {
		w.t.Errorf("%d file systems were kept", n)
	}
	exports, err := w.ListExports(ctx, &cf.ListExportsInput{})
	w.must(err)
	add("exports", len(exports.Exports))
	if len(left) > 0 {
		w.t.Errorf("left over: %v", left)
	}
}

// kept tells whether a stack's resource was to be kept.
func (w *world) kept() bool {
	return strings.Contains(w.t.Name(), "keep-logs") || strings.Contains(w.t.Name(), "file-system")
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
