package manifest

// Site is what a Static Site says: files that CloudFront serves out of a bucket.
type Site struct {
	Aliases     []string
	Certificate string // ACM ARN, in us-east-1; "" = CloudFront's own name only
	HostedZone  string // ID of the Route 53 zone that gets the aliases' records; "" = none
	Files       []SiteFiles
}

// SiteFiles is one source of a site's files.
type SiteFiles struct {
	Source      string   // a file or directory, relative to the project directory (the parent of ferry/)
	Destination string   // the directory in the bucket; "" = its root
	Recursive   bool     // a directory's subdirectories too
	Exclude     []string // globs of what is left out
	Reinclude   []string // globs of what is taken in again
}
