package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func static(s manifest.Site) plan.Service {
	return plan.NewService(app(), env(), manifest.Workload{Name: "docs", Type: manifest.StaticSite, Site: &s}, nil)
}

func TestASiteHasNeitherTaskNorRoleAndNeedsNothingOfItsEnvironment(t *testing.T) {
	t.Parallel()
	got := static(manifest.Site{})
	if got.TaskRole+got.ExecutionRole+got.LogGroup+got.Repository != "" || got.Routing != nil || !got.IsSite() {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(plan.Needs{}, plan.NeedsOf(got.Manifest)); diff != "" {
		t.Error(diff)
	}
	if found := plan.Check(environment(plan.Needs{}), []plan.Service{got}); len(found) > 0 {
		t.Error(found)
	}
}

func TestASitesAddressIsItsFirstNameThatACertificateCovers(t *testing.T) {
	t.Parallel()
	const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/c"
	for name, c := range map[string]struct {
		site   manifest.Site
		domain string
		want   string
	}{
		"CloudFront's":          {manifest.Site{}, "d1.cloudfront.net", "https://d1.cloudfront.net"},
		"its own":               {manifest.Site{Aliases: []string{"*.example.com", "www.example.com"}, Certificate: certificate}, "d1.cloudfront.net", "https://www.example.com"},
		"only a wildcard":       {manifest.Site{Aliases: []string{"*.example.com"}, Certificate: certificate}, "d1.cloudfront.net", "https://d1.cloudfront.net"},
		"without a certificate": {manifest.Site{Aliases: []string{"www.example.com"}}, "d1.cloudfront.net", "https://d1.cloudfront.net"},
		"with a placeholder":    {manifest.Site{Aliases: []string{"www.example.com"}, Certificate: "arn:aws:acm:us-east-1:1234567890:certificate/c"}, "d1.cloudfront.net", "https://d1.cloudfront.net"},
		"on this machine":       {manifest.Site{Aliases: []string{"www.example.com"}, Certificate: certificate}, "127.0.0.1:4567", "http://127.0.0.1:4567"},
		"not deployed":          {manifest.Site{}, "", ""},
	} {
		if got := static(c.site).URL(map[string]string{plan.OutputSiteDomain: c.domain}); got != c.want {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}
