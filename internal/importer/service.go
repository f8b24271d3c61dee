package importer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
)

// Live is a running ECS service, in the words of the APIs' answers. What is asked of which API, the caller knows; each field
// is what encoding/json makes of the answer's member.
type Live struct {
	Service          any // of ecs DescribeServices
	TaskDefinition   any // of ecs DescribeTaskDefinition
	TargetGroups     any // list, of elasticloadbalancing DescribeTargetGroups
	LoadBalancers    any // list, of DescribeLoadBalancers
	Listeners        any // list, of DescribeListeners
	Rules            any // list, of DescribeRules: those that lead to the target groups
	ScalableTargets  any // list, of application-autoscaling DescribeScalableTargets
	ScalingPolicies  any // list, of DescribeScalingPolicies
	ScheduledActions any // list, of DescribeScheduledActions
}

// Service makes a workload of a running service: its task definition, how requests reach it, how many tasks run and how a
// release of it goes.
func Service(live Live, o Options) (Result, error) {
	src, err := json.Marshal(live)
	if err != nil {
		return Result{}, fmt.Errorf("reading the service: %w", err)
	}
	s := newSource("")
	root, ok := s.parse(src)
	if !ok {
		return Result{Notes: s.notes}, nil
	}
	service := root.get("service")
	o.Name = cmp.Or(o.Name, service.get("serviceName").text())
	t := newTask(root.get("taskDefinition"), o)
	if !t.readable() {
		return Result{Notes: s.notes}, nil
	}
	l := &running{task: t, root: root, service: service}
	l.routed()
	t.head()
	l.routes()
	l.counts()
	l.runs()
	t.containers()
	t.rest()
	l.network()
	l.deployment()
	l.left()
	w, err := t.finish()
	if err != nil {
		return Result{}, err
	}
	for i := range s.notes { // the answers of an API have no lines
		if s.notes[i].File == "" {
			s.notes[i].Line, s.notes[i].Column = 0, 0
		}
	}
	return Result{Workloads: []Workload{w}, Notes: diag.Sort(s.notes)}, nil
}

// running is a service on its way to a manifest.
type running struct {
	*task
	root, service value
	group         value // target group that requests come through
	balancer      value // its load balancer
}

// routed finds the load balancer, and with it the type of the workload and its own container.
func (l *running) routed() {
	for _, b := range l.service.get("loadBalancers").items() {
		arn := b.get("targetGroupArn").text()
		for _, g := range l.root.get("targetGroups").items() {
			if g.get("targetGroupArn").text() != arn || l.group.there() {
				continue
			}
			l.group = g
			for _, c := range l.all {
				if c.get("name").text() == b.get("containerName").text() {
					delete(l.renamed, l.main.get("name").text())
					l.main = c
					l.renamed[c.get("name").text()] = l.name
				}
			}
		}
	}
	for _, b := range l.root.get("loadBalancers").items() {
		if slices.Contains(l.group.get("loadBalancerArns").texts(), b.get("loadBalancerArn").text()) {
			l.balancer = b
		}
	}
	if l.o.Type != "" {
		return
	}
	l.kind = manifest.BackendService
	if l.group.there() && l.balancer.get("scheme").text() != "internal" {
		l.kind = manifest.LoadBalancedWebService
	}
}

// routes writes which requests come to the service.
func (l *running) routes() {
	if !l.group.there() {
		return
	}
	d := l.draft
	if kind := l.balancer.get("type").text(); kind == "network" || kind == "gateway" {
		l.listeners()
		return
	}
	rule := l.rule()
	d.set(cmp.Or(l.o.Path, rule.path, "/"), "http", "path")
	if len(rule.hosts) > 0 {
		d.set(rule.hosts, "http", "alias")
	}
	d.set(rule.sources, "http", "allowed_source_ips")
	g := l.group
	check := []string{"http", "healthcheck"}
	set := func(v any, key string) { d.set(v, append(slices.Clone(check), key)...) }
	set(g.get("healthCheckPath").text(), "path")
	if p := g.get("healthCheckPort").text(); p != "" && p != "traffic-port" {
		set(number(g.get("healthCheckPort")), "port")
	}
	set(cmp.Or(g.get("matcher").get("httpCode").text(), g.get("matcher").get("grpcCode").text()), "success_codes")
	set(number(g.get("healthyThresholdCount")), "healthy_threshold")
	set(number(g.get("unhealthyThresholdCount")), "unhealthy_threshold")
	set(duration(g.get("healthCheckTimeoutSeconds")), "timeout")
	set(duration(g.get("healthCheckIntervalSeconds")), "interval")
	if grace := l.service.get("healthCheckGracePeriodSeconds"); grace.text() != "" {
		set(duration(grace), "grace_period")
	}
	if v := strings.ToLower(g.get("protocolVersion").text()); v == "http2" || v == "grpc" {
		d.set(v, "http", "version")
	}
	l.root.s.note(l.balancer, "http.alb: "+l.balancer.get("loadBalancerName").text()+" keeps this one",
		"requests come through the environment's load balancer, and no longer through %s", l.balancer.get("loadBalancerName").text())
}

// route is what the first rule that leads to the target group says.
type route struct {
	path           string
	hosts, sources []string
}

func (l *running) rule() route {
	var r route
	var first any // conditions of the rule that carries over
	for _, rule := range l.root.get("rules").items() {
		var conditions any
		if c := rule.get("conditions"); c.there() {
			conditions, _ = plain(c.n) // of JSON, as it came
		}
		if first != nil {
			if !reflect.DeepEqual(first, conditions) { // the same stands on the listeners for HTTP and HTTPS
				l.root.s.note(rule, "write it below http.additional_rules", "only the first listener rule carries over")
			}
			continue
		}
		for _, c := range rule.get("conditions").items() {
			values := append(c.get("values").texts(), c.get("pathPatternConfig").get("values").texts()...)
			values = append(values, c.get("hostHeaderConfig").get("values").texts()...)
			values = append(values, c.get("sourceIpConfig").get("values").texts()...)
			slices.Sort(values)
			values = slices.Compact(values)
			switch c.get("field").text() {
			case "path-pattern":
				r.path = l.path(c, values)
			case "host-header":
				r.hosts = values
			case "source-ip":
				r.sources = values
			default:
				l.root.s.note(c, "", "a listener rule on %s does not carry over", c.get("field").text())
			}
		}
		if r.path != "" || len(r.hosts) > 0 {
			first = conditions
		}
	}
	return r
}

// path is the path of a rule's patterns: "/api" and "/api/*" are both of /api.
func (l *running) path(c value, patterns []string) string {
	var paths []string
	for _, p := range patterns {
		paths = append(paths, cmp.Or(strings.TrimSuffix(strings.TrimSuffix(p, "*"), "/"), "/"))
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if len(paths) == 0 {
		return ""
	}
	if len(paths) > 1 {
		l.root.s.note(c, "write them below http.additional_rules", "of its paths only the first carries over, without %s", strings.Join(paths[1:], ", "))
	}
	return paths[0]
}

// listeners writes what a network load balancer listens on.
func (l *running) listeners() {
	d := l.draft
	d.set(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}, "http")
	for _, listener := range l.root.get("listeners").items() {
		port := listener.get("port").text()
		if p := strings.ToLower(listener.get("protocol").text()); p != "" && p != "tcp" {
			port += "/" + p
		}
		d.set(port, "nlb", "port")
	}
	l.root.s.note(l.balancer, "", "the service gets a network load balancer of its own, and keeps not %s", l.balancer.get("loadBalancerName").text())
}

// counts writes how many tasks run.
func (l *running) counts() {
	d := l.draft
	targets := l.root.get("scalableTargets").items()
	if len(targets) == 0 {
		d.set(number(l.service.get("desiredCount")), "count")
		return
	}
	d.set(targets[0].get("minCapacity").text()+"-"+targets[0].get("maxCapacity").text(), "count", "range")
	metrics := map[string]string{
		"ECSServiceAverageCPUUtilization": "cpu_percentage", "ECSServiceAverageMemoryUtilization": "memory_percentage", "ALBRequestCountPerTarget": "requests",
	}
	for _, p := range l.root.get("scalingPolicies").items() {
		tracking := p.get("targetTrackingScalingPolicyConfiguration")
		key := metrics[tracking.get("predefinedMetricSpecification").get("predefinedMetricType").text()]
		if key == "" {
			l.root.s.note(p, "write it below count", "scaling policy %s does not carry over", p.get("policyName").text())
			continue
		}
		d.set(number(tracking.get("targetValue")), "count", key, "value")
		if in := duration(tracking.get("scaleInCooldown")); in != nil {
			d.set(in, "count", key, "cooldown", "in")
		}
		if out := duration(tracking.get("scaleOutCooldown")); out != nil {
			d.set(out, "count", key, "cooldown", "out")
		}
	}
	l.schedules()
}

// schedules writes the ranges that hold from given times on.
func (l *running) schedules() {
	var all []draft
	for _, a := range l.root.get("scheduledActions").items() {
		name, at, to := a.get("scheduledActionName").text(), a.get("schedule").text(), a.get("scalableTargetAction")
		if at == "" || !to.there() {
			l.root.s.note(a, "write it below count.schedule", "scheduled action %s does not carry over", name)
			continue
		}
		for _, key := range []string{"startTime", "endTime"} {
			if t := a.get(key); t.text() != "" {
				l.root.s.note(t, "", "scheduled action %s has no %s from now on", name, key)
			}
		}
		one := newDraft()
		one.set(strings.TrimPrefix(validName(name), "ferry-"), "name")
		one.set(at, "at")
		one.set(a.get("timezone").text(), "timezone")
		one.set(number(to.get("minCapacity")), "range", "min")
		one.set(number(to.get("maxCapacity")), "range", "max")
		all = append(all, one)
	}
	l.draft.set(all, "count", "schedule")
}

// runs writes where the tasks run.
func (l *running) runs() {
	d, s := l.draft, l.service
	if launch := s.get("launchType").text(); launch == "EC2" || launch == "EXTERNAL" {
		d.set(strings.ToLower(launch), "launch_type")
	}
	var providers []draft
	for _, p := range s.get("capacityProviderStrategy").items() {
		one := newDraft()
		one.set(p.get("capacityProvider").text(), "name")
		for _, key := range []string{"base", "weight"} {
			if v := p.get(key); v.text() != "" && v.text() != "0" {
				one.set(number(v), key)
			}
		}
		providers = append(providers, one)
	}
	d.set(providers, "capacity_providers")
	if v := s.get("platformVersion").text(); v != "" && v != "LATEST" && v != "1.4.0" { // which LATEST is
		d.set(v, "platform_version")
	}
	if s.get("schedulingStrategy").text() == "DAEMON" {
		d.set("daemon", "scheduling")
	}
	if s.get("enableExecuteCommand").yes() {
		d.set(true, "exec")
	}
	var strategies []draft
	for _, p := range s.get("placementStrategy").items() {
		one := newDraft()
		one.set(p.get("type").text(), "type")
		one.set(p.get("field").text(), "field")
		strategies = append(strategies, one)
	}
	d.set(strategies, "placement", "strategies")
}

// left tells what else somebody has set on the service.
func (l *running) left() {
	for _, key := range []string{"serviceRegistries", "volumeConfigurations", "vpcLatticeConfigurations", "placementConstraints"} {
		if v := l.service.get(key); len(v.items()) > 0 {
			v.known()
			l.root.s.note(v, "", "does not carry over")
		}
	}
	if by := l.service.get("resourceManagementType"); by.text() == "ECS" {
		l.root.s.note(by, "to stay in Express Mode write type: Request-Driven Web Service with express: true, and call the container that gets the requests Main",
			"the service is in ECS Express Mode, and the manifest describes the same behind the environment's load balancer")
	}
	if all := l.service.get("loadBalancers").items(); len(all) > 1 {
		l.root.s.note(all[1], "write http.additional_rules, internal_http or nlb", "only the first of %d target groups carries over", len(all))
	}
}

// network writes the tasks' place: the subnets and security groups that they have, which lie in a VPC that the environment has to
// import.
func (l *running) network() {
	vpc := l.service.get("networkConfiguration").get("awsvpcConfiguration")
	if subnets := vpc.get("subnets").texts(); len(subnets) > 0 {
		l.draft.set(subnets, "network", "vpc", "placement", "subnets")
		l.root.s.note(vpc, "import the VPC in the environment's manifest (network.vpc.id), or remove network.vpc.placement to use the environment's own",
			"the tasks stay in their subnets")
	}
	if groups := vpc.get("securityGroups").texts(); len(groups) > 0 {
		l.draft.set(groups, "network", "vpc", "security_groups", "groups")
		l.draft.set(true, "network", "vpc", "security_groups", "deny_default")
	}
	for _, d := range l.service.get("deployments").items() {
		if c := d.get("serviceConnectConfiguration"); c.get("enabled").yes() && d.get("status").text() == "PRIMARY" {
			l.draft.set(true, "network", "connect")
			c.get("enabled")
			c.known()
			l.root.s.note(c, "network.connect has the other names", "others reach the service through Service Connect by its own name and port, in the environment's namespace")
		}
	}
}

// deployment writes how a release goes, where that differs from what ferry does anyway.
func (l *running) deployment() {
	c, d := l.service.get("deploymentConfiguration"), l.draft
	low, high := c.get("minimumHealthyPercent"), c.get("maximumPercent")
	if low.text() != "" && low.text() != "100" {
		d.set(number(low), "deployment", "minimum_healthy_percent")
	}
	if high.text() != "" && high.text() != "200" {
		d.set(number(high), "deployment", "maximum_percent")
	}
	if s := strings.ToLower(c.get("strategy").text()); s != "" && s != "rolling" {
		l.root.s.note(c.get("strategy"), "write deployment.strategy: "+s, "the service is released by %s, and from now on rolling", s)
	}
	breaker := c.get("deploymentCircuitBreaker")
	for _, key := range []string{"enable", "rollback"} {
		if breaker.get(key).text() == "false" {
			d.set(false, "deployment", "circuit_breaker", key)
		}
	}
	if alarms := c.get("alarms"); alarms.get("enable").yes() {
		d.set(alarms.get("alarmNames").texts(), "deployment", "rollback_alarms")
	}
}
