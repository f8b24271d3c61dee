package manifest

import (
	"regexp"
	"slices"
)

// endpointName is what follows the region in the name of an endpoint's service: ecr.api.
var endpointName = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// endpoints checks the interface endpoints of an own VPC.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
func (v validator) endpoints(p path, n EnvNetwork) {
	if len(n.Endpoints) == 0 || !v.sure(p) {
		return
	}
	if v.has(at("network.vpc.id")) {
		v.bad(p, "remove it", "ferry makes no endpoints in a VPC that exists already")
		return
	}
	for i, name := range n.Endpoints {
		at := p.with(index(i))
		if node := v.root.find(p); node.kind == scalar {
			at = p
		}
		switch {
		case slices.Contains(n.Endpoints[:i], name):
			v.bad(at, "remove one of the two", "%s is written twice", name)
		case name == "s3":
			v.bad(at, "remove it", "S3 has an endpoint anyway, which costs nothing")
		case !endpointName.MatchString(name):
			v.bad(at, "for example ecr.api", "%q is no service of AWS", name)
		}
	}
}
