package cli

import (
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
)

// writesLogs refuses a static site, which has no container. A service whose manifest cannot be read may still have a log.
func writesLogs(s scene, name string) error {
	w, _, err := s.ws.Service(name, s.env.Name, manifest.Options{App: s.app.Name})
	if err != nil || w.Site == nil {
		return nil //nolint:nilerr // see above
	}
	return &fault.Error{Code: fault.Usage, What: name + " is a static site: no container runs, so there is no log",
		Hint: "ask for how it stands: " + command("status", name, "--env", s.env.Name)}
}

// showSite writes what a static site has instead of an image and tasks.
func showSite(row func(name, value string), r deploy.ShowResult) {
	row("Files", strings.Join(r.Files, ", "))
	row("Stack", r.Stack)
	if r.Live == nil || r.Live.Site == nil {
		row("Live", "no")
		return
	}
	row("Live", siteFiles(*r.Live))
	row("Bucket", r.Live.Site.Bucket)
	row("CloudFront", r.Live.Site.Distribution)
	row("URL", r.Live.URL)
}

// siteFiles says what a static site holds; "" for everything else.
func siteFiles(s deploy.ServiceStatus) string {
	if s.Site == nil {
		return ""
	}
	size := fmt.Sprintf("%d bytes", s.Site.Bytes)
	if kib := s.Site.Bytes / 1024; kib > 0 {
		size = fmt.Sprintf("%d KiB", kib)
	}
	return ui.Plural(s.Site.Files, "file") + ", " + size
}
