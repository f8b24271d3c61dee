package manifest

import "strings"

// decodeConnect reads Service Connect; nil where it is off. A service without a name for it has its own.
func decodeConnect(n *node, service string) *Connect {
	switch {
	case n.usable() && n.kind == mapping:
	case n.yes():
		n = nil
	default:
		return nil
	}
	c := &Connect{Own: decodeConnectPort(n), LogLevel: strings.ToLower(n.get("log_level").str())}
	if c.Own.Alias == "" {
		c.Own.Alias = service
	}
	for _, item := range n.get("additional_ports").elements() {
		c.More = append(c.More, decodeConnectPort(item))
	}
	if log := n.get("access_log"); log.usable() && log.kind == mapping {
		c.AccessLog = &ConnectLog{Format: strings.ToUpper(log.get("format").str()), Query: log.get("query").yes()}
	}
	return c
}

func decodeConnectPort(n *node) ConnectPort {
	p := ConnectPort{
		TargetPort: n.get("target_port").num(), Alias: n.get("alias").str(), Port: n.get("port").num(),
		Protocol: strings.ToLower(n.get("protocol").str()), IngressPort: n.get("ingress_port").num(),
		IdleTimeout: n.get("timeouts").get("idle").span(), PerRequestTimeout: n.get("timeouts").get("per_request").span(),
	}
	if tls := n.get("tls"); tls.usable() && tls.kind == mapping {
		p.TLS = &ConnectTLS{Authority: tls.get("authority").str(), KMSKey: tls.get("kms_key").str(), Role: tls.get("role").str()}
	}
	return p
}
