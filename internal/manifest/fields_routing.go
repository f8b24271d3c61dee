package manifest

import (
	"slices"
	"strings"
)

// routingFields are the parts of http that lead to other containers, load balancers and zones, and what stands beside http:
// further rules and an internal load balancer, each of which takes the fields of http again.
func routingFields() []Field {
	own := targetFields()
	rule := ruleFields(slices.Concat(httpFields(), own), "http")
	return slices.Concat(
		own,
		[]Field{{
			Path: "http.alb", Type: "string", Kinds: "LB", Example: "shared-load-balancer",
			Doc: "Name or ARN of an Application Load Balancer that exists already, in the environment's VPC, instead of the environment's own. ferry adds rules to its listeners and leaves the rest of it alone.",
		}},
		[]Field{{
			Path: "http.additional_rules", Type: "list(map)", Kinds: "LB", Example: "[{path: /admin, target_port: 8081}]",
			Doc: "Further rules, each with the fields of http. Rules to the same port with the same settings share a target group; a service has five target groups at most.",
		}},
		moved(rule, "http.additional_rules[]", "LB"),
		[]Field{{
			Path: "internal_http", Type: "map", Kinds: "L", Example: "{path: /}",
			Doc: "Requests of the environment's internal load balancer reach the service too. It has the fields of http.",
		}},
		moved(rule, "internal_http", "L"),
		[]Field{{
			Path: "internal_http.additional_rules", Type: "list(map)", Kinds: "L", Example: "[{path: /admin, target_port: 8081}]",
			Doc: "Further rules on the internal load balancer.",
		}},
		moved(rule, "internal_http.additional_rules[]", "L"),
	)
}

func targetFields() []Field {
	return []Field{
		{
			Path: "http.alias[].hosted_zone", Type: "string", Kinds: "LB", Example: "Z0873220N255IR3MTNR4",
			Doc: "Id of the Route 53 hosted zone in which ferry points this name at the load balancer.",
		},
		{
			Path: "http.hosted_zone", Type: "string", Kinds: "LB", With: "alias", Example: "Z0873220N255IR3MTNR4",
			Doc: "Id of the Route 53 hosted zone in which ferry points the names of alias at the load balancer.",
		},
		{
			Path: "http.target_container", Type: "string", Kinds: "LB", Group: "target_container", With: "sidecars", Auto: "the one that has target_port, else the service's own", Example: "nginx",
			Doc: "The container that gets the requests: the service's own or a sidecar.",
		},
		{
			Path: "http.targetContainer", Type: "string", Kinds: "LB", Group: "target_container", Example: "nginx",
			Doc: "Copilot's older way to write target_container.",
		},
	}
}

// ruleFields are the rows that a rule has, without the row of the block itself.
func ruleFields(rows []Field, block string) []Field {
	var out []Field
	for _, f := range rows {
		if strings.HasPrefix(f.Path, block+".") && strings.ContainsAny(f.Kinds, "LB") {
			out = append(out, f)
		}
	}
	return out
}

// moved puts rows of http into another place.
func moved(rows []Field, place, kinds string) []Field {
	out := make([]Field, len(rows))
	for i, f := range rows {
		f.Path, f.Kinds = place+strings.TrimPrefix(f.Path, "http"), kinds
		if strings.HasSuffix(f.Path, "[].path") {
			f.Example = "/admin" // another than the first rule's
		}
		out[i] = f
	}
	return out
}
