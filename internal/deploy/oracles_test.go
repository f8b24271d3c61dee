package deploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/manifest"
)

// TestMistakesThatNoLinterSeesAreFoundHere goes through what neither cfn-lint nor a simulator of AWS finds, because it lies
// between resources or outside of the template: each is told at validation, at its place. What cannot be written in a manifest at
// all is held by tests of the plan and the templates: priorities of rules, names of target groups and exports, service
// principals, parameters, roles.
func TestMistakesThatNoLinterSeesAreFoundHere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env, web string // lines added to the manifests
		want     string // the path and the beginning of what is said
	}{
		"a load balancer's container that the task lacks": {web: "http: {path: /, target_container: proxy}\n", want: "http.target_container: "},
		"a health check port that no container has":       {web: "http: {path: /, healthcheck: {port: 70000}}\n", want: "http.healthcheck.port: "},
		"overlapping subnets": {
			env:  "network: {vpc: {cidr: 10.0.0.0/16, subnets: {public: [{cidr: 10.0.0.0/24, az: us-east-1a}, {cidr: 10.0.0.128/25, az: us-east-1b}]}}}\n",
			want: "network.vpc.subnets.public[1].cidr: ",
		},
		"a network of /8":                        {env: "network: {vpc: {cidr: 10.0.0.0/8}}\n", want: "network.vpc.cidr: "},
		"a network of /30":                       {env: "network: {vpc: {cidr: 10.0.0.0/30}}\n", want: "network.vpc.cidr: "},
		"a timeout as long as its interval":      {web: "http: {path: /, healthcheck: {interval: 10s, timeout: 10s}}\n", want: "http.healthcheck.timeout: "},
		"a container's check without CMD":        {web: "image: {location: a, port: 80, healthcheck: {command: [curl, localhost]}}\n", want: "image.healthcheck.command[0]: "},
		"a matcher that is none":                 {web: "http: {path: /, healthcheck: {success_codes: ok}}\n", want: "http.healthcheck.success_codes: "},
		"TCP on an Application Load Balancer":    {web: "http: {path: /, version: tcp}\n", want: "http.version: "},
		"fewest tasks above most":                {web: "count: {range: {min: 5, max: 2}, cpu_percentage: 50}\n", want: "count.range"},
		"fewest healthy percent above most":      {web: "deployment: {minimum_healthy_percent: 150, maximum_percent: 120}\n", want: "deployment."},
		"percentages between which none moves":   {web: "count: 1\ndeployment: {minimum_healthy_percent: 100, maximum_percent: 100}\n", want: "deployment."},
		"two containers of one name":             {web: "sidecars: {web: {image: b}}\n", want: "sidecars.web: "},
		"two containers on one port":             {web: "sidecars: {proxy: {image: b, port: 8080}}\n", want: "sidecars.proxy.port: "},
		"a launch type beside a strategy":        {web: "launch_type: ec2\ncapacity_providers: [FARGATE_SPOT]\n", want: ": cannot stand beside "},
		"a capacity provider nobody has":         {web: "cpu: 256\nmemory: 512\ncapacity_providers: [{name: gpus, weight: 1}]\n", want: "capacity_providers[0]"},
		"more than five values in a rule":        {web: "http: {path: /a, allowed_source_ips: [10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/8, 13.0.0.0/8, 14.0.0.0/8, 15.0.0.0/8]}\n", want: "http"},
		"a disk too small":                       {web: "storage: {ephemeral: 10}\n", want: "storage.ephemeral: "},
		"a disk too large":                       {web: "storage: {ephemeral: 201}\n", want: "storage.ephemeral: "},
		"Container Insights misspelt":            {env: "observability: {container_insights: enabeld}\n", want: "observability.container_insights: "},
		"sizes that Fargate lacks":               {web: "cpu: 256\nmemory: 4096\n", want: "memory: "},
		"a network mode that Fargate lacks":      {web: "network: {mode: bridge}\n", want: "network.mode: "},
		"a cycle of dependencies":                {web: "image: {location: a, port: 80, depends_on: {proxy: start}}\nsidecars: {proxy: {image: b, depends_on: {web: start}}}\n", want: "depends_on"},
		"waiting for an essential one's success": {web: "image: {location: a, port: 80, depends_on: {proxy: success}}\nsidecars: {proxy: {image: b}}\n", want: "depends_on.proxy: "},
		"a variable that is ferry's":             {web: "variables: {FERRY_SERVICE_NAME: x}\n", want: "variables.FERRY_SERVICE_NAME: "},
		"a log driver that is none":              {web: "logging: {driver: nowhere}\n", want: "logging.driver: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mistakes(t, c.env, c.web)
			for _, m := range got {
				if strings.Contains(m, c.want) {
					return
				}
			}
			t.Errorf("nothing is said of %q: %q", c.want, got)
		})
	}
}

// mistakes are those of an environment and a service, to which lines are added; a field that is written anew is replaced.
func mistakes(t *testing.T, env, web string) []string {
	t.Helper()
	r := newRepo(t)
	r.write("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\n"+env)
	r.write("ferry/web/manifest.yml", replaced("name: web\ntype: Load Balanced Web Service\nimage: {location: registry.example/web:1, port: 8080}\nhttp: {path: /}\n", web))
	w := r.workspace()
	e, list, err := w.Environment("test", manifest.Options{App: "shop", Env: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if !list.HasErrors() {
		more, err := deploy.Check(deploy.Target{Workspace: w, App: manifest.App{Name: "shop"}, Env: e, AWS: aws.Config{Region: "us-east-1"}})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, more...)
	}
	var said []string
	for _, d := range list {
		if d.Severity == "error" && d.Line > 0 {
			said = append(said, d.Path+": "+d.Message)
		}
	}
	return said
}

// replaced leaves out of a manifest each line whose key is written again.
func replaced(base, more string) string {
	var kept []string
	for _, line := range strings.SplitAfter(base, "\n") {
		key, _, _ := strings.Cut(line, ":")
		if line != "" && !strings.HasPrefix(more, key+":") && !strings.Contains(more, "\n"+key+":") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "") + more
}
