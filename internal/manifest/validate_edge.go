package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// edge checks what stands before and beside the load balancers, as Copilot does.
func (v validator) edge(e Environment) {
	v.onlyFromCDN(e)
	v.cdn(e)
	v.accessLogs(e.HTTP.Public.AccessLogs)
	v.flowLogs(e.Network.FlowLogs)
	for i, id := range e.HTTP.Public.PrefixLists {
		if !strings.HasPrefix(id, "pl-") {
			v.bad(at("http.public.ingress.prefix_lists", index(i)), "it begins with pl-", "%q is no id of a managed prefix list", id)
		}
	}
}

// onlyFromCDN: a load balancer that only CloudFront reaches needs CloudFront.
func (v validator) onlyFromCDN(e Environment) {
	if !e.HTTP.Public.FromCDN || e.CDN != nil || !v.sure(at("cdn")) {
		return
	}
	p := at("http.public.ingress.cdn")
	if !v.root.find(p).yes() {
		p = at("http.public.security_groups.ingress.restrict_to.cdn")
	}
	v.bad(p, "write cdn: true at the top", "CDN must be enabled to limit security group ingress to CloudFront: without it nobody would get through")
}

func (v validator) cdn(e Environment) {
	if e.CDN == nil {
		return
	}
	p, certificates := at("cdn.certificate"), at("http.public.certificates")
	v.arn(p, e.CDN.Certificate, "acm", "certificate/")
	secure := e.Secure()
	switch r := arnRegion(e.CDN.Certificate); {
	case !v.sure(certificates, p):
	case e.CDN.Certificate != "" && isARN(e.CDN.Certificate, "acm") && r != "" && r != "us-east-1" && !strings.HasPrefix(r, "cn-"):
		v.bad(p, "request it in us-east-1", "the certificate is in %s, and CloudFront takes those of us-east-1 only", r)
	case e.CDN.Certificate != "" && !secure:
		v.bad(certificates, "name one for the load balancer too", "is missing: cdn.certificate goes with it")
	case e.CDN.Certificate == "" && secure && !e.CDN.TerminateTLS:
		v.bad(p, "name one in us-east-1, or write terminate_tls: true", "is missing: with http.public.certificates or domains, CloudFront needs one too")
	}
	if a := e.CDN.StaticAssets; a != nil {
		v.staticAssets(at("cdn.static_assets"), *a, e.CDN.Certificate)
	}
}

func (v validator) staticAssets(p path, a StaticAssets, certificate string) {
	if a.Location != "" && (strings.Contains(a.Location, "/") || !strings.Contains(a.Location, ".")) {
		v.bad(p.with("location"), "it looks like bucket.s3.eu-central-1.amazonaws.com", "%q is no domain name of a bucket", a.Location)
	}
	if a.Alias == "" {
		return
	}
	if !isHostName(a.Alias) {
		v.bad(p.with("alias"), "write a name such as assets.example.com", "%q is no host name", a.Alias)
	} else if certificate == "" {
		v.warn(p.with("alias"), "write cdn.certificate too", "without a certificate CloudFront answers to no name but its own: this one is left alone")
	}
}

// accessLogs holds S3's rules for names of buckets.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func (v validator) accessLogs(a *AccessLogs) {
	if a == nil {
		return
	}
	p := at("http.public.access_logs")
	if name := a.Bucket; v.has(p.with("bucket_name")) && (len(name) < 3 || len(name) > 63 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "") {
		v.bad(p.with("bucket_name"), "3 to 63 lower-case letters, digits, dots and hyphens", "%q is no name of a bucket", name)
	}
	if strings.HasPrefix(a.Prefix, "/") || strings.HasSuffix(a.Prefix, "/") || strings.Contains(a.Prefix, "AWSLogs") {
		v.bad(p.with("prefix"), "write "+strings.Trim(strings.ReplaceAll(a.Prefix, "AWSLogs", ""), "/"), "must neither begin nor end with / nor hold AWSLogs, which Elastic Load Balancing puts behind it")
	}
}

func (v validator) flowLogs(days int) {
	p := at("network.vpc.flow_logs.retention")
	if days == 0 && !v.has(p) || slices.Contains(retentions(), days) {
		return
	}
	next, _ := slices.BinarySearch(retentions(), days)
	v.bad(p, "write "+strconv.Itoa(retentions()[min(next, len(retentions())-1)]), "CloudWatch Logs has no retention of %d days", days)
}
