package manifest

import (
	"strconv"
	"strings"
)

// computeTargets says for every rule and listener of the load balancers which container and which port of it gets the
// requests. Without target_container it is the one that has the port, and without target_port the container's own.
// https://aws.github.io/copilot-cli/docs/manifest/lb-web-service/#http-target-container
func computeTargets(root *node) {
	own, main := root.get("name").str(), root.get("image").get("port")
	holders := portHolders(root)
	for _, rule := range httpRules(root) {
		container := targetContainer(rule)
		switch port := rule.get("target_port"); {
		case !port.empty() && container == "":
			computeContainer(rule, holders[port.num()], own)
		case port.empty() && container != "" && container != own:
			computedPort(rule, sidecarPort(root, container))
		case port.empty() && main.usable() && main.kind == scalar:
			computed(rule, "target_port", main.text)
		}
	}
	for _, listener := range nlbListeners(root) {
		if port, _, ok := listenerPort(listener.get("port").str()); ok {
			computedPort(listener, port)
		}
		if targetContainer(listener) == "" {
			computeContainer(listener, holders[listener.get("target_port").num()], own)
		}
	}
}

// httpRules lists the rules of all Application Load Balancers.
func httpRules(root *node) []*node {
	var all []*node
	for _, block := range []string{"http", "internal_http"} {
		n := root.get(block)
		if n.empty() || n.kind != mapping {
			continue
		}
		all = append(all, n)
		if more := n.get("additional_rules"); more.usable() {
			for _, item := range more.items {
				if item.kind == mapping {
					all = append(all, item)
				}
			}
		}
	}
	return all
}

func targetContainer(rule *node) string {
	if name := rule.get("target_container").str(); name != "" {
		return name
	}
	return rule.get("targetContainer").str()
}

// portHolders tells which sidecar has a port: it says so itself, or a rule leads to it there. A port that the service's own
// container has is its own.
func portHolders(root *node) map[int]string {
	holders := map[int]string{}
	if sidecars := root.get("sidecars"); sidecars.usable() {
		for _, e := range sidecars.entries {
			if port := sidecarPort(root, e.key); port != 0 {
				holders[port] = e.key
			}
		}
	}
	for _, rule := range append(httpRules(root), nlbListeners(root)...) {
		if name, port := targetContainer(rule), rule.get("target_port").num(); name != "" && port != 0 {
			holders[port] = name
		}
	}
	if port := root.get("image").get("port").num(); port != 0 {
		delete(holders, port)
	}
	return holders
}

// sidecarPort reads a sidecar's port, which may have a protocol behind it: 2000/udp.
func sidecarPort(root *node, name string) int {
	text, _, _ := strings.Cut(root.get("sidecars").get(name).get("port").str(), "/")
	port, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return port
}

func computeContainer(rule *node, holder, own string) {
	if holder != "" && holder != own {
		computed(rule, "target_container", holder)
	}
}

func computedPort(rule *node, port int) {
	if port != 0 {
		computed(rule, "target_port", strconv.Itoa(port))
	}
}
