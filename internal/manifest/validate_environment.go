package manifest

import (
	"slices"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

func (d *document) validateEnvironment(e Environment, o Options) {
	v := validator{d, o.Copilot}
	v.name(at("name"), e.Name, "test")
	if p := at("account"); v.has(p) && (len(e.Account) != 12 || strings.Trim(e.Account, "0123456789") != "") {
		v.bad(p, "write it in quotes: \"111122223333\"", "%q is no AWS account: it has 12 digits", e.Account)
	}
	if p := at("region"); v.has(p) && !isRegion(e.Region) {
		v.bad(p, "for example eu-central-1", "%q is no AWS region", e.Region)
	}
	v.vpc(e.Network)
	v.rules(at("network.vpc.security_group.ingress"), e.Network.Ingress)
	v.rules(at("network.vpc.security_group.egress"), e.Network.Egress)
	v.loadBalancers(e)
	v.domains(e)
	v.cluster(e)
	v.edge(e)
}

func (v validator) rules(p path, rules []SecurityGroupRule) {
	for i, r := range rules {
		at := p.with(index(i))
		n := v.root.find(at)
		if ports := n.get("ports"); !ports.empty() {
			if _, _, ok := parsePorts(ports.str()); !ok {
				v.bad(at.with("ports"), "write 443 or 8080-8089", "%q is no port and no range of ports", ports.str())
			}
		}
		number, err := strconv.Atoi(r.Protocol)
		named := slices.Contains([]string{"tcp", "udp", "icmp", "icmpv6", ""}, r.Protocol)
		if !named && (err != nil || number < -1 || number > 255) {
			v.bad(at.with("ip_protocol"), "write tcp, udp, icmp, or -1 for all", "%q is no protocol", r.Protocol)
		}
		if (r.Protocol == "tcp" || r.Protocol == "udp") && r.FromPort == -1 {
			v.bad(at.with("ports"), "write 0-65535", "-1 means all ports only with ip_protocol -1 or icmp")
		}
	}
}

func (v validator) loadBalancers(e Environment) {
	public, private := at("http.public"), at("http.private")
	for side, alb := range map[string]ALB{"public": e.HTTP.Public, "private": e.HTTP.Private} {
		for i, c := range alb.Certificates {
			p := at("http", side, "certificates", index(i))
			v.arn(p, c, "acm", "certificate/")
			if r := arnRegion(c); isARN(c, "acm") && e.Region != "" && r != "" && r != e.Region && v.sure(at("region")) {
				v.bad(p, "request a certificate in "+e.Region, "the certificate is in %s, the load balancer in %s", r, e.Region)
			}
		}
		if policy := at("http", side, "ssl_policy"); v.has(policy) && !strings.HasPrefix(alb.SSLPolicy, "ELBSecurityPolicy-") {
			v.bad(policy, "for example ELBSecurityPolicy-TLS13-1-2-2021-06", "%q is no security policy of Elastic Load Balancing", alb.SSLPolicy)
		}
	}
	newer, older := public.with("ingress").with("source_ips"), at("http.public.security_groups.ingress.restrict_to.source_ips")
	if v.has(newer) && v.has(older) {
		v.bad(older, "keep ingress.source_ips", "says the same as ingress.source_ips")
	}
	v.privateSubnets(private.with("subnets"), e)
	if v.has(public) && e.Network.ID != "" && len(e.Network.Public) == 0 && v.sure(at("network.vpc.subnets")) {
		v.bad(public, "name public subnets under network.vpc.subnets", "a public load balancer needs public subnets, and the VPC has none here")
	}
}

// privateSubnets checks where an internal load balancer is put.
func (v validator) privateSubnets(p path, e Environment) {
	if !v.has(p) {
		return
	}
	if e.Network.ID == "" && v.sure(at("network.vpc.id")) {
		v.bad(p, "remove them: the load balancer uses the private subnets", "only subnets of an existing VPC (network.vpc.id) can be named")
		return
	}
	for i, id := range e.HTTP.Private.Subnets {
		known := slices.ContainsFunc(slices.Concat(e.Network.Private, e.Network.Public), func(s Subnet) bool { return s.ID == id })
		if !known && v.sure(at("network.vpc.subnets")) {
			v.bad(p.with(index(i)), "name it under network.vpc.subnets.private", "%q is no subnet of this environment", id)
		}
	}
	if len(e.HTTP.Private.Subnets) < 2 {
		v.bad(p, "add one in another availability zone", "a load balancer needs two subnets at least")
	}
}

func (d *document) validateApp(a App) {
	v := validator{d, false}
	v.name(at("name"), a.Name, "shop")
	v.images(a.Images)
	v.tags(a.Tags, 40)
	if p := at("permissions_boundary"); v.has(p) && (a.PermissionsBoundary == "" || strings.ContainsAny(a.PermissionsBoundary, " \t") ||
		strings.HasPrefix(a.PermissionsBoundary, "arn:") && !isARN(a.PermissionsBoundary, "iam")) {
		v.report(diag.Error, v.locate(p), p, "write the name or the ARN of a policy", "%q is no IAM policy", a.PermissionsBoundary)
	}
}
