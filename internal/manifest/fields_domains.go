package manifest

// domainFields are the domains of an environment. Copilot has one for the whole application.
func domainFields() []Field {
	return []Field{
		{
			Path: "domains", Type: "list(map)", Kinds: "E", Example: "[{name: example.com, hosted_zone: Z0873220N255IR3MTNR4}]",
			Doc: "The domains under which services are found: an alias that is, or lies below, one of them needs no hosted_zone of its own. With a domain the public load balancer speaks HTTPS.",
		},
		{
			Path: "domains[].name", Type: "string", Kinds: "E", Required: true, Example: "example.com",
			Doc: "The domain.",
		},
		{
			Path: "domains[].hosted_zone", Type: "string", Kinds: "E", Example: "Z0873220N255IR3MTNR4",
			Doc: "Id of the Route 53 hosted zone in which ferry points aliases below the domain at load balancers.",
		},
		{
			Path: "domains[].certificate", Type: "string", Kinds: "E", Auto: "one for the domain and *.<domain>, requested and proven through hosted_zone", Example: "\"arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012\"",
			Doc: "ARN of the ACM certificate for the domain and the names below it.",
		},
	}
}
