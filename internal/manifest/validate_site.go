package manifest

import (
	pathpkg "path"
	"strings"
)

// site checks a Static Site.
func (v validator) site(s *Site) {
	if s == nil {
		return
	}
	v.siteNames(s)
	files := at("files")
	if len(s.Files) == 0 && v.sure(files) {
		v.warn(files, "for example files: [{source: site/public}]", "is missing: the site is empty, and a deploy removes what is in it")
	}
	for i := range s.Files {
		v.siteFiles(files.with(index(i)), s.Files[i])
	}
}

// siteNames holds CloudFront's rules of alternate domain names.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
func (v validator) siteNames(s *Site) {
	alias, certificate := at("http.alias"), at("http.certificate")
	v.httpAliases(alias, s.Aliases)
	switch {
	case len(s.Aliases) > 0 && s.Certificate == "" && v.sure(certificate):
		v.warn(alias, "write the certificate of these names as http.certificate", "CloudFront answers to a name of one's own only with a certificate: until there is one the site has CloudFront's name alone")
	case s.Certificate != "" && len(s.Aliases) == 0:
		v.bad(certificate, "write the names as http.alias", "is for host names, and http.alias has none")
	}
	v.arn(certificate, s.Certificate, "acm", "certificate/")
	if isARN(s.Certificate, "acm") && strings.Split(s.Certificate, ":")[3] != "us-east-1" {
		v.bad(certificate, "request or import it in us-east-1", "CloudFront reads certificates of us-east-1 only, and this one is in %s", strings.Split(s.Certificate, ":")[3])
	}
	if isARN(s.Certificate, "acm") && !s.Certified() {
		v.warn(certificate, "write the ARN as ACM shows it", "has no account of 12 digits, so AWS can have no such certificate: the site has CloudFront's name alone")
	}
	zone := at("http.hosted_zone")
	switch {
	case s.HostedZone == "":
	case len(s.Aliases) == 0:
		v.bad(zone, "write the names as http.alias", "is for host names, and http.alias has none")
	case !strings.HasPrefix(s.HostedZone, "Z"):
		v.bad(zone, "write its ID, for example Z0873220N255IR3MTNR4", "%q is no ID of a hosted zone", s.HostedZone)
	}
}

func (v validator) siteFiles(p path, f SiteFiles) {
	source := p.with("source")
	switch n := v.root.find(source); {
	case n.empty() || !v.sure(source):
	case f.Source == "":
		v.bad(source, "write . for the whole project", "must not be empty")
	case strings.HasPrefix(f.Source, "/") || strings.Contains(f.Source, `\`):
		v.bad(source, "write it relative to the directory that holds ferry/, with /", "%q is no path within the project", f.Source)
	}
	if d := f.Destination; strings.Contains("/"+d+"/", "/../") {
		v.bad(p.with("destination"), "write a directory of the site", "%q leads out of the site", d)
	}
	for key, globs := range map[string][]string{"exclude": f.Exclude, "reinclude": f.Reinclude} {
		for i, glob := range globs {
			at := p.with(key)
			if n := v.root.find(at); n != nil && n.kind == sequence {
				at = at.with(index(i))
			}
			if _, err := pathpkg.Match(strings.ReplaceAll(glob, "[!", "[^"), ""); err != nil {
				v.bad(at, "close the bracket, or leave it out", "%q is no glob", glob)
			}
		}
	}
	if len(f.Reinclude) > 0 && len(f.Exclude) == 0 {
		v.warn(p.with("reinclude"), "write exclude beside it, or remove it", "takes in again what exclude leaves out, and nothing is left out")
	}
}
