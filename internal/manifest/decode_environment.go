package manifest

import (
	"strconv"
	"strings"
)

func decodeApp(root *node) App {
	return App{
		Name:                root.get("name").str(),
		Tags:                root.get("tags").strMap(),
		Images:              decodeImages(root.get("images")),
		PermissionsBoundary: root.get("permissions_boundary").str(),
	}
}

func decodeEnvironment(root *node) Environment {
	insights := root.get("observability").get("container_insights").str()
	if on, ok := parseBool(insights); ok {
		insights = map[bool]string{true: "enabled", false: "disabled"}[on]
	}
	return Environment{
		Name:    root.get("name").str(),
		Account: root.get("account").str(),
		Region:  root.get("region").str(),
		Network: decodeEnvNetwork(root.get("network").get("vpc")),
		HTTP:    decodeEnvHTTP(root.get("http")),
		CDN:     decodeCDN(root.get("cdn")),
		Domains: decodeDomains(root.get("domains")),
		Cluster: decodeCluster(root.get("cluster"), insights),
	}
}

func decodeEnvNetwork(vpc *node) EnvNetwork {
	subnets, group := vpc.get("subnets"), vpc.get("security_group")
	return EnvNetwork{
		ID:        vpc.get("id").str(),
		CIDR:      vpc.get("cidr").str(),
		Public:    decodeSubnets(subnets.get("public")),
		Private:   decodeSubnets(subnets.get("private")),
		NAT:       strings.ToLower(vpc.get("nat").str()),
		Endpoints: decodeEndpoints(vpc.get("endpoints")),
		Ingress:   decodeRules(group.get("ingress")),
		Egress:    decodeRules(group.get("egress")),

		FlowLogs: flowLogs(vpc.get("flow_logs")),
	}
}

func decodeEndpoints(n *node) []string {
	if on, isBool := parseBool(n.str()); isBool {
		return map[bool][]string{true: {EndpointsForECS}}[on]
	}
	return n.strs()
}

func decodeSubnets(n *node) []Subnet {
	if !n.usable() {
		return nil
	}
	var out []Subnet
	for _, item := range n.items {
		out = append(out, Subnet{ID: item.get("id").str(), CIDR: item.get("cidr").str(), AZ: item.get("az").str()})
	}
	return out
}

func decodeRules(n *node) []SecurityGroupRule {
	if !n.usable() {
		return nil
	}
	var out []SecurityGroupRule
	for _, item := range n.items {
		from, to, _ := parsePorts(item.get("ports").str())
		out = append(out, SecurityGroupRule{
			CIDR: item.get("cidr").str(), FromPort: from, ToPort: to, Protocol: strings.ToLower(item.get("ip_protocol").str()),
		})
	}
	return out
}

// parsePorts reads 80, 80-89, or -1 for all.
func parsePorts(s string) (from, to int, ok bool) {
	if s == "-1" {
		return -1, -1, true
	}
	low, high, isRange := strings.Cut(s, "-")
	if !isRange {
		high = low
	}
	from, err1 := strconv.Atoi(strings.TrimSpace(low))
	to, err2 := strconv.Atoi(strings.TrimSpace(high))
	return from, to, err1 == nil && err2 == nil && 0 <= from && from <= to && to <= 65535
}

func decodeEnvHTTP(n *node) EnvHTTP {
	public, private := n.get("public"), n.get("private")
	return EnvHTTP{
		Public: ALB{
			Certificates: public.get("certificates").strs(),
			SourceIPs:    decodeSourceIPs(public),
			SSLPolicy:    public.get("ssl_policy").str(),
			FromCDN:      fromCDN(public),
			PrefixLists:  public.get("ingress").get("prefix_lists").strs(),
			AccessLogs:   decodeAccessLogs(public.get("access_logs")),
		},
		Private: ALB{
			Certificates: private.get("certificates").strs(),
			SourceIPs:    decodeSources(private),
			SSLPolicy:    private.get("ssl_policy").str(),
			Subnets:      private.get("subnets").strs(),
			VPCIngress:   private.get("ingress").get("vpc").yes() || private.get("security_groups").get("ingress").get("from_vpc").yes(),
		},
	}
}

// decodeSourceIPs reads both of Copilot's forms. Who restricts it in no way lets everybody in.
func decodeSourceIPs(public *node) []string {
	ips := decodeSources(public)
	if len(ips) == 0 && !fromCDN(public) && len(public.get("ingress").get("prefix_lists").strs()) == 0 {
		return []string{"0.0.0.0/0"}
	}
	return ips
}
