package deploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
)

// resources counts a stack's resources of a type.
func (w *world) resources(t *testing.T, stack, kind string) int {
	t.Helper()
	out, err := cloudformation.NewFromConfig(w.Config).DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: &stack})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range out.StackResources {
		if aws.ToString(r.ResourceType) == kind {
			n++
		}
	}
	return n
}

func TestNamesBelowTheEnvironmentsDomainsGetRecordsAndCertificates(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.write("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\ndomains:\n"+
		"  - {name: example.com, hosted_zone: Z0873220N255IR3MTNR4}\n  - {name: example.org, hosted_zone: Z1111111111111111111}\n")
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "  path: /\n", "  path: /\n  alias: [shop.example.com, example.org]\n", 1))
	result := mustRun(t, r.target(w.Config), only("web"))
	compare(t, "https://shop.example.com", result.Services[0].URL)
	compare(t, []int{2, 1, 2}, []int{
		w.resources(t, "shop-test", "AWS::CertificateManager::Certificate"),
		w.resources(t, "shop-test", "AWS::ElasticLoadBalancingV2::ListenerCertificate"),
		w.resources(t, "shop-test-web", "AWS::Route53::RecordSet"),
	})
	result = mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeUnchanged, "v1", fault.OK, nil, false}}, summaries(result))
}
