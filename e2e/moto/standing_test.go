package moto

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/e2e/harness"
)

// look is one question to the aws command line. Its query (JMESPath) gives a list of rows; a row of a named kind begins with
// the resource's id and the name that takes the id's place wherever it stands.
type look struct {
	title   string // "" = not printed
	named   bool
	command string
	query   string
}

const (
	name      = "Tags[?Key=='Name']|[0].Value"
	balancers = "LoadBalancers[].LoadBalancerArn"
	groups    = "TargetGroups[].TargetGroupArn"
	listeners = "Listeners[].ListenerArn"
)

// looks are what stands in the account, whoever made it. What every account has (the default network) is left out.
func looks() []look {
	q := func(title, command, query string) look { return look{title, false, command, query} }
	n := func(title, command, query string) look { return look{title, true, command, query} }
	return []look{
		n("VPC: CIDR", "ec2 describe-vpcs", "Vpcs[?!IsDefault].[VpcId,"+name+",CidrBlock]"),
		n("subnets: VPC, CIDR, zone, public addresses", "ec2 describe-subnets", "Subnets[?!DefaultForAz].[SubnetId,"+name+",VpcId,CidrBlock,AvailabilityZone,MapPublicIpOnLaunch]"),
		n("internet gateways: attached to", "ec2 describe-internet-gateways", "InternetGateways[].[InternetGatewayId,"+name+",Attachments[].VpcId]"),
		n("addresses", "ec2 describe-addresses", "Addresses[].[AllocationId,"+name+",Domain]"),
		n("NAT gateways: subnet, address", "ec2 describe-nat-gateways", "NatGateways[?State!='deleted'].[NatGatewayId,"+name+",SubnetId,NatGatewayAddresses[].AllocationId]"),
		n("route tables: VPC, subnets, routes", "ec2 describe-route-tables", "RouteTables[?Associations[0].Main!=`true`].[RouteTableId,"+name+",VpcId,Associations[].SubnetId,Routes[].[DestinationCidrBlock,GatewayId||NatGatewayId]]"),
		q("VPC endpoints: service, type, VPC, route tables", "ec2 describe-vpc-endpoints", "VpcEndpoints[?State!='deleted'].[ServiceName,VpcEndpointType,VpcId,sort(RouteTableIds)]"),
		n("security groups: VPC", "ec2 describe-security-groups", "SecurityGroups[?GroupName!='default'].[GroupId,"+name+"||Description,VpcId]"),
		q("load balancers: scheme, type, addresses, VPC, security groups, subnets", "elbv2 describe-load-balancers", "LoadBalancers[].[LoadBalancerName,Scheme,Type,IpAddressType,VpcId,SecurityGroups,AvailabilityZones[].SubnetId]"),
		q("", "elbv2 describe-load-balancers", balancers),
		q("", "elbv2 describe-target-groups", groups),
		q("target groups: name, type, protocol, version, port, VPC", "elbv2 describe-target-groups", "TargetGroups[].[TargetGroupName,TargetType,Protocol,ProtocolVersion,Port,VpcId]"),
		q("health checks: target group, protocol, port, path, interval, timeout, healthy, unhealthy, good answers", "elbv2 describe-target-groups",
			"TargetGroups[].[TargetGroupName,HealthCheckProtocol,HealthCheckPort,HealthCheckPath,HealthCheckIntervalSeconds,HealthCheckTimeoutSeconds,HealthyThresholdCount,UnhealthyThresholdCount,Matcher]"),
		q("roles: who may assume them, what they may do", "iam get-account-authorization-details --filter Role", "RoleDetailList[].[RoleName,AssumeRolePolicyDocument.Statement,RolePolicyList[].[PolicyName,PolicyDocument.Statement]]"),
		q("log groups: retention", "logs describe-log-groups", "logGroups[].[logGroupName,retentionInDays]"),
		q("repositories", "ecr describe-repositories", "repositories[].[repositoryName]"),
		q("namespaces: type", "servicediscovery list-namespaces", "Namespaces[].[Name,Type]"),
		q("stacks: tags", "cloudformation describe-stacks", "Stacks[].[StackName,StackStatus,sort_by(Tags,&Key)[].[Key,Value]]"),
		q("active task definitions", "ecs list-task-definitions", "taskDefinitionArns[].[@]"),
	}
}

// more are the questions for which one must know names and ARNs.
func more(first []look, answers [][]any, cluster string, services []string) []look {
	q := func(title, command, query string) look { return look{title, false, command, query} }
	live := "ecs describe-services --include TAGS --cluster " + cluster + " --services " + strings.Join(services, " ")
	all := []look{
		q("security group rules: group, out, protocol, ports, CIDR, other group, why", "ec2 describe-security-group-rules",
			"SecurityGroupRules[].[GroupId,IsEgress,IpProtocol,FromPort,ToPort,CidrIpv4,ReferencedGroupInfo.GroupId,Description]"),
		q("cluster: capacity providers, settings, configuration", "ecs describe-clusters --include SETTINGS CONFIGURATIONS --clusters "+cluster,
			"clusters[].[clusterName,status,capacityProviders,settings,configuration]"),
		q("services: launch type, task definition, desired", live, "services[].[serviceName,status,launchType,platformVersion,taskDefinition,desiredCount]"),
		q("services' networks", live, "services[].[serviceName,networkConfiguration.awsvpcConfiguration]"),
		q("services' load balancers, grace period", live, "services[].[serviceName,loadBalancers,healthCheckGracePeriodSeconds]"),
		q("services' deployments and tags", live,
			"services[].[serviceName,deploymentConfiguration,enableECSManagedTags,propagateTags,availabilityZoneRebalancing,sort_by(tags,&key)[].[key,value]]"),
	}
	for _, s := range services {
		all = append(all, q("task definition of "+s, "ecs describe-task-definition --include TAGS --task-definition "+cluster+"-"+s,
			"[taskDefinition.[family,networkMode,requiresCompatibilities,cpu,memory,runtimePlatform,executionRoleArn,taskRoleArn,containerDefinitions],sort_by(tags,&key)[?key!='ferry:commit'].[key,value]]"))
	}
	for _, arn := range column(first, answers, groups) {
		all = append(all, q("attributes of a target group", "elbv2 describe-target-group-attributes --target-group-arn "+arn,
			"Attributes[?contains(Key,'deregistration')||contains(Key,'stickiness')||contains(Key,'slow_start')].[Key,Value]"))
	}
	for _, arn := range column(first, answers, balancers) {
		command := "elbv2 describe-listeners --load-balancer-arn " + arn
		all = append(all, q("", command, listeners), q("listeners: port, protocol, certificates, policy, else", command,
			"Listeners[].[Port,Protocol,Certificates[].CertificateArn,SslPolicy,DefaultActions[0]]"))
	}
	return all
}

// rules are the questions for which one must know the listeners.
func rules(second []look, answers [][]any) []look {
	var all []look
	for _, arn := range column(second, answers, listeners) {
		all = append(all, look{"rules of a listener: priority, when, what", false, "elbv2 describe-rules --listener-arn " + arn,
			"Rules[?!IsDefault].[Priority,Conditions,Actions[].[Type,TargetGroupArn]]"})
	}
	return all
}

// standing writes everything that stands in the account into a file: "standing CLUSTER SERVICE… FILE".
func standing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: standing CLUSTER [SERVICE…] FILE")
	}
	r := newReader(ts)
	all := looks()
	answers := r.ask(all)
	second := more(all, answers, args[0], args[1:len(args)-1])
	all, answers = append(all, second...), append(answers, r.ask(second)...)
	third := rules(all, answers)
	text := r.print(append(all, third...), append(answers, r.ask(third)...))
	ts.Check(os.WriteFile(ts.MkAbs(args[len(args)-1]), []byte(text), 0o644))
}

// others are the kinds that only some workloads have, and whatever carries a tag of ferry's, whatever its kind.
func others() []look {
	q := func(title, command, query string) look { return look{title, false, command, query} }
	return []look{
		q("queues", "sqs list-queues", "QueueUrls[].[@]"),
		q("topics", "sns list-topics", "Topics[].[TopicArn]"),
		q("subscriptions", "sns list-subscriptions", "Subscriptions[].[Protocol,TopicArn,Endpoint]"),
		q("schedules: group", "scheduler list-schedules", "Schedules[].[Name,GroupName]"),
		q("state machines", "stepfunctions list-state-machines", "stateMachines[].[name]"),
		q("buckets", "s3api list-buckets", "Buckets[].[Name]"),
		q("distributions", "cloudfront list-distributions", "DistributionList.Items[].[DomainName]"),
		q("file systems", "efs describe-file-systems", "FileSystems[].[Name]"),
		q("alarms", "cloudwatch describe-alarms", "MetricAlarms[].[AlarmName]"),
		q("scalable targets", "application-autoscaling describe-scalable-targets --service-namespace ecs", "ScalableTargets[].[ResourceId]"),
		q("clusters", "ecs list-clusters", "clusterArns[].[@]"),
		// Services that were deleted keep their tags; that none is left is seen by their cluster, which goes only without them.
		q("tagged", "resourcegroupstaggingapi get-resources --tag-filters Key=ferry:application", "ResourceTagMappingList[?!contains(ResourceARN,':service/')].[ResourceARN]"),
	}
}

// also writes what stands in the account of the kinds that not every story has into a file: "also FILE".
func also(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: also FILE")
	}
	r, all := newReader(ts), others()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(r.print(all, r.ask(all))), 0o644))
}

// left requires that nothing stands in the account: "left nothing"; with "at all" nothing of the other kinds either, and
// nothing that carries a tag of ferry's.
func left(ts *testscript.TestScript, neg bool, args []string) {
	all := looks()
	switch what := strings.Join(args, " "); {
	case !neg && what == "nothing at all":
		all = append(all, others()...)
	case neg || what != "nothing":
		ts.Fatalf("usage: left nothing [at all]")
	}
	r := newReader(ts)
	if text := r.print(all, r.ask(all)); text != "" {
		ts.Fatalf("there is left:\n%s", text)
	}
}

type reader struct {
	ts       *testscript.TestScript
	env      []string
	endpoint string // named in each command: one client that the aws command line has (sqs) looks at no variable
	names    map[string]string
}

func newReader(ts *testscript.TestScript) *reader {
	return &reader{ts: ts, names: map[string]string{}, endpoint: ts.Getenv("AWS_ENDPOINT_URL"),
		env: harness.Env(harness.AWSEnv(ts.Getenv("AWS_ENDPOINT_URL"), ts.Getenv("WORK"))...)}
}

// ask asks all questions, four at a time; those of one command together.
func (r *reader) ask(all []look) [][]any {
	answers := make([][]any, len(all))
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(4)
	for command, which := range byCommand(all) {
		g.Go(func() error {
			rows, err := r.aws(command, which, all)
			mu.Lock()
			defer mu.Unlock()
			for i, w := range which[:len(rows)] {
				answers[w] = rows[i]
			}
			return err
		})
	}
	r.ts.Check(g.Wait())
	for i, l := range all {
		if l.named {
			r.learn(answers[i])
		}
	}
	return answers
}

func byCommand(all []look) map[string][]int {
	m := map[string][]int{}
	for i, l := range all {
		m[l.command] = append(m[l.command], i)
	}
	return m
}

func (r *reader) aws(command string, which []int, all []look) ([][]any, error) {
	var queries []string
	for _, w := range which {
		queries = append(queries, all[w].query)
	}
	cmd := exec.Command("aws", append(strings.Fields(command), "--endpoint-url", r.endpoint, "--output", "json", "--query", "["+strings.Join(queries, ",")+"]")...)
	cmd.Env = r.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("aws %s: %w\n%s", command, err, stderr.String())
	}
	var rows [][]any
	if err := json.Unmarshal(out, &rows); err != nil {
		return nil, fmt.Errorf("aws %s answered %s: %w", command, out, err)
	}
	return rows, nil
}

// column returns the single values of the answers to a question asked before.
func column(all []look, answers [][]any, query string) []string {
	var column []string
	for i, l := range all {
		if l.query == query {
			for _, row := range answers[i] {
				column = append(column, fmt.Sprint(row))
			}
		}
	}
	slices.Sort(column)
	return column
}

// learn takes the ids and names of rows of a named kind.
func (r *reader) learn(rows []any) {
	for _, row := range rows {
		cells := row.([]any)
		id, _ := cells[0].(string)
		if title, _ := cells[1].(string); title != "" {
			r.names[id] = title
		}
	}
}

// print writes the answers below their titles, one row a line, sorted, with names for ids. A title without rows is left out.
func (r *reader) print(all []look, answers [][]any) string {
	var b strings.Builder
	for i, l := range all {
		if l.title == "" {
			continue
		}
		var lines []string
		for _, row := range answers[i] {
			if line := r.line(l, row); line != "" {
				lines = append(lines, line)
			}
		}
		slices.Sort(lines)
		if len(lines) > 0 {
			fmt.Fprintf(&b, "# %s\n%s\n\n", l.title, strings.Join(lines, "\n"))
		}
	}
	return b.String()
}

func (r *reader) line(l look, row any) string {
	cells, ok := row.([]any)
	if strings.HasPrefix(l.title, "security group rules") && (!ok || r.names[fmt.Sprint(cells[0])] == "") {
		return "" // of a network that every account has
	}
	if l.named {
		cells = cells[1:]
	}
	if ok {
		row = cells
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	r.ts.Check(enc.Encode(r.settle(row)))
	return strings.TrimSpace(b.String())
}

// settle puts names in the place of ids, and sorts lists of ids by name: their own order hangs on the ids.
func (r *reader) settle(v any) any {
	switch v := v.(type) {
	case string:
		if title, ok := r.names[v]; ok {
			return title
		}
	case map[string]any:
		for k := range v {
			v[k] = r.settle(v[k])
		}
	case []any:
		ids := !slices.ContainsFunc(v, func(e any) bool { id, _ := e.(string); return r.names[id] == "" })
		for i := range v {
			v[i] = r.settle(v[i])
		}
		if ids {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		}
	}
	return v
}
