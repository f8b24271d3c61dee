package manifest

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// target checks where a load balancer leads requests: a container of the task, and a port in it that no other one has.
func (v validator) target(p path, container string, port int, w Workload) {
	named := p.with("target_container")
	if !v.has(named) {
		named = p.with("targetContainer")
	}
	if container != "" && container != w.Name && !slices.Contains(v.sidecars(), container) && v.sure(named, at("sidecars")) {
		hint := "define it under sidecars, or name the service's own: " + w.Name
		if near, ok := nearest(container, append(v.sidecars(), w.Name)); ok {
			hint = "did you mean " + near + "?"
		}
		v.bad(named, hint, "there is no container %q in the task", container)
		return
	}
	if port != 0 || !v.sure(p.with("target_port"), p.with("port")) {
		return
	}
	if container == "" || container == w.Name {
		if p := at("image.port"); v.sure(p) && !requiresPort(w.Type) && v.once(p) {
			v.bad(p, "write the port that the application listens on", "is missing: requests of the load balancer need one")
		}
		return
	}
	if at := at("sidecars", container, "port"); v.sure(at) {
		v.bad(p.with("target_port"), "write it, or the sidecar's port", "is missing: the sidecar %q has no port", container)
	}
}

// requiresPort tells whether a missing image.port is reported anyway.
func requiresPort(kind string) bool {
	return kind == LoadBalancedWebService || kind == RequestDrivenService
}

// once tells whether nothing was said about a field so far.
func (v validator) once(p path) bool {
	return !slices.ContainsFunc(v.diags, func(d diag.Diagnostic) bool { return strings.HasSuffix(d.Path, p.String()) })
}

// sidecars are the names of the task's other containers.
func (v validator) sidecars() []string {
	n := v.root.get("sidecars")
	if !n.usable() {
		return nil
	}
	var names []string
	for _, e := range n.entries {
		names = append(names, e.key)
	}
	return names
}
