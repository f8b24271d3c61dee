package release_test

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ignoreSerde lets go-cmp look into the SDK's structs, which carry an unexported marker.
func ignoreSerde() cmp.Option {
	return cmpopts.IgnoreUnexported(ecs.UpdateServiceInput{}, types.LoadBalancer{})
}
