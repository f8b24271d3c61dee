// Package ecs owns Amazon ECS as the emulator serves it: clusters, task definitions, services with their deployments and
// revisions, and tasks, whose containers it runs on a runtime.Runtime.
//
// What it leaves to others: how a container runs (runtime), where traffic goes (elb), where log lines go (cwlogs), images
// (ecr) and secrets (ssm, secrets). Everything that takes time takes it on the clock.
//
// Deviation from AWS, for tasks that live on loopback: a container's networkBindings, which are empty on Fargate, say
// where each of its ports answers on this host. Load balancers are told the same through SetAddress.
//
// Source of shapes, defaults and error texts: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/.
package ecs

import (
	"context"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithydocument "github.com/aws/smithy-go/document"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/ssm"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Deps are what the service stands on. ELB, ECR, SSM, Secrets, EFS and CloudMap may be nil; what needs them then fails as AWS says it.
type Deps struct {
	Scope    ids.Scope
	Clock    *clock.Clock
	Runtime  runtime.Runtime
	ELB      TargetGroups
	Logs     *cwlogs.Service
	ECR      Images
	SSM      Parameters
	Secrets  Secrets
	EFS      FileSystems
	CloudMap CloudMap
	Objects  Objects
	Endpoint func() string // the endpoint's URL, http://127.0.0.1:port, given to tasks; nil = none
	// Public tells whether a subnet leads to the internet; nil: each does. Scaling is Application Auto Scaling; nil: there is none.
	// Both are for Express Mode.
	Public  func(subnet string) bool
	Scaling func() Scaler
	// InstanceDir is where host and shared Docker volumes lie, in place of a container instance's own disk. "": they end with
	// their task.
	InstanceDir string
}

// FileSystems finds the directories behind EFS volumes.
type FileSystems interface {
	// Mount returns the directory of this machine that a volume is. An error says in the mount helper's words why there is none.
	Mount(fileSystem, accessPoint, rootDir string) (string, error)
}

// TargetGroups is what ECS does with load balancers.
type TargetGroups interface {
	RegisterTargets(context.Context, *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error)
	DeregisterTargets(context.Context, *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error)
	DescribeTargetHealth(context.Context, *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error)
	// SetAddress says where on this host the target with an ID and a port answers; "" forgets it.
	SetAddress(id string, port int32, hostport string)
	DescribeTargetGroups(context.Context, *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error)
}

// Images finds images in the local registry.
type Images interface {
	Image(ref string) (v1.Image, error)
}

// Parameters reads Systems Manager parameters, by name or ARN.
type Parameters interface {
	GetParameter(context.Context, *ssm.GetParameterInput) (*ssm.GetParameterOutput, error)
}

// Secrets reads Secrets Manager secrets.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error)
}

// Service is Amazon ECS. It is safe for concurrent use.
type Service struct {
	Deps
	ctx  context.Context // ends with the service: everything that runs hangs on it
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	clusters  map[string]*cluster
	families  map[string]*family
	settings  map[string]string
	providers map[string]*types.CapacityProvider // by name; those that somebody made
	launched  int                                // tasks started so far: spreads them over the zones
	turn      int                                // connections by name so far: spreads them over the tasks

	naming sync.Mutex // held while tasks are told names, and taken before mu
}

// New makes a service without clusters.
func New(d Deps) *Service {
	ctx, stop := context.WithCancel(context.Background())
	return &Service{
		Deps: d, ctx: ctx, stop: stop,
		clusters: map[string]*cluster{}, families: map[string]*family{}, settings: map[string]string{}, providers: map[string]*types.CapacityProvider{},
	}
}

// Close kills every task and waits until all goroutines have ended. State can still be read and saved.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.wg.Wait()
	return nil
}

// run starts a goroutine that Close waits for, unless the service is closed. The caller holds the lock.
func (s *Service) run(f func()) {
	if s.closed {
		return
	}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		f()
	}()
}

// now is the clock's time as the API answers it.
func (s *Service) now() *time.Time {
	t := s.Clock.Now()
	return &t
}

// atLeast returns d, or the longer time in which wall passes on the wall's clock: a poll on a fast clock must not keep a
// processor busy.
func (s *Service) atLeast(d, wall time.Duration) time.Duration {
	for s.Clock.Shorten(d) < wall {
		d *= 2
	}
	return d
}

// Wire declares the service to the endpoint.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name:         "ecs",
		Protocol:     wire.JSON11,
		TargetPrefix: "AmazonEC2ContainerServiceV20141113",
		Statuses:     map[string]int{"AccessDeniedException": 403},
		Unions:       []any{(*types.ServiceConnectContainerConfigurationMemberLogLevel)(nil), (*types.SharingStrategyMemberNvidiaMps)(nil)},
		Document:     func(v any) smithydocument.Marshaler { return document.NewLazyDocument(v) },
		Operations: map[string]wire.Operation{
			"CreateCluster":                 wire.Op(s.CreateCluster),
			"DescribeClusters":              wire.Op(s.DescribeClusters),
			"ListClusters":                  wire.Op(s.ListClusters),
			"DeleteCluster":                 wire.Op(s.DeleteCluster),
			"UpdateCluster":                 wire.Op(s.UpdateCluster),
			"UpdateClusterSettings":         wire.Op(s.UpdateClusterSettings),
			"PutClusterCapacityProviders":   wire.Op(s.PutClusterCapacityProviders),
			"DescribeCapacityProviders":     wire.Op(s.DescribeCapacityProviders),
			"CreateCapacityProvider":        wire.Op(s.CreateCapacityProvider),
			"UpdateCapacityProvider":        wire.Op(s.UpdateCapacityProvider),
			"DeleteCapacityProvider":        wire.Op(s.DeleteCapacityProvider),
			"RegisterTaskDefinition":        wire.Op(s.RegisterTaskDefinition),
			"DescribeTaskDefinition":        wire.Op(s.DescribeTaskDefinition),
			"ListTaskDefinitions":           wire.Op(s.ListTaskDefinitions),
			"ListTaskDefinitionFamilies":    wire.Op(s.ListTaskDefinitionFamilies),
			"DeregisterTaskDefinition":      wire.Op(s.DeregisterTaskDefinition),
			"DeleteTaskDefinitions":         wire.Op(s.DeleteTaskDefinitions),
			"CreateService":                 wire.Op(s.CreateService),
			"UpdateService":                 wire.Op(s.UpdateService),
			"DeleteService":                 wire.Op(s.DeleteService),
			"DescribeServices":              wire.Op(s.DescribeServices),
			"CreateExpressGatewayService":   wire.Op(s.CreateExpressGatewayService),
			"UpdateExpressGatewayService":   wire.Op(s.UpdateExpressGatewayService),
			"DescribeExpressGatewayService": wire.Op(s.DescribeExpressGatewayService),
			"DeleteExpressGatewayService":   wire.Op(s.DeleteExpressGatewayService),
			"ListServices":                  wire.Op(s.ListServices),
			"ListServiceDeployments":        wire.Op(s.ListServiceDeployments),
			"DescribeServiceDeployments":    wire.Op(s.DescribeServiceDeployments),
			"DescribeServiceRevisions":      wire.Op(s.DescribeServiceRevisions),
			"StopServiceDeployment":         wire.Op(s.StopServiceDeployment),
			"RunTask":                       wire.Op(s.RunTask),
			"StopTask":                      wire.Op(s.StopTask),
			"DescribeTasks":                 wire.Op(s.DescribeTasks),
			"ListTasks":                     wire.Op(s.ListTasks),
			"ExecuteCommand":                wire.Op(s.ExecuteCommand),
			"TagResource":                   wire.Op(s.TagResource),
			"UntagResource":                 wire.Op(s.UntagResource),
			"ListTagsForResource":           wire.Op(s.ListTagsForResource),
			"ListAccountSettings":           wire.Op(s.ListAccountSettings),
			"PutAccountSetting":             wire.Op(s.PutAccountSetting),
		},
	}
}
