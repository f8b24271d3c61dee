package manifest

import "time"

// Images says what image repositories keep. What is zero is not said.
type Images struct {
	Keep       int           // images of each service
	Untagged   time.Duration // how long images without a tag stay, in whole days
	ScanOnPush string        // "true", "false" or ""
}

// Said tells whether a lifecycle was written.
func (i Images) Said() bool { return i.Keep != 0 || i.Untagged != 0 }

func decodeImages(n *node) Images {
	return Images{Keep: n.get("keep").num(), Untagged: n.get("untagged").duration(), ScanOnPush: decodeYesNo(n.get("scan_on_push"))}
}

func decodeYesNo(n *node) string {
	if n.str() == "" {
		return ""
	}
	return map[bool]string{true: "true", false: "false"}[n.yes()]
}

// images checks what repositories keep.
func (v validator) images(i Images) {
	const day = 24 * time.Hour
	if p := at("images.untagged"); v.has(p) && (i.Untagged < day || i.Untagged%day != 0) {
		v.bad(p, "for example 7d", "must be one whole day or more")
	}
}
