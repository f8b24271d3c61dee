package render_test

import (
	"time"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// The plans that the golden files show. Each differs from the plainest one in what its name says.

func demo() manifest.App {
	return manifest.App{Name: "demo", Tags: map[string]string{"team": "shop"}}
}

func testEnv(change ...func(*manifest.Environment)) manifest.Environment {
	e := manifest.Environment{Name: "test", Account: "123456789012", Region: "us-east-1"}
	for _, c := range change {
		c(&e)
	}
	return e
}

const (
	certificate = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
	secondCert  = "arn:aws:acm:us-east-1:123456789012:certificate/87654321-4321-4321-4321-210987654321"
)

func https(e *manifest.Environment)        { e.HTTP.Public.Certificates = []string{certificate} }
func privateHTTPS(e *manifest.Environment) { e.HTTP.Private.Certificates = []string{certificate} }

type environmentCase struct {
	env   manifest.Environment
	needs plan.Needs
}

func environmentCases() map[string]environmentCase {
	public := plan.Needs{PublicALB: true}
	return map[string]environmentCase{
		"no-load-balancer": {testEnv(), plan.Needs{}},
		"own-vpc":          {testEnv(), public},
		"nat-single":       {testEnv(func(e *manifest.Environment) { e.Network.NAT = "single" }), public},
		"nat-per-az":       {testEnv(func(e *manifest.Environment) { e.Network.NAT = "per-az" }), public},
		"three-zones": {testEnv(func(e *manifest.Environment) {
			e.Network = manifest.EnvNetwork{
				CIDR: "10.1.0.0/16", NAT: "per-az",
				Public:  []manifest.Subnet{{CIDR: "10.1.0.0/24", AZ: "us-east-1a"}, {CIDR: "10.1.1.0/24", AZ: "us-east-1b"}, {CIDR: "10.1.2.0/24", AZ: "us-east-1c"}},
				Private: []manifest.Subnet{{CIDR: "10.1.3.0/24", AZ: "us-east-1a"}, {CIDR: "10.1.4.0/24", AZ: "us-east-1b"}, {CIDR: "10.1.5.0/24", AZ: "us-east-1c"}},
			}
		}), public},
		"imported-vpc": {testEnv(func(e *manifest.Environment) {
			e.Network = manifest.EnvNetwork{
				ID:      "vpc-0123456789abcdef0",
				Public:  []manifest.Subnet{{ID: "subnet-0123456789abcdef0"}, {ID: "subnet-0123456789abcdef1"}},
				Private: []manifest.Subnet{{ID: "subnet-0123456789abcdef2"}, {ID: "subnet-0123456789abcdef3"}},
			}
			e.HTTP.Private.VPCIngress = true
		}), plan.Needs{PublicALB: true, PrivateALB: true}},
		"https": {testEnv(https, func(e *manifest.Environment) {
			e.HTTP.Public.Certificates = append(e.HTTP.Public.Certificates, secondCert)
			e.HTTP.Public.SourceIPs = []string{"203.0.113.0/24", "2001:db8::/32"}
			e.HTTP.Public.SSLPolicy = "ELBSecurityPolicy-TLS13-1-3-2021-06"
		}), public},
		"insights": {testEnv(func(e *manifest.Environment) {
			e.Cluster = manifest.Cluster{ContainerInsights: "enhanced", CapacityProviders: []string{"FARGATE"}}
		}), plan.Needs{}},
		"private-load-balancer": {testEnv(func(e *manifest.Environment) {
			e.HTTP.Private.VPCIngress = true
		}), plan.Needs{PrivateALB: true}},
		"both-load-balancers": {testEnv(https, privateHTTPS), plan.Needs{PublicALB: true, PrivateALB: true}},
		"extra-rules": {testEnv(func(e *manifest.Environment) {
			e.Network.Ingress = []manifest.SecurityGroupRule{{CIDR: "10.0.0.0/8", FromPort: 5432, ToPort: 5432, Protocol: "tcp"}}
			e.Network.Egress = []manifest.SecurityGroupRule{
				{CIDR: "0.0.0.0/0", FromPort: 443, ToPort: 443, Protocol: "tcp"},
				{CIDR: "10.9.0.0/16", Protocol: "-1"},
			}
		}), plan.Needs{}},
	}
}

type serviceCase struct {
	app     manifest.App
	env     manifest.Environment
	service manifest.Workload
	envFile map[string]string
	release plan.Release
	change  func(*plan.Service)
}

const builtImage = "123456789012.dkr.ecr.us-east-1.amazonaws.com/demo/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func web(change ...func(*manifest.Workload)) manifest.Workload {
	w := manifest.Workload{
		Name: "web", Type: manifest.LoadBalancedWebService,
		Image: manifest.Image{Build: &manifest.Build{Dockerfile: "Dockerfile"}, Port: 8080},
		HTTP:  &manifest.HTTP{Path: "/", RedirectToHTTPS: true},
		CPU:   256, Memory: 512, Count: 1,
		Platform: manifest.Platform{OS: "LINUX", Arch: "X86_64"},
	}
	for _, c := range change {
		c(&w)
	}
	return w
}

func backend(change ...func(*manifest.Workload)) manifest.Workload {
	return web(append([]func(*manifest.Workload){func(w *manifest.Workload) {
		w.Name, w.Type, w.HTTP = "api", manifest.BackendService, nil
	}}, change...)...)
}

func serviceCases() map[string]serviceCase {
	c := map[string]serviceCase{
		"minimal":           {service: web()},
		"full":              fullCase(),
		"grpc":              {env: testEnv(https), service: web(func(w *manifest.Workload) { w.HTTP.Path, w.HTTP.Version = "/shop.Cart", "grpc" })},
		"https-alias":       {env: testEnv(https), service: web(func(w *manifest.Workload) { w.HTTP.Aliases = []string{"shop.example.com", "www.example.com"} })},
		"https-no-redirect": {env: testEnv(https), service: web(func(w *manifest.Workload) { w.HTTP.Path, w.HTTP.RedirectToHTTPS = "api", false })},
		"allowed-ips": {service: web(func(w *manifest.Workload) {
			w.HTTP.Path, w.HTTP.AllowedSourceIPs = "/admin", []string{"203.0.113.0/24", "198.51.100.7/32"}
		})},
		"backend":         {service: backend()},
		"backend-no-port": {service: backend(func(w *manifest.Workload) { w.Image.Port = 0 })},
		"backend-private-load-balancer": {env: testEnv(func(e *manifest.Environment) { e.Network.NAT = "single" }), service: backend(func(w *manifest.Workload) {
			w.HTTP = &manifest.HTTP{Path: "/api"}
			w.Network.Placement = "private"
		})},
		"exec": {service: web(func(w *manifest.Workload) { w.Exec = true })},
		"secrets": {service: web(func(w *manifest.Workload) {
			w.Secrets = map[string]manifest.Secret{
				"DB_PASSWORD":  {From: "/demo/test/db", Kind: "ssm"},
				"PLAIN":        {From: "plain", Kind: "ssm"},
				"PARAMETER":    {From: "arn:aws:ssm:us-east-1:123456789012:parameter/shared", Kind: "ssm"},
				"API_KEY":      {From: "demo/api-key", Kind: "secretsmanager"},
				"API_KEY_PART": {From: "demo/api-key:user::", Kind: "secretsmanager"},
				"OTHER":        {From: "arn:aws:secretsmanager:us-east-1:123456789012:secret:other-AbCdEf:key::", Kind: "secretsmanager"},
			}
		})},
		"windows": {service: web(func(w *manifest.Workload) {
			w.Platform = manifest.Platform{OS: "WINDOWS_SERVER_2022_CORE", Arch: "X86_64"}
			w.CPU, w.Memory, w.Exec = 1024, 2048, true
		})},
		"arm64": {service: web(func(w *manifest.Workload) { w.Platform.Arch = "ARM64" })},
		"prebuilt": {
			service: web(func(w *manifest.Workload) {
				w.Image = manifest.Image{Location: "registry.example.com/shop/web:1.2", Port: 80, Credentials: "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf"}
			}),
			release: plan.Release{Image: "registry.example.com/shop/web:1.2"},
		},
		"prebuilt-ecr": {
			service: web(func(w *manifest.Workload) {
				w.Image = manifest.Image{Location: "210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.2", Port: 80}
			}),
			release: plan.Release{Image: "210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.2"},
		},
		"connect": {service: backend(func(w *manifest.Workload) { w.Network.Connect, w.Network.ConnectAlias = true, "backend" })},
		"own-security-groups": {service: web(func(w *manifest.Workload) {
			w.Network = manifest.WorkloadNetwork{
				DenyDefault: true, SecurityGroups: []string{"sg-0123456789abcdef0"}, Subnets: []string{"subnet-0123456789abcdef0", "subnet-0123456789abcdef1"},
			}
			w.HTTP.HealthCheck.Port = 9000
		})},
		"copilot":   {service: web(), change: func(s *plan.Service) { s.Copilot = true }},
		"keep-logs": {service: web(), change: func(s *plan.Service) { s.KeepLogs = true }},
		"offline": {env: manifest.Environment{Name: "test"}, service: web(func(w *manifest.Workload) {
			w.Secrets = map[string]manifest.Secret{"TOKEN": {From: "token", Kind: "ssm"}}
		})},
		"china": {env: manifest.Environment{Name: "test", Account: "123456789012", Region: "cn-north-1"}, service: web(func(w *manifest.Workload) {
			w.Secrets = map[string]manifest.Secret{"TOKEN": {From: "token", Kind: "ssm"}}
		})},
		"long-names": {
			app:     manifest.App{Name: "an-application-with-quite-a-long-name", PermissionsBoundary: "developers"},
			service: web(func(w *manifest.Workload) { w.Name = "a-service-that-does-many-things" }),
		},
	}
	for name, k := range c {
		if k.app.Name == "" {
			k.app = demo()
		}
		if k.env.Name == "" {
			k.env = testEnv()
		}
		if k.release.Image == "" {
			k.release.Image = builtImage
		}
		c[name] = k
	}
	return c
}

func fullCase() serviceCase {
	return serviceCase{
		app:     manifest.App{Name: "demo", Tags: map[string]string{"team": "shop", "cost-center": "42"}, PermissionsBoundary: "arn:aws:iam::123456789012:policy/boundary"},
		env:     testEnv(https),
		envFile: map[string]string{"FROM_FILE": "file", "LOG_LEVEL": "debug"},
		release: plan.Release{Image: builtImage, Commit: "0a1b2c3d", Number: 42},
		service: web(func(w *manifest.Workload) {
			w.Image.Labels = map[string]string{"com.example.owner": "shop"}
			w.Image.HealthCheck = &manifest.ContainerHealthCheck{
				Command: []string{"CMD-SHELL", "curl -f http://localhost:8080/health || exit 1"}, Interval: 15 * time.Second,
				Timeout: 5 * time.Second, StartPeriod: 30 * time.Second, Retries: 3,
			}
			w.Entrypoint, w.Command = []string{"/bin/web"}, []string{"--listen", "${PORT}"}
			w.HTTP = &manifest.HTTP{
				Path: "/shop", Aliases: []string{"shop.example.com"}, Version: "http2", Stickiness: true,
				DeregistrationDelay: 30 * time.Second, TargetPort: 9090, AllowedSourceIPs: []string{"203.0.113.0/24"}, RedirectToHTTPS: true,
				HealthCheck: manifest.HTTPHealthCheck{
					Path: "/health", Port: 8081, SuccessCodes: "200-299", HealthyThreshold: 3, UnhealthyThreshold: 4,
					Interval: 20 * time.Second, Timeout: 10 * time.Second, GracePeriod: 90 * time.Second,
				},
			}
			w.CPU, w.Memory, w.Count, w.Exec = 1024, 2048, 3, true
			w.Variables = map[string]string{"LOG_LEVEL": "info", "TEMPLATE": "${HOME}", "QUOTES": "a \"b\" <c> & d"}
			w.Secrets = map[string]manifest.Secret{"DB_PASSWORD": {From: "/demo/test/db", Kind: "ssm"}}
			w.Network = manifest.WorkloadNetwork{SecurityGroups: []string{"sg-0123456789abcdef0"}, Connect: true}
			w.Logging.Retention = 90
		}),
	}
}

func (c serviceCase) plan() plan.Service {
	s := plan.NewService(c.app, c.env, c.service, c.envFile)
	if c.change != nil {
		c.change(&s)
	}
	return s
}
