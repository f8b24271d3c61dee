package plan

// Where a service's template finds the load balancers that it leans on.

// Listener is the ARN of a rule's listener.
func (s Service) Listener(rule ListenerRule) Value {
	switch {
	case rule.LoadBalancer != Imported:
		return Value{Import: s.Routing.ListenerOutput(rule)}
	case !s.Import.Known:
		return Value{Ref: Imported + rule.Listener + "Listener"}
	case rule.Listener == listenerHTTPS:
		return Value{Text: s.Import.HTTPSListener}
	}
	return Value{Text: s.Import.HTTPListener}
}

// AliasName is the name that a record points to.
func (s Service) AliasName(r Record) Value { return s.about(r.LoadBalancer, "DNS", "DNSName") }

// AliasZone is the hosted zone of that name.
func (s Service) AliasZone(r Record) Value {
	return s.about(r.LoadBalancer, "Zone", "CanonicalHostedZoneID")
}

// about finds a load balancer's name or zone: by the environment's output, or by the attribute of the service's own.
func (s Service) about(kind, output, attribute string) Value {
	switch {
	case kind == Public && s.behindCDN():
		if output == "DNS" {
			return Value{Import: "CloudFrontDomain"}
		}
		return Value{Text: cloudFrontZone(s.Region)}
	case kind == NetworkLB:
		return Value{Attribute: "NetworkLoadBalancer." + attribute}
	case kind != Imported:
		return Value{Import: kind + "LoadBalancer" + output}
	case !s.Import.Known:
		return Value{Ref: Imported + "LoadBalancer" + output}
	case output == "DNS":
		return Value{Text: s.Import.DNSName}
	}
	return Value{Text: s.Import.Zone}
}

// behindCDN tells whether CloudFront answers to the service's host names.
func (s Service) behindCDN() bool {
	return s.EnvManifest.CDN != nil && s.EnvManifest.CDN.Certificate != ""
}

// cloudFrontZone is the hosted zone of every distribution's name.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-route53-recordset-aliastarget.html
func cloudFrontZone(region string) string {
	if Partition(region) == "aws-cn" {
		return "Z3RFFRIM2A3IF5"
	}
	return "Z2FDTNDATAQYW2"
}
