package manifest

import "slices"

// nlbFields are the fields of a Network Load Balancer, which is the service's own.
func nlbFields() []Field {
	rule := nlbListenerFields()
	return slices.Concat(
		[]Field{{
			Path: "nlb", Type: "map", Kinds: "L", Example: "{port: 443/tls}",
			Doc: "A public Network Load Balancer of the service's own, beside http or, with http: false, instead of it. It is billed by the hour.",
		}},
		rule,
		[]Field{
			{
				Path: "nlb.alias", Type: "string or list(string or map)", Kinds: "L", Example: "[ssh.example.com]",
				Doc: "Host names of the load balancer. Where each has a hosted zone and there is no certificate, ferry requests one for them.",
			},
			{
				Path: "nlb.alias[]", Type: "string or map", Kinds: "L", Short: "name", Example: "ssh.example.com",
				Doc: "One host name.",
			},
			{
				Path: "nlb.alias[].name", Type: "string", Kinds: "L", Required: true, Example: "ssh.example.com",
				Doc: "The host name.",
			},
			{
				Path: "nlb.alias[].hosted_zone", Type: "string", Kinds: "L", Example: "Z0873220N255IR3MTNR4",
				Doc: "Id of the Route 53 hosted zone in which ferry points this name at the load balancer.",
			},
			{
				Path: "nlb.hosted_zone", Type: "string", Kinds: "L", With: "alias", Example: "Z0873220N255IR3MTNR4",
				Doc: "Id of the Route 53 hosted zone of all names of alias.",
			},
			{
				Path: "nlb.certificate", Type: "string", Kinds: "L", With: "port: 443/tls", Auto: "the environment's http.public.certificates, else one requested for alias",
				Example: "\"arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012\"",
				Doc:     "ARN of the ACM certificate of the listeners with TLS.",
			},
			{
				Path: "nlb.additional_listeners", Type: "list(map)", Kinds: "L", Example: "[{port: 8081/tcp}]",
				Doc: "Further listeners, each with a port and settings of its own.",
			},
		},
		relocated(rule, "nlb.additional_listeners[]"),
	)
}

func nlbListenerFields() []Field {
	return []Field{
		{
			Path: "nlb.port", Type: "string", Kinds: "L", Required: true, Example: "443/tls",
			Doc: "The port that is listened on, and the protocol: tcp (when none is written), udp, tcp_udp, or tls, which ends at the load balancer.",
		},
		{
			Path: "nlb.healthcheck", Type: "map", Kinds: "L", Implied: true, Example: "{port: 8081}",
			Doc: "How the load balancer learns whether a task may get connections: it opens one itself, always over TCP.",
		},
		{
			Path: "nlb.healthcheck.port", Type: "port", Kinds: "L", Auto: "target_port", Example: "8081",
			Doc: "The port that is asked. A port with udp needs another one here, unless it is listened on with TCP too.",
		},
		{
			Path: "nlb.healthcheck.healthy_threshold", Type: "int", Kinds: "L", Default: "3", Min: 2, Max: 10, Example: "2",
			Doc: "Good answers in a row after which a task gets connections.",
		},
		{
			Path: "nlb.healthcheck.unhealthy_threshold", Type: "int", Kinds: "L", Default: "3", Min: 2, Max: 10, Example: "2",
			Doc: "Failures in a row after which a task gets none.",
		},
		{
			Path: "nlb.healthcheck.timeout", Type: "duration", Kinds: "L", Default: "10s", Example: "5s",
			Doc: "Time after which an answer comes too late, 2s to 2m, less than interval.",
		},
		{
			Path: "nlb.healthcheck.interval", Type: "duration", Kinds: "L", Default: "30s", Example: "15s",
			Doc: "Time between two checks, 5s to 5m.",
		},
		{
			Path: "nlb.healthcheck.grace_period", Type: "duration", Kinds: "L", Default: "60s", Example: "2m",
			Doc: "Time after the start of a task in which failures do not end it.",
		},
		{
			Path: "nlb.target_container", Type: "string", Kinds: "L", With: "sidecars", Auto: "the one that has target_port, else the service's own", Example: "envoy",
			Doc: "The container that gets the connections: the service's own or a sidecar.",
		},
		{
			Path: "nlb.target_port", Type: "port", Kinds: "L", Auto: "the port that is listened on", Example: "8443",
			Doc: "The container's port that gets the connections.",
		},
		{
			Path: "nlb.ssl_policy", Type: "string", Kinds: "L", With: "port: 443/tls", Example: "ELBSecurityPolicy-TLS13-1-2-2021-06",
			Doc: "The security policy of a listener with TLS; one with TLS 1.2 and 1.3 when not written.",
		},
		{
			Path: "nlb.stickiness", Type: "bool", Kinds: "L", Default: "false", With: "port: 80/tcp", Example: "true",
			Doc: "Send the connections of an address to the same task. Not with tls.",
		},
		{
			Path: "nlb.deregistration_delay", Type: "duration", Kinds: "L", Default: "60s", Example: "30s",
			Doc: "Time that a task which ends has for the connections it has, up to 1h.",
		},
	}
}

// relocated puts the rows of a listener into another place.
func relocated(rows []Field, place string) []Field {
	out := make([]Field, len(rows))
	for i, f := range rows {
		f.Path = place + f.Path[len("nlb"):]
		if f.Path == place+".port" {
			f.Example = "8081/tcp"
		}
		out[i] = f
	}
	return out
}
