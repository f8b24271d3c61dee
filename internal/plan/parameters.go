package plan

// Parameter is something that only AWS knows and that a template asks for: it is rendered before a deploy has looked it up.
type Parameter struct{ Name, Type, Description string }

// Parameters returns what the service's template asks for; nothing once a deploy has looked.
func (s Service) Parameters() []Parameter {
	var all []Parameter
	if s.Import != nil && !s.Import.Known && s.Routing != nil {
		all = append(all, s.importParameters()...)
	}
	if s.Routing != nil && s.Routing.Network.lacksCertificate() {
		all = append(all, Parameter{unknownCertificate, "String", "ARN of the ACM certificate for TLS"})
	}
	return all
}

func (s Service) importParameters() []Parameter {
	name := s.Import.Name
	all := []Parameter{{Imported + "SecurityGroup", "AWS::EC2::SecurityGroup::Id", "Security group of load balancer " + name}}
	seen := map[string]bool{}
	for _, rule := range s.Routing.Rules {
		if rule.LoadBalancer == Imported && !seen[rule.Listener] {
			seen[rule.Listener] = true
			all = append(all, Parameter{Imported + rule.Listener + "Listener", "String", "ARN of the " + rule.Listener + " listener of load balancer " + name})
		}
	}
	all = append(all, Parameter{Imported + "LoadBalancerDNS", "String", "DNS name of load balancer " + name})
	for _, r := range s.Routing.Records {
		if r.LoadBalancer == Imported {
			return append(all, Parameter{Imported + "LoadBalancerZone", "String", "Hosted zone of that name"})
		}
	}
	return all
}

// ImportedDNS is the name of the load balancer that exists already, which its containers are told; nil where there is none.
func (s Service) ImportedDNS() *Value {
	if s.Import == nil {
		return nil
	}
	v := s.about(Imported, "DNS", "")
	return &v
}
