package manifest

func environmentFields() []Field {
	return []Field{
		{
			Path: "account", Type: "string", Kinds: "E", Example: "\"111122223333\"",
			Doc: "The AWS account, 12 digits. Before the first write ferry asks AWS whose credentials these are and refuses any other account.",
		},
		{
			Path: "region", Type: "string", Kinds: "E", Auto: "the region of the AWS configuration", Example: "eu-central-1",
			Doc: "The AWS region.",
		},
		{
			Path: "observability", Type: "map", Kinds: "E", Implied: true, Example: "{container_insights: true}",
			Doc: "What CloudWatch records beside the logs.",
		},
		{
			Path: "observability.container_insights", Type: "bool or string", Kinds: "E", Default: "disabled", Enum: []string{"disabled", "enabled", "enhanced"}, Example: "enhanced",
			Doc: "CloudWatch Container Insights: metrics per task, at the price of custom metrics. true means enabled.",
		},
	}
}

func environmentNetworkFields() []Field {
	return []Field{
		{
			Path: "network", Type: "map", Kinds: "E", Implied: true, Example: "{vpc: {nat: single}}",
			Doc: "The environment's network.",
		},
		{
			Path: "network.vpc", Type: "map", Kinds: "E", Implied: true, Example: "{cidr: 10.1.0.0/16}",
			Doc: "A VPC of its own, or with id one that exists already.",
		},
		{
			Path: "network.vpc.cidr", Type: "cidr", Kinds: "E", Group: "vpc", Auto: "10.0.0.0/16, without id", Example: "10.0.0.0/18",
			Doc: "The addresses of an own VPC, /16 to /26 (/28 where subnets are written).",
		},
		{
			Path: "network.vpc.id", Type: "string", Kinds: "E", Group: "vpc", Example: "vpc-0a1b2c3d4e5f6a7b8",
			Doc: "An existing VPC. Its subnets are then named by their ids.",
		},
		{
			Path: "network.vpc.nat", Type: "string", Kinds: "E", Auto: "none, without id", Enum: []string{"none", "single", "per-az"}, Example: "single",
			Doc: "NAT gateways, the way out of private subnets: none, a single one, or one per availability zone. Each costs by the hour.",
		},
		{
			Path: "network.vpc.endpoints", Type: "bool or list(string)", Kinds: "E", Auto: "none", Example: "[ecr.api, ecr.dkr, logs]",
			Doc: "Interface endpoints of AWS services in an own VPC, so that private subnets need no NAT gateway: true for what ECS needs, or their names. Each costs by the hour and zone. S3 has one that costs nothing anyway.",
		},
		{
			Path: "network.vpc.subnets", Type: "map", Kinds: "E", Auto: "two public and two private, without id", Example: "{public: [{id: subnet-0a1b2c3d}, {id: subnet-4e5f6a7b}]}",
			Doc: "The subnets: of an own VPC by cidr and az, of an existing one by id. At least two of a kind, in two availability zones.",
		},
		{
			Path: "network.vpc.subnets.public", Type: "list(map)", Kinds: "E", Example: "[{cidr: 10.0.0.0/24, az: eu-central-1a}, {cidr: 10.0.1.0/24, az: eu-central-1b}]",
			Doc: "Subnets with a way to the internet: the public load balancer and tasks placed public.",
		},
		{
			Path: "network.vpc.subnets.public[].cidr", Type: "cidr", Kinds: "E", Group: "subnet", Example: "10.0.0.0/24",
			Doc: "The addresses of a subnet to make, within the VPC's.",
		},
		{
			Path: "network.vpc.subnets.public[].id", Type: "string", Kinds: "E", Group: "subnet", Example: "subnet-0a1b2c3d",
			Doc: "An existing subnet.",
		},
		{
			Path: "network.vpc.subnets.public[].az", Type: "string", Kinds: "E", Auto: "the region's next", Example: "eu-central-1a",
			Doc: "Its availability zone.",
		},
		{
			Path: "network.vpc.subnets.private", Type: "list(map)", Kinds: "E", Example: "[{cidr: 10.0.2.0/24, az: eu-central-1a}, {cidr: 10.0.3.0/24, az: eu-central-1b}]",
			Doc: "Subnets without: the private load balancer and tasks placed private.",
		},
		{
			Path: "network.vpc.subnets.private[].cidr", Type: "cidr", Kinds: "E", Group: "subnet", Example: "10.0.2.0/24",
			Doc: "The addresses of a subnet to make, within the VPC's.",
		},
		{
			Path: "network.vpc.subnets.private[].id", Type: "string", Kinds: "E", Group: "subnet", Example: "subnet-8c9d0e1f",
			Doc: "An existing subnet.",
		},
		{
			Path: "network.vpc.subnets.private[].az", Type: "string", Kinds: "E", Auto: "the region's next", Example: "eu-central-1a",
			Doc: "Its availability zone.",
		},
		{
			Path: "network.vpc.security_group", Type: "map", Kinds: "E", Example: "{ingress: [{ip_protocol: tcp, ports: 5432, cidr: 10.0.0.0/16}]}",
			Doc: "Further rules for the security group that all services share.",
		},
		{
			Path: "network.vpc.security_group.ingress", Type: "list(map)", Kinds: "E", Example: "[{ip_protocol: tcp, ports: 5432, cidr: 10.0.0.0/16}]",
			Doc: "What may come in, beside the load balancers and the services themselves.",
		},
		{
			Path: "network.vpc.security_group.ingress[].ip_protocol", Type: "string", Kinds: "E", Required: true, Example: "tcp",
			Doc: "tcp, udp, icmp, icmpv6, a protocol number, or -1 for all.",
		},
		{
			Path: "network.vpc.security_group.ingress[].ports", Type: "int or string", Kinds: "E", Required: true, Example: "8080-8089",
			Doc: "A port, or a range of them; -1 for all of a protocol that has none.",
		},
		{
			Path: "network.vpc.security_group.ingress[].cidr", Type: "cidr", Kinds: "E", Required: true, Example: "10.0.0.0/16",
			Doc: "The addresses on the other side.",
		},
		{
			Path: "network.vpc.security_group.egress", Type: "list(map)", Kinds: "E", Example: "[{ip_protocol: tcp, ports: 443, cidr: 0.0.0.0/0}]",
			Doc: "What may go out. When it is written nothing else may.",
		},
		{
			Path: "network.vpc.security_group.egress[].ip_protocol", Type: "string", Kinds: "E", Required: true, Example: "tcp",
			Doc: "tcp, udp, icmp, icmpv6, a protocol number, or -1 for all.",
		},
		{
			Path: "network.vpc.security_group.egress[].ports", Type: "int or string", Kinds: "E", Required: true, Example: "443",
			Doc: "A port, or a range of them; -1 for all of a protocol that has none.",
		},
		{
			Path: "network.vpc.security_group.egress[].cidr", Type: "cidr", Kinds: "E", Required: true, Example: "0.0.0.0/0",
			Doc: "The addresses on the other side.",
		},
	}
}

func environmentHTTPFields() []Field {
	return []Field{
		{
			Path: "http", Type: "map", Kinds: "E", Example: "{public: {ssl_policy: ELBSecurityPolicy-TLS13-1-2-2021-06}}",
			Doc: "The load balancers. One is made when the first service needs it.",
		},
		{
			Path: "http.public", Type: "map", Kinds: "E", Example: "{ingress: {source_ips: [192.0.2.0/24]}}",
			Doc: "The public load balancer.",
		},
		{
			Path: "http.public.certificates", Type: "list(string)", Kinds: "E", Example: "[\"arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012\"]",
			Doc: "ARNs of ACM certificates. With one or more the load balancer speaks HTTPS.",
		},
		{
			Path: "http.public.ssl_policy", Type: "string", Kinds: "E", Example: "ELBSecurityPolicy-TLS13-1-2-2021-06",
			Doc: "The security policy of the HTTPS listener; Elastic Load Balancing's own default when not written.",
		},
		{
			Path: "http.public.ingress", Type: "map", Kinds: "E", Example: "{source_ips: [192.0.2.0/24]}",
			Doc: "Who reaches the load balancer.",
		},
		{
			Path: "http.public.ingress.source_ips", Type: "list(cidr)", Kinds: "E", Auto: "everybody", Example: "[192.0.2.0/24]",
			Doc: "Only these address ranges.",
		},
		{
			Path: "http.public.security_groups", Type: "map", Kinds: "E", With: "no ingress", Example: "{ingress: {restrict_to: {source_ips: [192.0.2.0/24]}}}",
			Doc: "Copilot's older way to write ingress.",
		},
		{
			Path: "http.public.security_groups.ingress", Type: "map", Kinds: "E", Example: "{restrict_to: {source_ips: [192.0.2.0/24]}}",
			Doc: "Copilot's older way to write ingress.",
		},
		{
			Path: "http.public.security_groups.ingress.restrict_to", Type: "map", Kinds: "E", Example: "{source_ips: [192.0.2.0/24]}",
			Doc: "Copilot's older way to write ingress.",
		},
		{
			Path: "http.public.security_groups.ingress.restrict_to.source_ips", Type: "list(cidr)", Kinds: "E", Example: "[192.0.2.0/24]",
			Doc: "Copilot's older way to write ingress.source_ips.",
		},
		{
			Path: "http.private", Type: "map", Kinds: "E", Example: "{ingress: {vpc: true}}",
			Doc: "The internal load balancer.",
		},
		{
			Path: "http.private.certificates", Type: "list(string)", Kinds: "E", Example: "[\"arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012\"]",
			Doc: "ARNs of ACM certificates. With one or more the load balancer speaks HTTPS.",
		},
		{
			Path: "http.private.ssl_policy", Type: "string", Kinds: "E", Example: "ELBSecurityPolicy-TLS13-1-2-2021-06",
			Doc: "The security policy of the HTTPS listener; Elastic Load Balancing's own default when not written.",
		},
		{
			Path: "http.private.subnets", Type: "list(string)", Kinds: "E", With: "network.vpc.id", Auto: "the private subnets", Example: "[subnet-0a1b2c3d, subnet-4e5f6a7b]",
			Doc: "The subnets of an existing VPC that the load balancer is put in.",
		},
		{
			Path: "http.private.ingress", Type: "map", Kinds: "E", Example: "{vpc: true}",
			Doc: "Who reaches the load balancer, beside the services themselves.",
		},
		{
			Path: "http.private.ingress.vpc", Type: "bool", Kinds: "E", Example: "true",
			Doc: "Everything in the VPC.",
		},
		{
			Path: "http.private.security_groups", Type: "map", Kinds: "E", With: "no ingress", Example: "{ingress: {from_vpc: true}}",
			Doc: "Copilot's older way to write ingress.",
		},
		{
			Path: "http.private.security_groups.ingress", Type: "map", Kinds: "E", Example: "{from_vpc: true}",
			Doc: "Copilot's older way to write ingress.",
		},
		{
			Path: "http.private.security_groups.ingress.from_vpc", Type: "bool", Kinds: "E", Example: "true",
			Doc: "Copilot's older way to write ingress.vpc.",
		},
	}
}
