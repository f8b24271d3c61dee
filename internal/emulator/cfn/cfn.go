// Package cfn owns CloudFormation as the emulator serves it: stacks, change sets, events, exports, and the engine that
// makes, changes, replaces, removes and rolls back resources in dependency order.
//
// The resources themselves belong to the other services of the emulator; a provider (one file for each AWS service)
// turns a template's properties into calls of their operations, the same that a client would make. Package template
// knows the template language. Nested stacks, stack sets, macros, hooks, drift, imports of existing resources, stack
// policies and template URLs are left out, and refused where they are asked for.
//
// API: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
package cfn

import (
	"context"
	"sync"
)

// Service is CloudFormation. Its exported methods are its operations, with the SDK's signatures.
type Service struct {
	deps      Deps
	providers map[string]provider // by resource type
	ctx       context.Context     // ends with Close: what is under way stops where it is, and goes on after Load
	stop      context.CancelFunc
	wg        sync.WaitGroup

	mu     sync.Mutex
	stacks []*stack // in the order of their creation, deleted ones too
	sets   []*changeSet
}

// New returns a service without stacks. Close ends what it starts.
func New(d Deps) *Service {
	ctx, stop := context.WithCancel(context.Background())
	return &Service{deps: d, providers: d.providers(), ctx: ctx, stop: stop}
}

// Close stops every stack operation where it is and waits for that.
func (s *Service) Close() error {
	s.stop()
	s.wg.Wait()
	return nil
}
