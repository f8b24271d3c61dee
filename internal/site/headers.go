package site

import (
	"path"
	"regexp"
	"strings"
)

// contentType is what a file is served as, by its name. The table is our own: what a machine's own says differs from one to
// the next, and the same site must be the same from everywhere.
func contentType(key string) string {
	if t, ok := contentTypes()[strings.ToLower(path.Ext(key))]; ok {
		return t
	}
	return "application/octet-stream"
}

func contentTypes() map[string]string {
	return map[string]string{
		".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".csv": "text/csv; charset=utf-8",
		".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".map": "application/json",
		".webmanifest": "application/manifest+json", ".xml": "application/xml", ".rss": "application/rss+xml", ".atom": "application/atom+xml",
		".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".ics": "text/calendar; charset=utf-8", ".wasm": "application/wasm",
		".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
		".ico": "image/vnd.microsoft.icon", ".bmp": "image/bmp", ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
		".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav", ".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
		".pdf": "application/pdf", ".zip": "application/zip", ".gz": "application/gzip", ".tar": "application/x-tar",
	}
}

// digestPart is the part of a name that a bundler makes of what is in the file: app.3f2a9c1b.js, index-BX4kq9aZ.css.
var digestPart = regexp.MustCompile(`^([0-9a-f]{8,64}|[A-Za-z0-9_]{8})$`)

// cacheControl is how long a file may be kept. Browsers ask again each time, and get a short answer where nothing has changed;
// CloudFront keeps a file until a release says that it has changed, for a day at most. A file whose name changes with what
// is in it is kept for good.
func cacheControl(key string) string {
	if immutable(path.Base(key)) {
		return "public, max-age=31536000, immutable"
	}
	return "public, max-age=0, s-maxage=86400, must-revalidate"
}

// immutable tells whether a name holds a digest in front of its extension: letters and digits, both of them. A page's name
// is an address and never does.
func immutable(name string) bool {
	stem := strings.TrimSuffix(name, path.Ext(name))
	cut := strings.LastIndexAny(stem, ".-")
	last := stem[cut+1:]
	letters, digits := strings.ContainsAny(last, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"), strings.ContainsAny(last, "0123456789")
	return cut > 0 && digestPart.MatchString(last) && letters && digits && !strings.HasPrefix(contentType(name), "text/html")
}
