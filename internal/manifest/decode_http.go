package manifest

import (
	"cmp"
	"strings"
)

func decodeHTTP(n *node) *HTTP {
	if n.empty() || n.kind != mapping || !n.usable() {
		return nil
	}
	check := n.get("healthcheck")
	h := &HTTP{
		Path:    rooted(n.get("path").str()),
		Aliases: aliases(n.get("alias")),
		Version: strings.ToLower(n.get("version").str()),
		HealthCheck: HTTPHealthCheck{
			Path:               check.get("path").str(),
			Port:               check.get("port").num(),
			SuccessCodes:       check.get("success_codes").str(),
			HealthyThreshold:   check.get("healthy_threshold").num(),
			UnhealthyThreshold: check.get("unhealthy_threshold").num(),
			Interval:           check.get("interval").duration(),
			Timeout:            check.get("timeout").duration(),
			GracePeriod:        check.get("grace_period").duration(),
		},
		Stickiness:          n.get("stickiness").yes(),
		DeregistrationDelay: n.get("deregistration_delay").duration(),
		TargetPort:          n.get("target_port").num(),
		AllowedSourceIPs:    n.get("allowed_source_ips").strs(),
		RedirectToHTTPS:     n.get("redirect_to_https").yes(),
		TargetContainer:     cmp.Or(n.get("target_container").str(), n.get("targetContainer").str()),
		HostedZone:          n.get("hosted_zone").str(),
		AliasZones:          aliasZones(n.get("alias")),
		ALB:                 n.get("alb").str(),
	}
	if more := n.get("additional_rules"); more.usable() {
		for _, item := range more.items {
			rule := decodeHTTP(item)
			if rule == nil {
				rule = new(HTTP) // reported; the checks of the others go by their numbers
			}
			h.AdditionalRules = append(h.AdditionalRules, *rule)
		}
	}
	return h
}

// rooted gives a path its leading slash: Copilot's manifests leave it out.
func rooted(p string) string {
	if p == "" {
		return ""
	}
	return "/" + strings.Trim(p, "/")
}

func aliases(n *node) []string {
	if n == nil || n.kind != sequence {
		return n.strs()
	}
	var out []string
	for _, item := range n.items {
		if name := item.get("name").str(); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// aliasZones are the zones that names have of their own. It is nil where there are none.
func aliasZones(n *node) map[string]string {
	if !n.usable() {
		return nil
	}
	var zones map[string]string
	for _, item := range n.items {
		if zone := item.get("hosted_zone").str(); zone != "" {
			if zones == nil {
				zones = map[string]string{}
			}
			zones[item.get("name").str()] = zone
		}
	}
	return zones
}
