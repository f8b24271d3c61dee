package manifest

// environmentEdgeFields are what stands before and beside the environment's load balancers: CloudFront, access logs, flow
// logs, and who is let in.
func environmentEdgeFields() []Field {
	return []Field{
		{
			Path: "http.public.access_logs", Type: "bool or map", Kinds: "E", Default: "false", Example: "true",
			Doc: "Keep a log of every request in S3. true makes a bucket, which stays when the environment is deleted.",
		},
		{
			Path: "http.public.access_logs.bucket_name", Type: "string", Kinds: "E", Example: "company-access-logs",
			Doc: "A bucket that exists already, in the same region, whose policy lets Elastic Load Balancing write.",
		},
		{
			Path: "http.public.access_logs.prefix", Type: "string", Kinds: "E", Example: "shop/test",
			Doc: "Where in the bucket the logs begin.",
		},
		{
			Path: "http.public.ingress.cdn", Type: "bool", Kinds: "E", With: "cdn: true", Default: "false", Example: "true",
			Doc: "Only CloudFront reaches the load balancer.",
		},
		{
			Path: "http.public.ingress.prefix_lists", Type: "list(string)", Kinds: "E", Example: "[pl-0a1b2c3d4e5f6a7b8]",
			Doc: "Managed prefix lists whose addresses reach the load balancer. In regions where ferry does not know CloudFront's own list, cdn needs its id here.",
		},
		{
			Path: "http.public.security_groups.ingress.restrict_to.cdn", Type: "bool", Kinds: "E", With: "cdn: true", Example: "true",
			Doc: "Copilot's older way to write ingress.cdn.",
		},
		{
			Path: "http.private.ingress.source_ips", Type: "list(cidr)", Kinds: "E", Example: "[10.8.0.0/16]",
			Doc: "These address ranges, too: of networks that are connected to the VPC.",
		},
		{
			Path: "http.private.security_groups.ingress.restrict_to", Type: "map", Kinds: "E", Example: "{source_ips: [10.8.0.0/16]}",
			Doc: "Copilot's older way to write ingress.",
		},
		{
			Path: "http.private.security_groups.ingress.restrict_to.source_ips", Type: "list(cidr)", Kinds: "E", Example: "[10.8.0.0/16]",
			Doc: "Copilot's older way to write ingress.source_ips.",
		},
		{
			Path: "cdn", Type: "bool or map", Kinds: "E", Default: "false", Example: "true",
			Doc: "CloudFront in front of the public load balancer. It is billed by request and by traffic.",
		},
		{
			Path: "cdn.certificate", Type: "string", Kinds: "E", With: "http.public.certificates", Example: "\"arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012\"",
			Doc: "ARN of the ACM certificate in us-east-1 with which CloudFront answers to the services' host names. Without one it answers to its own name only.",
		},
		{
			Path: "cdn.terminate_tls", Type: "bool", Kinds: "E", Default: "false", Example: "true",
			Doc: "CloudFront speaks plain HTTP to the load balancer. Services behind a load balancer with certificates then need redirect_to_https: false.",
		},
		{
			Path: "cdn.static_assets", Type: "map", Kinds: "E", Example: "{location: assets.s3.eu-central-1.amazonaws.com, path: static/*}",
			Doc: "Requests that a bucket answers instead of the load balancer.",
		},
		{
			Path: "cdn.static_assets.location", Type: "string", Kinds: "E", Required: true, Example: "assets.s3.eu-central-1.amazonaws.com",
			Doc: "The bucket's regional domain name. Its policy must let CloudFront read.",
		},
		{
			Path: "cdn.static_assets.alias", Type: "string", Kinds: "E", With: "certificate", Example: "assets.example.com",
			Doc: "A host name of the distribution. Point it at CloudFront yourself.",
		},
		{
			Path: "cdn.static_assets.path", Type: "string", Kinds: "E", Required: true, Example: "static/*",
			Doc: "The requests, by their path, with * for anything.",
		},
		{
			Path: "network.vpc.flow_logs", Type: "bool or map", Kinds: "E", Default: "false", Example: "true",
			Doc: "Record every connection in the VPC in CloudWatch Logs.",
		},
		{
			Path: "network.vpc.flow_logs.retention", Type: "int", Kinds: "E", Default: "14", Example: "30",
			Doc: "Days after which they are deleted, one of those that CloudWatch has.",
		},
	}
}

// edgeFieldsToCome are what Copilot's manifests can say there and AWS, or Copilot itself, does not take.
func edgeFieldsToCome() []Field {
	return []Field{
		{Path: "http.public.security_groups.ingress.from_vpc", Type: "bool", Kinds: "E", Later: "the VPC as a source of a public load balancer; requests from within come from its public side"},
		{Path: "http.private.security_groups.ingress.restrict_to.cdn", Type: "bool", Kinds: "E", Later: "CloudFront before an internal load balancer; it reaches the public one: http.public.ingress.cdn"},
	}
}
