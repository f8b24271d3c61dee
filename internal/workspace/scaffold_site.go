package workspace

import (
	"slices"

	"ferry.dev/ferry/manifests"
)

// scaffoldSite writes where the site's files are.
func scaffoldSite(r ScaffoldRequest) []byte {
	s := newSample(manifests.StaticSite).set("name", r.Name)
	if at := slices.Index(s.lines, "  - source: public"); at >= 0 && len(r.Sources) > 0 {
		s.lines[at] = "  - source: " + quote(r.Sources[0])
		end := at + 1
		for end < len(s.lines) && s.lines[end] != "" {
			end++
		}
		for _, source := range r.Sources[1:] {
			s.lines = slices.Insert(s.lines, end, "  - source: "+quote(source))
			end++
		}
	}
	return s.bytes()
}
