package plan

// Parameter is something that only AWS knows and that a template asks for.
type Parameter struct {
	Name, Type, Description string
	Default                 string // "" = it must be given
}

// Parameters returns what the service's template asks for. Once a deploy has looked, it is written in the template, but for
// the weights of listener rules.
func (s Service) Parameters() []Parameter {
	var all []Parameter
	if s.Import != nil && !s.Import.Known && s.Routing != nil {
		all = append(all, s.importParameters()...)
	}
	if s.Routing != nil && s.Routing.Network.lacksCertificate() {
		all = append(all, Parameter{Name: unknownCertificate, Type: "String", Description: "ARN of the ACM certificate for TLS"})
	}
	for _, r := range s.weighted() {
		all = append(all,
			Parameter{r.Weight(), "Number", "Share of " + r.Target + " in " + r.Key, "1"},
			Parameter{r.AlternateWeight(), "Number", "Share of " + s.AlternateOf(r.Target) + " in " + r.Key, "0"})
	}
	return all
}

func (s Service) importParameters() []Parameter {
	name := s.Import.Name
	all := []Parameter{{Name: Imported + "SecurityGroup", Type: "AWS::EC2::SecurityGroup::Id", Description: "Security group of load balancer " + name}}
	seen := map[string]bool{}
	for _, rule := range s.Routing.Rules {
		if rule.LoadBalancer == Imported && !seen[rule.Listener] {
			seen[rule.Listener] = true
			all = append(all, Parameter{Name: Imported + rule.Listener + "Listener", Type: "String", Description: "ARN of the " + rule.Listener + " listener of load balancer " + name})
		}
	}
	all = append(all, Parameter{Name: Imported + "LoadBalancerDNS", Type: "String", Description: "DNS name of load balancer " + name})
	for _, r := range s.Routing.Records {
		if r.LoadBalancer == Imported {
			return append(all, Parameter{Name: Imported + "LoadBalancerZone", Type: "String", Description: "Hosted zone of that name"})
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
