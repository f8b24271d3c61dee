package deploy_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// containersManifest says something of everything that containers can say.
const containersManifest = `
exec: true
container:
  cpu: 128
  memory: 256
  memory_reservation: 128
  ports: [9090, 7000-7010]
  user: "1000"
  restart: {ignored_exit_codes: [0, 143], attempt_period: 2m}
  start_timeout: 30s
  stop_timeout: 1m
  version_consistency: false
  ulimits: {nofile: {soft: 1024, hard: 65536}, core: 0}
  capabilities: {add: [SYS_PTRACE], drop: [NET_RAW, CHOWN]}
  system_controls: {net.core.somaxconn: 1024}
sidecars:
  proxy:
    image: registry.example/proxy:1
    port: 80
    depends_on: {setup: start}
    variables: {B: "2", A: "1"}
    labels: {team: shop}
    healthcheck: {command: [CMD, /check]}
  setup: {image: "registry.example/setup:1", essential: false, restart: false, memory: 64}
  statsd: {image: "registry.example/statsd:1", port: 8125/udp}
logging:
  destination: {Name: cloudwatch, region: us-east-1}
  variables: {STAGE: test}
network:
  vpc:
    security_groups: {groups: [{from_cfn: shop-test-EnvironmentSecurityGroup}], deny_default: true}
task_role:
  statements: [{actions: ["s3:GetObject"], resources: ["arn:aws:s3:::shop/*"]}]
taskdef_overrides:
  - {path: "ContainerDefinitions[1].StopTimeout", value: "90"}
  - {path: "ContainerDefinitions[0].PortMappings[-]", value: {ContainerPort: 2056, Protocol: udp}}
`

func TestATaskOfManyContainersIsLiveAndTheSameAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.edit("ferry/web/manifest.yml", "  GREETING: hello\n", "  GREETING: hello\n  CLUSTER: {from_cfn: shop-test-Cluster}\n"+containersManifest)
	target, request := r.target(w.Config), deploy.Request{Services: []string{"web"}}
	first, err := deploy.Run(t.Context(), target, request, event.Discard)
	if err != nil || first.Services[0].Outcome != deploy.OutcomeLive {
		t.Fatalf("%+v: %v", first, err)
	}
	if diff := cmp.Diff(map[string]string{
		"proxy": "registry.example/proxy:1", "setup": "registry.example/setup:1", "statsd": "registry.example/statsd:1",
	}, first.Services[0].Images); diff != "" {
		t.Error(diff)
	}
	out, err := ecs.NewFromConfig(w.Config).DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: ptr("shop-test-web")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range out.TaskDefinition.ContainerDefinitions {
		names = append(names, aws.ToString(c.Name))
	}
	if diff := cmp.Diff([]string{"web", "firelens_log_router", "proxy", "setup", "statsd"}, names); diff != "" {
		t.Error(diff)
	}
	main := out.TaskDefinition.ContainerDefinitions[0]
	for _, v := range main.Environment {
		if *v.Name == "CLUSTER" && *v.Value != "shop-test" {
			t.Errorf("the other stack's value is %q", *v.Value)
		}
	}
	if aws.ToInt32(out.TaskDefinition.ContainerDefinitions[1].StopTimeout) != 90 || len(main.PortMappings) != 4 {
		t.Errorf("the overrides did not come: %+v", main.PortMappings)
	}
	before := len(w.writes())
	again, err := deploy.Run(t.Context(), target, request, event.Discard)
	if err != nil || again.Services[0].Outcome != deploy.OutcomeUnchanged {
		t.Errorf("the same again: %+v: %v", again.Services, err)
	}
	if more := w.writes()[before:]; len(more) > 0 {
		t.Errorf("and it wrote: %v", more)
	}
}

func TestSubnetsAreFoundByTheirTags(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.edit("ferry/api/manifest.yml", "count: 1\n", "count: 1\nnetwork: {vpc: {placement: {subnets: {from_tags: {tier: tasks, zone: [a, b]}}}}}\n")
	target, request := r.target(w.Config), deploy.Request{Services: []string{"api"}}
	before := len(w.writes())
	_, err := deploy.Run(t.Context(), target, request, event.Discard)
	if fault.ExitCode(err) != fault.Refused || len(w.writes()) != before {
		t.Fatalf("without such subnets: %v, written: %v", err, w.writes()[before:])
	}
	want := w.subnets(t, map[string]string{"10.9.0.0/24": "a", "10.9.1.0/24": "b", "10.9.2.0/24": "c"}, "a", "b")
	result, err := deploy.Run(t.Context(), target, request, event.Discard)
	if err != nil || result.Services[0].Outcome != deploy.OutcomeLive {
		t.Fatalf("%+v: %v", result, err)
	}
	got := w.service(t, "api").NetworkConfiguration.AwsvpcConfiguration
	if diff := cmp.Diff(want, got.Subnets); diff != "" {
		t.Error(diff)
	}
}

// subnets makes subnets of a VPC of their own with the tags tier and zone, and returns the ids of those of some zones.
func (w *world) subnets(t *testing.T, zones map[string]string, wanted ...string) []string {
	t.Helper()
	client := ec2.NewFromConfig(w.Config)
	vpc, err := client.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: ptr("10.9.0.0/16")})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for cidr, zone := range zones {
		out, err := client.CreateSubnet(t.Context(), &ec2.CreateSubnetInput{VpcId: vpc.Vpc.VpcId, CidrBlock: &cidr, TagSpecifications: []ec2types.TagSpecification{{
			ResourceType: ec2types.ResourceTypeSubnet, Tags: []ec2types.Tag{{Key: ptr("tier"), Value: ptr("tasks")}, {Key: ptr("zone"), Value: &zone}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(wanted, zone) {
			ids = append(ids, *out.Subnet.SubnetId)
		}
	}
	slices.Sort(ids)
	return ids
}
