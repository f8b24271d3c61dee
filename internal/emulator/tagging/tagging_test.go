package tagging_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

func TestResourcesOfSeveralServicesAreFoundByTheirTags(t *testing.T) {
	t.Parallel()
	h, ctx := emulatortest.Start(t), t.Context()
	for _, app := range []string{"demo", "other"} {
		_, err := ecs.NewFromConfig(h.Config).CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String(app + "-test"),
			Tags: []ecstypes.Tag{{Key: aws.String("ferry:application"), Value: &app}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := secretsmanager.NewFromConfig(h.Config).CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("key"),
		Tags: []secrettypes.Tag{{Key: aws.String("ferry:application"), Value: aws.String("demo")}}}); err != nil {
		t.Fatal(err)
	}
	c := tagging.NewFromConfig(h.Config)
	find := func(in *tagging.GetResourcesInput) (out []string) {
		pages := tagging.NewGetResourcesPaginator(c, in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.ResourceTagMappingList {
				arn := strings.SplitN(*r.ResourceARN, ":", 6)
				out = append(out, arn[2]+" "+arn[5][:8]) // the end of a secret's ARN is random
			}
		}
		return out
	}
	demo := []types.TagFilter{{Key: aws.String("ferry:application"), Values: []string{"demo"}}}
	got := [][]string{
		find(&tagging.GetResourcesInput{TagFilters: demo}),
		find(&tagging.GetResourcesInput{TagFilters: demo, ResourceTypeFilters: []string{"ecs:cluster"}}),
		find(&tagging.GetResourcesInput{TagFilters: demo, ResourceTypeFilters: []string{"ecs:service"}}),
		find(&tagging.GetResourcesInput{TagFilters: []types.TagFilter{{Key: aws.String("ferry:application")}}, ResourcesPerPage: aws.Int32(1)}),
	}
	want := [][]string{{"ecs cluster/", "secretsmanager secret:k"}, {"ecs cluster/"}, nil, {"ecs cluster/", "ecs cluster/", "secretsmanager secret:k"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
