package manifest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/diag"
)

// The first two lines of a manifest of each type.
const (
	web  = "name: web\ntype: Load Balanced Web Service\n"
	api  = "name: api\ntype: Backend Service\n"
	work = "name: work\ntype: Worker Service\n"
	tidy = "name: tidy\ntype: Scheduled Job\n"
	page = "name: page\ntype: Request-Driven Web Service\n"
	env  = "name: test\ntype: Environment\n"
)

// TestEachRuleOfCopilotsValidatorIsOneOfFerrys breaks each once. Copilot itself stops at the first, has no places, accepts unknown
// keys, and crashes at a metric that is nothing but a cooldown.
func TestEachRuleOfCopilotsValidatorIsOneOfFerrys(t *testing.T) {
	t.Parallel()
	const image, port, http = "image: {location: shop/web}\n", "image: {location: shop/web, port: 80}\n", "http: {path: /}\n"
	for rule, c := range map[string]struct {
		src  string
		want []string
	}{
		"an image is built or taken from somewhere": {
			api + "image: {build: Dockerfile, location: shop/api}\n",
			[]string{"3:28: image.location: cannot stand beside build"},
		},
		"an image is there": {
			api + "image: {port: 80}\n",
			[]string{"3:1: image: must have one of build and location"},
		},
		"a Load Balanced Web Service needs a port": {
			web + image + http,
			[]string{"3:1: image.port: is missing: a Load Balanced Web Service needs one"},
		},
		"a Request-Driven Web Service needs a port": {
			page + image,
			[]string{"3:1: image.port: is missing: a Request-Driven Web Service needs one"},
		},
		"env_file ends in .env": {
			api + image + "env_file: settings.txt\n",
			[]string{"4:11: env_file: \"settings.txt\" must end in .env"},
		},
		"a sidecar's env_file ends in .env": {
			api + image + "sidecars:\n  agent: {image: shop/agent, env_file: agent.conf}\n",
			[]string{"5:40: sidecars.agent.env_file: \"agent.conf\" must end in .env"},
		},
		"a Load Balanced Web Service has a load balancer": {
			web + port + "http: false\n",
			[]string{"4:7: http: a Load Balanced Web Service without http has no load balancer"},
		},
		"the main rule has a path": {
			web + port + "http: {healthcheck: /}\n",
			[]string{"4:1: http.path: is missing"},
		},
		"each additional rule has a path": {
			web + port + "http:\n  path: /\n  additional_rules:\n    - stickiness: true\n",
			[]string{"7:7: http.additional_rules[0].path: is missing"},
		},
		"requests need an application load balancer": {
			web + port + "http: false\nnlb: {port: 80}\ncount:\n  range: 1-2\n  requests: 10\n",
			[]string{"8:3: count.requests: needs http: it is an Application Load Balancer that counts and measures requests"},
		},
		"response_time needs an application load balancer": {
			api + image + "count:\n  range: 1-2\n  response_time: 1s\n",
			[]string{"6:3: count.response_time: needs http: it is an Application Load Balancer that counts and measures requests"},
		},
		"hosted_zone needs alias": {
			web + port + "http:\n  path: /\n  hosted_zone: Z123\n",
			[]string{"6:16: http.hosted_zone: without alias there is no name to put into a zone"},
		},
		"version is grpc, http1 or http2": {
			web + port + "http:\n  path: /\n  version: http3\n",
			[]string{"6:12: http.version: \"http3\" is not one of http1, http2, grpc"},
		},
		"a rule has five values at most": {
			web + port + "http:\n  path: /a\n  alias: [a.example.com, b.example.com]\n  allowed_source_ips: [10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24]\n",
			[]string{"7:3: http.allowed_source_ips: a listener rule has at most 5 values, and this one has 7: alias 2, allowed_source_ips 3, path 2"},
		},
		"spot excludes range": {
			web + port + http + "count:\n  spot: 1\n  range: 1-2\n  cpu_percentage: 50\n",
			[]string{"7:3: count.range: cannot stand beside spot"},
		},
		"range needs a metric": {
			web + port + http + "count:\n  range: 1-2\n",
			[]string{"6:3: count.range: needs something to scale on: cpu_percentage, memory_percentage, requests, response_time, custom, step or schedule"},
		},
		"a metric needs range": {
			web + port + http + "count:\n  cpu_percentage: 50\n",
			[]string{"6:3: count.cpu_percentage: needs count.range: between how many tasks it may choose"},
		},
		"cooldown needs a metric": {
			web + port + http + "count:\n  range: 1-2\n  cooldown: {in: 10s}\n",
			[]string{"6:3: count.range: needs something to scale on: cpu_percentage, memory_percentage, requests, response_time, custom, step or schedule"},
		},
		"a cooldown alone is no metric": {
			web + port + http + "count:\n  range: 1-2\n  cpu_percentage:\n    cooldown: {in: 10s}\n",
			[]string{"7:3: count.cpu_percentage.value: is missing"},
		},
		"a cooldown alone is no queue_delay": {
			work + image + "count:\n  range: 1-2\n  queue_delay:\n    cooldown: {in: 10s}\n",
			[]string{"6:3: count.queue_delay.acceptable_latency: is missing", "6:3: count.queue_delay.msg_processing_time: is missing"},
		},
		"a Worker Service does not scale on requests": {
			work + image + "count:\n  range: 1-2\n  requests: 10\n",
			[]string{"6:3: count.requests: a Worker Service does not scale on requests"},
		},
		"a Backend Service does not scale on queue_delay": {
			api + image + "count:\n  range: 1-2\n  queue_delay: {acceptable_latency: 1m, msg_processing_time: 1s}\n",
			[]string{"6:3: count.queue_delay: a Backend Service does not scale on queue_delay"},
		},
		"a Scheduled Job does not scale": {
			tidy + image + "on: {schedule: \"@daily\"}\ncount:\n  range: 1-2\n  cpu_percentage: 50\n",
			[]string{"6:3: count.range: a Scheduled Job does not scale: each run starts its tasks", "7:3: count.cpu_percentage: a Scheduled Job does not scale: each run starts its tasks"},
		},
		"the minimum is not above the maximum": {
			web + port + http + "count:\n  range: 3-2\n  cpu_percentage: 50\n",
			[]string{"6:10: count.range: the fewest tasks (3) are more than the most (2)"},
		},
		"so it is for the long form": {
			web + port + http + "count:\n  range: {min: 3, max: 2}\n  cpu_percentage: 50\n",
			[]string{"6:16: count.range.min: the fewest tasks (3) are more than the most (2)"},
		},
		"queue_delay needs both": {
			work + image + "count:\n  range: 1-2\n  queue_delay: {acceptable_latency: 1m}\n",
			[]string{"6:3: count.queue_delay.msg_processing_time: is missing"},
		},
		"processing takes no longer than the latency": {
			work + image + "count:\n  range: 1-2\n  queue_delay: {acceptable_latency: 1s, msg_processing_time: 2s}\n",
			[]string{"6:37: count.queue_delay.acceptable_latency: a message cannot be done in 1s when a task works on it for 2s"},
		},
		"a platform is linux or windows": {
			api + image + "platform: plan9/x86_64\n",
			[]string{"4:11: platform: \"plan9/x86_64\" is no platform"},
		},
		"its architecture is x86_64 or arm64": {
			api + image + "platform: {osfamily: linux, architecture: mips}\n",
			[]string{"4:43: platform.architecture: \"mips\" is not one of x86_64, amd64, arm64, arm"},
		},
		"Windows needs 1024 and 2048": {
			api + image + "platform: windows/x86_64\ncpu: 512\nmemory: 1024\n",
			[]string{"5:6: cpu: Fargate has no Windows tasks with 512 CPU units"},
		},
		"Windows has no EFS": {
			api + image + "platform: windows/x86_64\ncpu: 1024\nmemory: 2048\nstorage:\n  volumes:\n    data: {path: /data, efs: true}\n",
			[]string{"9:30: storage.volumes.data.efs: Windows containers cannot mount EFS"},
		},
		"Windows has no read-only root": {
			api + image + "platform: windows/x86_64\ncpu: 1024\nmemory: 2048\nstorage: {readonly_fs: true}\n",
			[]string{"7:24: storage.readonly_fs: Windows containers have no read-only file system"},
		},
		"Windows has no Service Connect": {
			api + image + "platform: windows/x86_64\ncpu: 1024\nmemory: 2048\nnetwork: {connect: true}\n",
			[]string{"7:20: network.connect: Service Connect does not run on Windows"},
		},
		"ephemeral storage is 20 to 200 GiB": {
			api + image + "storage: {ephemeral: 201}\n",
			[]string{"4:22: storage.ephemeral: must be from 20 to 200, not 201"},
		},
		"there is one managed volume": {
			api + image + "storage:\n  volumes:\n    one: {path: /one, efs: true}\n    two: {path: /two, efs: true}\n",
			[]string{"7:28: storage.volumes.two.efs: a service has one managed EFS volume, and \"one\" is one"},
		},
		"uid and gid go together": {
			api + image + "storage:\n  volumes:\n    data: {path: /data, efs: {uid: 1000}}\n",
			[]string{"6:36: storage.volumes.data.efs.uid: uid and gid stand together"},
		},
		"nobody is root on a managed volume": {
			api + image + "storage:\n  volumes:\n    data: {path: /data, efs: {uid: 0, gid: 1000}}\n",
			[]string{"6:36: storage.volumes.data.efs.uid: must be from 1 to 4294967295, not 0"},
		},
		"uid is of a managed volume": {
			api + image + "storage:\n  volumes:\n    data: {path: /data, efs: {id: fs-12345678, uid: 1000, gid: 1000}}\n",
			[]string{"6:35: storage.volumes.data.efs.id: cannot stand beside uid and gid: they belong to the environment's file system"},
		},
		"an access point has its own root": {
			api + image + "storage:\n  volumes:\n    data: {path: /data, efs: {id: fs-12345678, root_dir: /a, auth: {iam: true, access_point_id: fsap-12345678}}}\n",
			[]string{"6:58: storage.volumes.data.efs.root_dir: an access point has a root directory of its own"},
		},
		"an access point needs IAM": {
			api + image + "storage:\n  volumes:\n    data: {path: /data, efs: {id: fs-12345678, auth: {iam: false, access_point_id: fsap-12345678}}}\n",
			[]string{"6:60: storage.volumes.data.efs.auth.iam: an access point is mounted as the task role"},
		},
		"depends_on knows four conditions": {
			api + "image: {location: shop/api, depends_on: {agent: ready}}\nsidecars:\n  agent: {image: shop/agent}\n",
			[]string{"3:49: image.depends_on.agent: \"ready\" is not one of start, complete, success, healthy"},
		},
		"nobody waits for the end of an essential container": {
			api + "image: {location: shop/api, depends_on: {agent: success}}\nsidecars:\n  agent: {image: shop/agent}\n",
			[]string{"3:49: image.depends_on.agent: agent is essential: the task ends when it does"},
		},
		"nobody waits for himself": {
			api + "image: {location: shop/api, depends_on: {agent: start}}\nsidecars:\n  agent: {image: shop/agent, depends_on: {api: start}}\n",
			[]string{"5:48: sidecars.agent.depends_on.api: api → agent → api wait for each other and never start"},
		},
		"whom one waits for is there": {
			api + "image: {location: shop/api, depends_on: {agent: start}}\n",
			[]string{"3:49: image.depends_on.agent: there is no container \"agent\" in this task"},
		},
		"a port is one container's": {
			api + "image: {location: shop/api, port: 80}\nsidecars:\n  agent: {image: shop/agent, port: 80}\n",
			[]string{"5:36: sidecars.agent.port: port 80: api listens on it too"},
		},
		"a topic's name is letters, digits, hyphens and underscores": {
			api + image + "publish:\n  topics:\n    - name: a.b\n",
			[]string{"6:13: publish.topics[0].name: \"a.b\" must hold only letters, digits, hyphens and underscores"},
		},
		"a FIFO topic is told by fifo": {
			api + image + "publish:\n  topics:\n    - name: a.fifo\n",
			[]string{"6:13: publish.topics[0].name: ferry puts .fifo behind a FIFO topic's name itself"},
		},
		"a subscription names its service": {
			work + image + "subscribe:\n  topics:\n    - name: orders\n",
			[]string{"6:7: subscribe.topics[0].service: is missing"},
		},
		"a name of a service is lower-case": {
			work + image + "subscribe:\n  topics:\n    - {name: orders, service: Shop}\n",
			[]string{"6:31: subscribe.topics[0].service: \"Shop\" must hold only lower-case letters, digits and hyphens"},
		},
		"high_throughput says all of it": {
			work + image + "subscribe:\n  queue:\n    fifo: {high_throughput: true, throughput_limit: perQueue}\n",
			[]string{"6:53: subscribe.queue.fifo.throughput_limit: cannot stand beside high_throughput, which implies perMessageGroupId"},
		},
		"a schedule is there": {
			tidy + image,
			[]string{"1:1: on: is missing"},
		},
		"a VPC that exists has its addresses": {
			env + "network:\n  vpc:\n    id: vpc-12345678\n    cidr: 10.0.0.0/16\n    subnets:\n      public: [{id: subnet-11111111}, {id: subnet-22222222}]\n",
			[]string{"6:5: network.vpc.cidr: cannot stand beside id"},
		},
		"a subnet that exists has its zone": {
			env + "network:\n  vpc:\n    id: vpc-12345678\n    subnets:\n      public: [{id: subnet-11111111, az: us-west-2a}, {id: subnet-22222222}]\n",
			[]string{"7:42: network.vpc.subnets.public[0].az: an existing subnet has its availability zone already"},
		},
		"subnets that exist are two": {
			env + "network:\n  vpc:\n    id: vpc-12345678\n    subnets:\n      public: [{id: subnet-11111111}]\n",
			[]string{"7:7: network.vpc.subnets.public: must have two subnets at least, in two availability zones"},
		},
		"subnets are in two zones": {
			env + "network:\n  vpc:\n    cidr: 10.0.0.0/16\n    subnets:\n      public: [{cidr: 10.0.0.0/24, az: us-west-2a}, {cidr: 10.0.1.0/24, az: us-west-2a}]\n",
			[]string{"7:7: network.vpc.subnets.public: are all in us-west-2a: two availability zones are needed"},
		},
		"only CloudFront's answers need CloudFront": {
			env + "http:\n  public:\n    ingress: {cdn: true}\n",
			[]string{"5:20: http.public.ingress.cdn: CDN must be enabled to limit security group ingress to CloudFront: without it nobody would get through"},
		},
		"so they do in the older spelling": {
			env + "http:\n  public:\n    security_groups:\n      ingress:\n        restrict_to: {cdn: true}\n",
			[]string{"7:28: http.public.security_groups.ingress.restrict_to.cdn: CDN must be enabled to limit security group ingress to CloudFront: without it nobody would get through"},
		},
		"a certificate is one of ACM": {
			env + "http:\n  public:\n    certificates: [cert-1]\n",
			[]string{"5:20: http.public.certificates[0]: \"cert-1\" is no ARN of an ACM certificate"},
		},
		"an unknown key is no silence": {
			web + port + http + "memry: 512\n",
			[]string{"5:1: memry: unknown field"},
		},
		"nor is one below": {
			web + port + "http: {path: /, target_contaner: web}\n",
			[]string{"4:17: http.target_contaner: unknown field"},
		},
		"nor in an override": {
			web + port + http + "environments:\n  test:\n    cont: 2\n",
			[]string{"7:5: environments.test.cont: unknown field"},
		},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range Check("manifest.yml", []byte(c.src), []string{"test"}, goldenOptions()) {
				if d.Severity == diag.Error {
					got = append(got, fmt.Sprintf("%d:%d: %s: %s", d.Line, d.Column, d.Path, d.Message))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, c.src)
			}
		})
	}
}
