package plan

import (
	"cmp"
	"fmt"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
)

// Check reports what AWS would refuse, or what would never answer, although each manifest by itself is right, which package
// manifest has seen to: what an environment and its services say about each other. Everything is reported, in the order of
// the services. The places name the file relative to the workspace, without a line.
func Check(e Environment, services []Service) diag.List {
	c := &checker{env: e}
	c.environment()
	for _, s := range services {
		c.service(s)
	}
	c.rules(services)
	c.names(services)
	c.messages(services)
	return c.found
}

type checker struct {
	env   Environment
	file  string
	found diag.List
}

// add reports a mistake in the file at hand.
func (c *checker) add(path, message, hint string) {
	c.found = append(c.found, diag.Diagnostic{
		Position: diag.Position{File: c.file}, Severity: diag.Error, Path: path, Message: message, Hint: hint,
	})
}

func (c *checker) service(s Service) {
	c.file = s.Name + "/manifest.yml"
	c.name(s)
	if s.IsSite() {
		return
	}
	c.routing(s)
	c.placement(s)
	c.capacity(s)
	c.traffic(s)
	c.connect(s)
	c.domains(s)
}

func (c *checker) name(s Service) {
	if len(s.Stack) > maxStackName {
		c.add("name", fmt.Sprintf("the stack's name %q is longer than %d characters", s.Stack, maxStackName),
			"choose shorter names for application, environment or service")
	}
}

// maxSecurityGroups is how many security groups a task's network interface takes.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
const maxSecurityGroups = 5

// placement makes sure that a task gets an address and can fetch its image.
func (c *checker) placement(s Service) {
	m, n := s.Manifest.Network, c.env.Network
	if len(s.Network.SecurityGroups) > maxSecurityGroups {
		c.warn("network.vpc.security_groups", fmt.Sprintf("a task takes %d security groups, and these are %d with ferry's own", maxSecurityGroups, len(s.Network.SecurityGroups)),
			"name fewer groups")
	}
	switch {
	case s.Capacity.Mode != manifest.ModeAwsvpc:
	case len(m.Subnets)+len(m.SubnetTags) > 0:
	case s.Express != nil && !s.Manifest.HTTP.Private && s.private():
		c.add("http.private", fmt.Sprintf("environment %q has no public subnets: in Express Mode the service answers inside only there", s.Env), "write http: {private: true}")
	case m.Placement != "private" && s.private() && s.Express == nil:
		c.warn("network.vpc.placement", fmt.Sprintf("environment %q has no public subnets: the tasks go to its private ones", s.Env), "write placement: private")
	case s.private() && len(n.Private) == 0:
		c.add("network.vpc.placement", fmt.Sprintf("environment %q has no private subnets", s.Env), "name them in its manifest")
	case s.private() && !n.WayOut():
		c.endpoints(s)
	case !s.private() && len(n.Public) == 0:
		c.add("network.vpc.placement", fmt.Sprintf("environment %q has no public subnets", s.Env), "write placement: private")
	}
}

func (c *checker) environment() {
	c.file = "environments/" + c.env.Name + "/manifest.yml"
	c.providers()
	if m := c.env.Manifest.HTTP.Public; m.FromCDN && c.env.Region != "" && cloudFrontLists()[c.env.Region] == "" && len(m.PrefixLists) == 0 {
		c.add("http.public.ingress.cdn", "CloudFront's prefix list in "+c.env.Region+" is not known",
			"write its id under http.public.ingress.prefix_lists: aws ec2 describe-managed-prefix-lists names it com.amazonaws.global.cloudfront.origin-facing")
	}
	for _, l := range c.env.LoadBalancers() {
		if n := zones(l.Subnets); n < 2 {
			c.add("network.vpc.subnets", fmt.Sprintf("the %s load balancer needs subnets in two availability zones and has %d", l.Scheme, n),
				"name two subnets in different zones")
		}
	}
}

// zones counts the zones that subnets lie in. Imported ones, whose zone is not known here, count as one each.
func zones(subnets []Subnet) int {
	seen := map[string]bool{}
	for _, s := range subnets {
		seen[cmp.Or(s.ID, s.AZ, fmt.Sprint(s.AZIndex))] = true
	}
	return len(seen)
}
