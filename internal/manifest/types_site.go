package manifest

import "strings"

// Site is what a Static Site says: files that CloudFront serves out of a bucket.
type Site struct {
	Aliases     []string
	Certificate string // ACM ARN, in us-east-1; "" = CloudFront's own name only
	HostedZone  string // ID of the Route 53 zone that gets the aliases' records; "" = none
	Files       []SiteFiles
}

// Certified tells whether there is a certificate that AWS can have. Copilot takes any text of an ARN's shape for one; what
// has no account of 12 digits is a placeholder, without which the site can be deployed.
func (s Site) Certified() bool {
	parts := strings.SplitN(s.Certificate, ":", 6)
	return len(parts) == 6 && len(parts[4]) == 12 && strings.Trim(parts[4], "0123456789") == ""
}

// SiteFiles is one source of a site's files.
type SiteFiles struct {
	Source      string   // a file or directory, relative to the project directory (the parent of ferry/)
	Destination string   // the directory in the bucket; "" = its root
	Recursive   bool     // a directory's subdirectories too
	Exclude     []string // globs of what is left out
	Reinclude   []string // globs of what is taken in again
}
