package manifest

import (
	"net/netip"
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
	v.capacity(e.Cluster)
}

func (v validator) vpc(n EnvNetwork) {
	p := at("network.vpc")
	if v.has(p.with("id")) {
		v.importedVPC(p, n)
	} else {
		v.ownVPC(p, n)
	}
	v.zones(p.with("subnets").with("public"), n.Public)
	v.zones(p.with("subnets").with("private"), n.Private)
}

// importedVPC checks a VPC that exists: ferry makes nothing in it.
func (v validator) importedVPC(p path, n EnvNetwork) {
	v.ids(p.with("id"), []string{n.ID}, "vpc-", "VPC")
	if nat := p.with("nat"); v.has(nat) {
		v.bad(nat, "remove it", "ferry makes no NAT gateway in a VPC that exists already")
	}
	if len(n.Public)+len(n.Private) == 0 && v.sure(p.with("subnets")) {
		v.bad(p.with("subnets"), "name at least two public or two private subnets by id", "is missing: the VPC's subnets are not known")
	}
	var all []string
	for _, kind := range []string{"public", "private"} {
		for i, s := range map[string][]Subnet{"public": n.Public, "private": n.Private}[kind] {
			at := p.with("subnets").with(kind).with(index(i))
			switch {
			case s.ID == "" && v.sure(at.with("id")):
				v.bad(at, "write id: subnet-…", "a subnet of an existing VPC is named by its id")
			case slices.Contains(all, s.ID):
				v.bad(at.with("id"), "remove one of the two", "%s is written twice", s.ID)
			case !strings.HasPrefix(s.ID, "subnet-"):
				v.warn(at.with("id"), "it begins with subnet-", "%q does not look like the id of a subnet", s.ID)
			}
			if s.AZ != "" {
				v.bad(at.with("az"), "remove it", "an existing subnet has its availability zone already")
			}
			all = append(all, s.ID)
		}
	}
}

// ownVPC checks the addresses of a VPC that ferry makes.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
func (v validator) ownVPC(p path, n EnvNetwork) {
	cidr := p.with("cidr")
	whole, err := parseCIDR(n.CIDR)
	if err != nil || !v.blockSize(cidr, whole) || !v.sure(cidr) {
		return
	}
	if len(n.Public) == 0 && len(n.Private) == 0 && v.sure(p.with("subnets")) {
		v.bad(cidr, "take a /26 or larger, or write the subnets", "%s is too small for two public and two private subnets", n.CIDR)
	}
	if len(n.Public) == 0 && len(n.Private) > 0 && n.NAT != "none" && v.sure(p.with("subnets")) {
		v.bad(p.with("nat"), "write public subnets too", "a NAT gateway stands in a public subnet, and there is none")
	}
	type block struct {
		path   path
		prefix netip.Prefix
	}
	var blocks []block
	for _, kind := range []string{"public", "private"} {
		for i, s := range map[string][]Subnet{"public": n.Public, "private": n.Private}[kind] {
			at := p.with("subnets").with(kind).with(index(i))
			if s.ID != "" {
				v.bad(at.with("id"), "write network.vpc.id too, or cidr instead", "an existing subnet needs an existing VPC")
				continue
			}
			at = at.with("cidr")
			sub, err := parseCIDR(s.CIDR)
			if err != nil {
				if s.CIDR == "" {
					v.bad(at, "for example cidr: "+exampleSubnet(whole), "is missing")
				}
				continue
			}
			if !v.blockSize(at, sub) {
				continue
			}
			if !whole.Contains(sub.Addr()) || sub.Bits() < whole.Bits() {
				v.bad(at, "for example "+exampleSubnet(whole), "%s is not within the VPC's %s", s.CIDR, n.CIDR)
				continue
			}
			for _, b := range blocks {
				if b.prefix.Overlaps(sub) {
					v.bad(at, "choose addresses that are free", "%s overlaps %s (%s)", s.CIDR, b.prefix, b.path[:len(b.path)-1])
					break
				}
			}
			blocks = append(blocks, block{at, sub})
		}
	}
}

// exampleSubnet is a subnet that fits a network.
func exampleSubnet(whole netip.Prefix) string {
	if parts := carve(whole.String()); parts != nil {
		return parts[0].String()
	}
	return whole.String()
}

// blockSize checks AWS's bounds for VPCs and subnets: IPv4, /16 to /28, no host bits.
func (v validator) blockSize(p path, b netip.Prefix) bool {
	switch {
	case !b.Addr().Is4():
		v.bad(p, "write an IPv4 range", "%s is not IPv4", b)
	case b.Bits() < 16 || b.Bits() > 28:
		v.bad(p, "AWS allows /16 to /28", "/%d is no size for a VPC or a subnet", b.Bits())
	case b.Masked() != b:
		v.bad(p, "write "+b.Masked().String(), "%s has host bits", b)
	default:
		return true
	}
	return false
}

// zones checks that the subnets of a kind are in two availability zones at least.
func (v validator) zones(p path, subnets []Subnet) {
	if len(subnets) == 0 || !v.sure(p) {
		return
	}
	if len(subnets) < 2 {
		v.bad(p, "add one in another availability zone", "must have two subnets at least, in two availability zones")
		return
	}
	if v.has(at("network.vpc.id")) {
		return // where existing subnets are, only AWS knows
	}
	zones, unnamed := map[string]bool{}, 0
	for _, s := range subnets {
		if s.AZ == "" {
			unnamed++
		} else {
			zones[s.AZ] = true
		}
	}
	if len(zones) == 1 && unnamed == 0 {
		v.bad(p, "put one of them in another", "are all in %s: two availability zones are needed", subnets[0].AZ)
	}
	if len(zones) > 0 && unnamed > 0 {
		v.bad(p, "write az for each, or for none", "some name their availability zone and some do not")
	}
	region := v.root.get("region").str()
	for i, s := range subnets {
		if s.AZ != "" && isRegion(region) && !strings.HasPrefix(s.AZ, region) {
			v.warn(p.with(index(i)).with("az"), "", "%q is not in region %s", s.AZ, region)
		}
	}
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

func (v validator) capacity(c Cluster) {
	p := at("cluster.capacity_providers")
	for i, name := range c.CapacityProviders {
		at := p.with(index(i))
		upper := strings.ToUpper(name)
		switch {
		case name == "":
			v.bad(at, "remove it", "must not be empty")
		case slices.Contains(c.CapacityProviders[:i], name):
			v.bad(at, "remove one of the two", "%s is written twice", name)
		case strings.HasPrefix(upper, "FARGATE") && upper != name:
			v.bad(at, "write "+upper, "%q: AWS writes its own providers in capitals", name)
		case strings.HasPrefix(upper, "FARGATE") && name != "FARGATE" && name != "FARGATE_SPOT",
			strings.HasPrefix(upper, "AWS"), strings.HasPrefix(upper, "ECS"):
			v.bad(at, "the ones of AWS are FARGATE and FARGATE_SPOT", "there is no capacity provider %q, and your own may not begin like that", name)
		}
	}
	if len(c.CapacityProviders) > 20 {
		v.bad(p, "", "a cluster has at most 20, and these are %d", len(c.CapacityProviders))
	}
}

func (d *document) validateApp(a App) {
	v := validator{d, false}
	v.name(at("name"), a.Name, "shop")
	if len(a.Tags) > 40 {
		v.bad(at("tags"), "", "a resource has at most 50 tags, ferry's own included: write at most 40, not %d", len(a.Tags))
	}
	for _, key := range sortedKeys(a.Tags) {
		p := at("tags", key)
		switch lower := strings.ToLower(key); {
		case strings.HasPrefix(lower, "aws:"), strings.HasPrefix(lower, "ferry:"):
			v.bad(p, "choose another name", "tags that begin with %s are not yours to set", lower[:strings.Index(lower, ":")+1])
		case len([]rune(key)) > 128 || len([]rune(a.Tags[key])) > 256:
			v.bad(p, "", "a tag has at most 128 characters, and its value 256")
		}
	}
	if p := at("permissions_boundary"); v.has(p) && (a.PermissionsBoundary == "" || strings.ContainsAny(a.PermissionsBoundary, " \t") ||
		strings.HasPrefix(a.PermissionsBoundary, "arn:") && !isARN(a.PermissionsBoundary, "iam")) {
		v.report(diag.Error, v.locate(p), p, "write the name or the ARN of a policy", "%q is no IAM policy", a.PermissionsBoundary)
	}
}
