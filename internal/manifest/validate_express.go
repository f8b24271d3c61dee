package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// expressMetrics are the fields of count by which Express Mode scales.
func expressMetrics() []string { return []string{"cpu_percentage", "memory_percentage", "requests"} }

// withoutExpress is the way out that is always there.
const withoutExpress = "remove it, or remove express: true and run behind the environment's load balancer"

// express refuses what the API of Express Mode has no member for: a service in it has just its task definition, its place,
// the path of its health check, and a range of tasks.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html
func (v validator) express(w Workload) {
	v.expressRouting(*w.HTTP)
	v.expressChecks()
	v.expressPlace(w)
	if strings.HasPrefix(w.Platform.OS, "WINDOWS") {
		v.bad(at("platform"), "write platform: linux/x86_64 or linux/arm64", "Express Mode runs Linux only")
	}
	if w.Exec {
		v.bad(at("exec"), withoutExpress, "Express Mode has no shell in its tasks")
	}
	if ports := at("container.ports"); v.has(ports) {
		v.badKey(ports, withoutExpress, "Express Mode takes one port of the container, image.port")
	}
	if v.fromUser(at("observability.metrics")) && w.Observability.FinerCPU {
		v.bad(at("observability.metrics"), withoutExpress, "Express Mode measures every 60s")
	}
	if n := v.root.get("count"); n.usable() && n.kind == scalar && w.Count < 1 {
		v.bad(at("count"), "write count: 1", "Express Mode keeps at least 1 task")
	}
}

// expressRouting: the service has an address of its own, whose listener and rule are ECS's.
func (v validator) expressRouting(h HTTP) {
	for _, c := range []struct {
		key   string
		wrong bool
		says  string
	}{
		{"path", cleaned(h.Path) != "/", "every request to it is for the service"},
		{"alias", len(h.Aliases) > 0, "it takes no other name"},
		{"version", h.Version != "" && h.Version != "http1", "it speaks http1 to the tasks"},
		{"target_port", h.TargetPort != 0 && h.TargetPort != v.root.get("image").get("port").num(), "requests go to image.port"},
		{"allowed_source_ips", len(h.AllowedSourceIPs) > 0, "it answers to every source"},
		{"stickiness", h.Stickiness, "any task may get a request"},
		{"redirect_to_https", !h.RedirectToHTTPS, "it is HTTPS"},
		{"deregistration_delay", true, "how long a task that ends may answer is ECS's"},
	} {
		if p := at("http", c.key); c.wrong && v.fromUser(p) {
			v.badKey(p, withoutExpress, "in Express Mode the service has an address of ECS's: %s", c.says)
		}
	}
}

func cleaned(path string) string { return "/" + strings.Trim(path, "/") }

// expressChecks: of the load balancer's health check only the path can be said.
func (v validator) expressChecks() {
	for _, key := range []string{"port", "success_codes", "healthy_threshold", "unhealthy_threshold", "interval", "timeout", "grace_period"} {
		if p := at("http.healthcheck", key); v.fromUser(p) {
			v.badKey(p, withoutExpress, "of its health check Express Mode takes the path alone")
		}
	}
}

// expressPlace: the tasks' subnets are the load balancer's too, and decide who reaches it.
func (v validator) expressPlace(w Workload) {
	p := at("network.vpc.placement")
	switch placement := w.Network.Placement; {
	case placement == "private" && !w.HTTP.Private && v.fromUser(p):
		v.bad(p, "write http: {private: true}", "in Express Mode the load balancer is in the tasks' subnets: private ones make the address internal")
	case placement == "public" && w.HTTP.Private && v.fromUser(p):
		v.bad(p, "remove it", "in Express Mode the load balancer is in the tasks' subnets: http.private puts both into private ones")
	}
	if w.Network.Connect != nil {
		v.bad(at("network.connect"), withoutExpress, "Express Mode has no Service Connect")
	}
}

// expressCount checks the map form of count, which a Request-Driven Web Service has in Express Mode only.
func (v validator) expressCount(w Workload, n *node) {
	count := at("count")
	if !w.Express {
		v.bad(count, "write express: true beside it, or a number of tasks", "a Request-Driven Web Service scales in Express Mode only")
		return
	}
	metric := slices.IndexFunc(expressMetrics(), func(key string) bool { return !n.get(key).empty() })
	switch {
	case n.get("range").empty() && metric >= 0:
		v.badKey(count.with(expressMetrics()[metric]), "write range: 1-10", "needs count.range: between how many tasks it may choose")
	case n.get("range").empty():
		v.bad(count, "write range: 1-10 and a metric, or just a number", "says no number of tasks")
	case metric < 0:
		v.badKey(count.with("range"), "for example cpu_percentage: 70", "needs something to scale on: %s", strings.Join(expressMetrics(), ", "))
	default:
		v.taskRange(count.with("range"), w.Scaling)
		if w.Scaling.Min < 1 && w.Scaling.Max > 0 {
			v.bad(count.with("range"), "write 1-"+strconv.Itoa(w.Scaling.Max), "Express Mode keeps at least 1 task")
		}
	}
}
