package stack_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/stack"
)

func TestTheDigestOfARenderedTemplateIsFound(t *testing.T) {
	t.Parallel()
	e := plan.NewEnvironment(manifest.App{Name: "shop"}, manifest.Environment{Name: "test"}, plan.Needs{PublicALB: true})
	template, err := render.EnvironmentStack(e)
	if err != nil {
		t.Fatal(err)
	}
	spec := stack.SpecOf("shop-test", template, e.Tags)
	if len(spec.Digest) < 20 {
		t.Fatalf("got digest %q", spec.Digest)
	}
	live := stack.Stack{Status: types.StackStatusUpdateRollbackComplete, Outputs: map[string]string{stack.DigestOutput: spec.Digest}}
	if !spec.Settled(live) {
		t.Error("a stack with the digest is not taken for settled")
	}
	live.Status = types.StackStatusRollbackComplete
	if spec.Settled(live) {
		t.Error("a stack whose creation failed is taken for settled")
	}
}
