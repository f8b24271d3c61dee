package manifest

func decodeCDN(n *node) *CDN {
	if !n.on() {
		return nil
	}
	c := &CDN{Certificate: n.get("certificate").str(), TerminateTLS: n.get("terminate_tls").yes()}
	if a := n.get("static_assets"); a.usable() && a.kind == mapping {
		c.StaticAssets = &StaticAssets{Location: a.get("location").str(), Alias: a.get("alias").str(), Path: a.get("path").str()}
	}
	return c
}

func decodeAccessLogs(n *node) *AccessLogs {
	if !n.on() {
		return nil
	}
	return &AccessLogs{Bucket: n.get("bucket_name").str(), Prefix: n.get("prefix").str()}
}

// flowLogs is how many days flow logs are kept; 0 = there are none.
func flowLogs(n *node) int {
	switch {
	case !n.on():
		return 0
	case n.kind == mapping:
		return n.get("retention").num()
	}
	return 14
}

// restriction finds a field in both of Copilot's forms of ingress.
func restriction(balancer *node, key string) []*node {
	return []*node{balancer.get("ingress").get(key), balancer.get("security_groups").get("ingress").get("restrict_to").get(key)}
}

// fromCDN tells whether CloudFront reaches the public load balancer.
func fromCDN(public *node) bool {
	for _, n := range restriction(public, "cdn") {
		if n.yes() {
			return true
		}
	}
	return false
}

func decodeSources(balancer *node) []string {
	var ips []string
	for _, n := range restriction(balancer, "source_ips") {
		ips = append(ips, n.strs()...)
	}
	return ips
}
