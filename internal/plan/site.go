package plan

import (
	"slices"
	"strings"
)

// Site is what a static site is served by: a bucket behind CloudFront.
type Site struct {
	Function string // of the account, so the region is part of its name: for Fn::Sub
	Access   string // the origin access control, likewise
	// Aliases are the names that CloudFront answers to. Without a certificate it answers to none but its own.
	Aliases     []string
	Certificate string
	HostedZone  string
}

// Outputs of a site's stack.
const (
	OutputSiteBucket       = "Bucket"
	OutputSiteDistribution = "Distribution"
	OutputSiteDomain       = "DomainName"
)

// SiteErrorPage is the file that answers for what is not there, where the site has it.
const SiteErrorPage = "404.html"

// siteZone is the hosted zone of CloudFront's own names, the same everywhere.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
const siteZone = "Z2FDTNDATAQYW2"

// maxSiteName is the limit for the names of functions and origin access controls.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateFunction.html
const maxSiteName = 64

// longestRegion leaves room for any region's name, and the dash before it.
const longestRegion = len("-ap-northeast-1xx")

func newSite(s Service) *Site {
	m := s.Manifest.Site
	if m == nil {
		return nil
	}
	name := shorten(s.Stack, maxSiteName-longestRegion) + "-${AWS::Region}"
	site := &Site{Function: name, Access: name}
	if m.Certified() {
		site.Aliases, site.Certificate, site.HostedZone = slices.Clone(m.Aliases), m.Certificate, m.HostedZone
	}
	return site
}

// Zone is the hosted zone that alias records of CloudFront point into.
func (s Site) Zone() string { return siteZone }

// Records are the types of the alias records: CloudFront answers to both families of addresses.
func (s Site) Records() []string { return []string{"A", "AAAA"} }

// ErrorPage is the path of the page for what is not there.
func (s Site) ErrorPage() string { return "/" + SiteErrorPage }

// IsSite tells whether the service is files that CloudFront serves, and no task.
func (s Service) IsSite() bool { return s.Site != nil }

// siteURL is the address of a site: its first name of its own, or CloudFront's. A name that comes with a port is reached
// without TLS: CloudFront's have none.
func (s Service) siteURL(domain string) string {
	switch {
	case domain == "":
		return ""
	case strings.Contains(domain, ":"):
		return "http://" + domain
	}
	for _, alias := range s.Site.Aliases {
		if !strings.HasPrefix(alias, "*") {
			return "https://" + alias
		}
	}
	return "https://" + domain
}
