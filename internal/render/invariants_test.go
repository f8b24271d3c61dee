package render_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// What no linter sees, or only half, in the templates: each of these was somebody's outage, bill or open door.

// stacks renders every template that there is a case for.
func stacks(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name, e := range environmentCases(t) {
		out, err := render.EnvironmentStack(e)
		if err != nil {
			t.Fatal(err)
		}
		all["environment "+name] = out
	}
	for name, c := range serviceCases(t) {
		out, err := render.ServiceStack(c.plan)
		if err != nil {
			t.Fatal(err)
		}
		all["service "+name] = out
	}
	for name, s := range siteCases(t) {
		out, err := render.ServiceStack(s)
		if err != nil {
			t.Fatal(err)
		}
		all["site "+name] = out
	}
	return all
}

// resources returns a template's resources, each with its properties as plain values: a function is the text behind it.
func resources(t *testing.T, name string, template []byte) map[string]resource {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal(template, &root); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	top := plain(&root).(map[string]any)
	parameters, _ := top["Parameters"].(map[string]any)
	maps.DeleteFunc(parameters, func(key string, _ any) bool {
		return strings.HasPrefix(key, addons.Prefix) || strings.HasPrefix(key, plan.Imported) || // the user's own, and what only a deploy finds out
			strings.HasSuffix(key, "Weight") // what ECS swings
	})
	if len(parameters) > 0 {
		t.Errorf("%s: what comes in as a parameter no linter checks", name)
	}
	all := map[string]resource{}
	for id, r := range top["Resources"].(map[string]any) {
		m := r.(map[string]any)
		p, _ := m["Properties"].(map[string]any)
		all[id] = resource{kind: m["Type"].(string), properties: p}
	}
	return all
}

type resource struct {
	kind       string
	properties map[string]any
}

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(c))
		}
		return list
	}
	return n.Value
}

// list makes one thing a list of one.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func TestNoTemplateOpensMoreThanItMust(t *testing.T) {
	t.Parallel()
	for name, template := range stacks(t) {
		for id, r := range resources(t, name, template) {
			var rules []any
			switch r.kind {
			case "AWS::EC2::SecurityGroup":
				rules = list(r.properties["SecurityGroupIngress"])
			case "AWS::EC2::SecurityGroupIngress":
				rules = []any{r.properties}
			}
			for _, rule := range rules {
				if complaint := tooOpen(id, rule.(map[string]any)); complaint != "" {
					t.Errorf("%s: %s: %s: %v", name, id, complaint, rule)
				}
			}
		}
	}
}

func tooOpen(id string, rule map[string]any) string {
	world := rule["CidrIp"] == "0.0.0.0/0" || rule["CidrIpv6"] == "::/0"
	web := rule["FromPort"] == rule["ToPort"] && (rule["FromPort"] == "80" || rule["FromPort"] == "443")
	source := text(rule["CidrIp"]) + text(rule["CidrIpv6"]) + text(rule["SourceSecurityGroupId"]) + text(rule["SourcePrefixListId"])
	switch {
	case source == "":
		return "from anywhere"
	case world && id == "NetworkLoadBalancerSecurityGroup": // the ports that the manifest names, for everybody
		return ""
	case world && (id != "PublicLoadBalancerSecurityGroup" || !web || rule["IpProtocol"] != "tcp"):
		return "open to the world"
	case rule["IpProtocol"] == "-1" && rule["SourceSecurityGroupId"] != rule["GroupId"]:
		return "every port, and not only among the tasks"
	}
	return ""
}

func TestNoRoleMayDoMoreThanItMust(t *testing.T) {
	t.Parallel()
	// AWS knows no narrower resource for these.
	// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
	onEverything := []string{
		"ecr:GetAuthorizationToken", "logs:DescribeLogGroups", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
		"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
		"xray:GetSamplingRules", "xray:GetSamplingStatisticSummaries", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments", "ecs:ListTasks",
		"ecs:DiscoverPollEndpoint", "ec2:DescribeTags",
	}

	for name, template := range stacks(t) {
		for id, r := range resources(t, name, template) {
			if strings.HasPrefix(r.kind, "AWS::Lambda::") || strings.HasPrefix(r.kind, "Custom::") || r.kind == "AWS::CloudFormation::CustomResource" {
				t.Errorf("%s: %s is a %s", name, id, r.kind)
			}
			if r.kind != "AWS::IAM::Role" {
				continue
			}
			trust := r.properties["AssumeRolePolicyDocument"].(map[string]any)
			trusted := cmp.Or(map[string]string{"VolumeRole": "ecs.amazonaws.com", "ExpressRole": "ecs.amazonaws.com", "TrafficRole": "ecs.amazonaws.com", "HookRole": "ecs.amazonaws.com", "ConnectRole": "ecs.amazonaws.com", "ScheduleRole": "scheduler.amazonaws.com", "FlowLogRole": "vpc-flow-logs.amazonaws.com", "RunnerRole": "states.amazonaws.com", "InfrastructureRole": "ecs.amazonaws.com",
				"InstanceRole": "ec2.${AWS::URLSuffix}", "ManagedInstanceRole": "ec2.${AWS::URLSuffix}"}[id], "ecs-tasks.amazonaws.com")
			for _, s := range list(trust["Statement"]) {
				if p := s.(map[string]any)["Principal"].(map[string]any); len(p) != 1 || p["Service"] != trusted {
					t.Errorf("%s: %s trusts %v", name, id, p)
				}
			}
			for _, p := range list(r.properties["Policies"]) {
				if p.(map[string]any)["PolicyName"] == "manifest" {
					continue // the user's own statements are the user's business
				}
				document := p.(map[string]any)["PolicyDocument"].(map[string]any)
				for _, s := range list(document["Statement"]) {
					m := s.(map[string]any)
					for _, action := range list(m["Action"]) {
						wide := slices.Contains(list(m["Resource"]), any("*"))
						if strings.Contains(text(action), "*") || wide && !slices.Contains(onEverything, text(action)) {
							t.Errorf("%s: %s may %v on %v", name, id, action, m["Resource"])
						}
					}
				}
			}
		}
	}
}

func TestWhatALoadBalancerAsksOfAServiceCanBe(t *testing.T) {
	t.Parallel()
	number := func(v any) int {
		n, err := strconv.Atoi(text(v))
		if err != nil {
			t.Error(err)
		}
		return n
	}
	for name, template := range stacks(t) {
		numbers := map[string]string{}
		for id, r := range resources(t, name, template) {
			p := r.properties
			switch r.kind {
			case "AWS::ElasticLoadBalancingV2::TargetGroup":
				balanced := []string{"HTTP", "HTTPS"}
				if p["ProtocolVersion"] == nil {
					balanced = []string{"TCP", "UDP", "TCP_UDP"}
				}
				if len(text(p["Name"])) > 32 || (p["TargetType"] != "ip" && p["TargetType"] != "instance") || !slices.Contains(balanced, text(p["Protocol"])) ||
					number(p["HealthCheckTimeoutSeconds"]) >= number(p["HealthCheckIntervalSeconds"]) {
					t.Errorf("%s: %s: %v", name, id, p)
				}
			case "AWS::ElasticLoadBalancingV2::ListenerRule":
				place := text(p["ListenerArn"]) + " " + text(p["Priority"])
				if n := number(p["Priority"]); n < 1 || n > 50000 || numbers[place] != "" {
					t.Errorf("%s: %s has number %d, as %q has", name, id, n, numbers[place])
				}
				numbers[place] = id
				if n := values(p["Conditions"]); n < 1 || n > 5 {
					t.Errorf("%s: %s has %d condition values", name, id, n)
				}
			}
		}
	}
}

// values counts the values of a rule's conditions: all that stand in lists named Values.
func values(conditions any) int {
	n := 0
	for _, c := range list(conditions) {
		for _, config := range c.(map[string]any) {
			if m, ok := config.(map[string]any); ok {
				n += len(list(m["Values"]))
			}
		}
	}
	return n
}

// AWS's documents differ on several defaults, and some differ between the API, the console and CloudFormation: so they are said.
func TestNothingThatMattersIsLeftToADefault(t *testing.T) {
	t.Parallel()
	for name, c := range serviceCases(t) {
		var task, service map[string]any
		doc, err := render.TaskDefinition(c.plan, c.release)
		if err != nil || json.Unmarshal(doc, &task) != nil {
			t.Fatal(name, err)
		}
		if doc, err = render.ServiceDefinition(c.plan); err != nil || json.Unmarshal(doc, &service) != nil {
			t.Fatal(name, err)
		}
		if c.plan.Capacity.Fargate() {
			says(t, name, service, "desiredCount", "platformVersion", "networkConfiguration.awsvpcConfiguration.assignPublicIp")
			says(t, name, task, "cpu", "memory")
		}
		if (service["launchType"] == nil) == (service["capacityProviderStrategy"] == nil) {
			t.Errorf("%s says neither launchType nor capacityProviderStrategy, or both", name)
		}
		says(t, name, service, "schedulingStrategy", "deploymentController", "loadBalancers",
			"serviceRegistries", "enableExecuteCommand", "enableECSManagedTags", "propagateTags", "availabilityZoneRebalancing", "serviceConnectConfiguration",
			"deploymentConfiguration.strategy", "deploymentConfiguration.maximumPercent", "deploymentConfiguration.minimumHealthyPercent",
			"deploymentConfiguration.deploymentCircuitBreaker.enable", "deploymentConfiguration.deploymentCircuitBreaker.rollback",
			"serviceConnectConfiguration.enabled")
		says(t, name, task, "networkMode", "requiresCompatibilities", "runtimePlatform.cpuArchitecture", "runtimePlatform.operatingSystemFamily")
		for _, one := range task["containerDefinitions"].([]any) {
			container := one.(map[string]any)
			says(t, name, container, "essential", "logConfiguration.logDriver")
			if container["logConfiguration"].(map[string]any)["logDriver"] == "awslogs" {
				says(t, name, container, "logConfiguration.options.mode")
			}
			for _, p := range list(container["portMappings"]) {
				says(t, name, p.(map[string]any), "protocol")
				if _, several := p.(map[string]any)["containerPortRange"]; !several && name != "overrides" {
					says(t, name, p.(map[string]any), "name", "hostPort")
				}
			}
		}
	}
}

// says requires that a document has the members, given by their paths, whatever they are.
func says(t *testing.T, name string, doc map[string]any, paths ...string) {
	t.Helper()
	for _, path := range paths {
		var at any = doc
		for part := range strings.SplitSeq(path, ".") {
			m, _ := at.(map[string]any)
			at = m[part]
		}
		if at == nil {
			t.Errorf("%s does not say %s", name, path)
		}
	}
}
