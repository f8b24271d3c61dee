package plan

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Distribution is CloudFront in front of an environment's public load balancer.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-values-specify.html
type Distribution struct {
	Aliases      []string // none without a certificate
	Certificate  string   // "" = CloudFront's own
	OriginPolicy string   // http-only or https-only
	ViewerPolicy string   // allow-all or redirect-to-https
	Assets       *manifest.StaticAssets
}

// Distribution returns CloudFront, or nil where the manifest has none or there is no load balancer yet.
func (e Environment) Distribution() *Distribution {
	cdn := e.Manifest.CDN
	if cdn == nil || !e.PublicALB {
		return nil
	}
	d := &Distribution{Certificate: cdn.Certificate, OriginPolicy: "http-only", ViewerPolicy: "allow-all", Assets: cdn.StaticAssets}
	if e.Manifest.Secure() && !cdn.TerminateTLS {
		d.OriginPolicy = "https-only"
	}
	if cdn.Certificate != "" {
		d.ViewerPolicy = "redirect-to-https"
		d.Aliases = e.cdnAliases()
	}
	return d
}

// OriginPort is the port of the load balancer that CloudFront calls.
func (d Distribution) OriginPort() int {
	if d.OriginPolicy == "https-only" {
		return 443
	}
	return 80
}

// AssetsPath is the requests that the bucket answers, as CloudFront writes them.
func (d Distribution) AssetsPath() string { return "/" + strings.TrimPrefix(d.Assets.Path, "/") }

func (e Environment) cdnAliases() []string {
	var all []string
	for _, names := range e.Aliases.read() {
		all = append(all, names...)
	}
	if a := e.Manifest.CDN.StaticAssets; a != nil && a.Alias != "" {
		all = append(all, a.Alias)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// cloudFrontLists are the ids of the managed prefix list com.amazonaws.global.cloudfront.origin-facing, which AWS gives in
// each region once. CloudFormation can look up none by its name. Other regions: http.public.ingress.prefix_lists.
// https://aws.amazon.com/blogs/networking-and-content-delivery/limit-access-to-your-origins-using-the-aws-managed-prefix-list-for-amazon-cloudfront/
func cloudFrontLists() map[string]string {
	return map[string]string{
		"ap-northeast-1": "pl-58a04531", "ap-northeast-2": "pl-22a6434b", "ap-northeast-3": "pl-31a14458", "ap-south-1": "pl-9aa247f3",
		"ap-southeast-1": "pl-31a34658", "ap-southeast-2": "pl-b8a742d1", "ca-central-1": "pl-38a64351", "eu-central-1": "pl-a3a144ca",
		"eu-north-1": "pl-fab65393", "eu-west-1": "pl-4fa04526", "eu-west-2": "pl-93a247fa", "eu-west-3": "pl-75b1541c",
		"sa-east-1": "pl-5da64334", "us-east-1": "pl-3b927c52", "us-east-2": "pl-b6a144df", "us-west-1": "pl-4ea04527", "us-west-2": "pl-82a045eb",
	}
}

// ListGroup is a security group that lets the addresses of one prefix list to one port of the public load balancer. Each has
// its own: CloudFront's list alone counts for 55 of the 60 rules that a group may have.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html#aws-managed-prefix-list-weights
type ListGroup struct {
	Key  string // logical ID in the template
	List string // "" = CloudFront's in the region, which the template looks up
	Port int
}

// CloudFrontLists is the table by region that the template looks the list up in; nil where it has no need to.
func (e Environment) CloudFrontLists() map[string]string {
	if slices.ContainsFunc(e.ListGroups(), func(g ListGroup) bool { return g.List == "" }) {
		return cloudFrontLists()
	}
	return nil
}

// ListGroups returns the groups for prefix lists that the public load balancer needs.
func (e Environment) ListGroups() []ListGroup {
	m := e.Manifest.HTTP.Public
	if !e.PublicALB {
		return nil
	}
	ports := e.loadBalancer(Public, m).Ports()
	if d := e.Distribution(); d != nil && m.FromCDN {
		ports = []int{d.OriginPort()}
	}
	var all []ListGroup
	for i, list := range m.PrefixLists {
		for _, port := range ports {
			all = append(all, ListGroup{Key: fmt.Sprintf("PublicLoadBalancerFromList%dPort%d", i+1, port), List: list, Port: port})
		}
	}
	if id := cloudFrontLists()[e.Region]; m.FromCDN && (id != "" || e.Region == "") {
		all = append(all, ListGroup{Key: "PublicLoadBalancerFromCloudFront", List: id, Port: ports[len(ports)-1]})
	}
	return all
}

// AccessLogs is where the public load balancer's access logs go.
type AccessLogs struct {
	Bucket string // "" = one that the environment makes
	Prefix string
}

// AccessLogs returns where they go, or nil.
func (e Environment) AccessLogs() *AccessLogs {
	m := e.Manifest.HTTP.Public.AccessLogs
	if m == nil || !e.PublicALB {
		return nil
	}
	return &AccessLogs{Bucket: m.Bucket, Prefix: m.Prefix}
}

// Objects is the ARN of the objects that Elastic Load Balancing writes, for Fn::Sub.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
func (a AccessLogs) Objects() string {
	prefix := ""
	if a.Prefix != "" {
		prefix = escapeSub(a.Prefix) + "/"
	}
	return "${AccessLogsBucket.Arn}/" + prefix + "AWSLogs/${AWS::AccountId}/*"
}

// Account is who writes the logs in the partitions that have no service principal for it; "" elsewhere.
func (a AccessLogs) Account(region string) string {
	return map[string]string{
		"us-gov-west-1": "048591011584", "us-gov-east-1": "190560391635", "cn-north-1": "638102146993", "cn-northwest-1": "037604701340",
	}[region]
}

// FlowLogGroup names the log group of the VPC's flow logs. No service's is named like it.
func (e Environment) FlowLogGroup() string { return "/ferry/" + e.App + "/" + e.Name + "-flow-logs" }

// Before is what must stand before a load balancer: the way to the internet, and who may write its access logs.
func (e Environment) Before(l LoadBalancer) string {
	var all []string
	if e.Network.Own() && l.Kind == Public {
		all = append(all, "PublicDefaultRoute")
	}
	if a := e.AccessLogs(); a != nil && a.Bucket == "" && l.Kind == Public {
		all = append(all, "AccessLogsBucketPolicy")
	}
	if len(all) > 1 {
		return "[" + strings.Join(all, ", ") + "]"
	}
	return strings.Join(all, "")
}
