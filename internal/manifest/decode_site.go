package manifest

import "strings"

// decodeSite reads a Static Site, which has no task and nothing behind a load balancer.
func decodeSite(root *node) *Site {
	http := root.get("http")
	s := &Site{Aliases: http.get("alias").strs(), Certificate: http.get("certificate").str(), HostedZone: http.get("hosted_zone").str()}
	if files := root.get("files"); files.usable() {
		for _, n := range files.items {
			s.Files = append(s.Files, SiteFiles{
				Source: n.get("source").str(), Destination: directory(n.get("destination").str()), Recursive: n.get("recursive").yes(),
				Exclude: n.get("exclude").strs(), Reinclude: n.get("reinclude").strs(),
			})
		}
	}
	return s
}

// directory writes a destination as a key begins: without a slash in front and at the end, and without a dot.
func directory(destination string) string {
	d := strings.Trim(destination, "/")
	for {
		next := strings.TrimPrefix(strings.TrimPrefix(d, "./"), "/")
		if next == d {
			break
		}
		d = next
	}
	if d == "." {
		return ""
	}
	return d
}
