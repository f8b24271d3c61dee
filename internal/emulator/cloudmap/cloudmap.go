// Package cloudmap is the part of AWS Cloud Map that ECS needs: namespaces, for Service Connect and service discovery, and
// the services in them with their instances, which the API lists. What finds them by name are the tasks: see package ecs.
package cloudmap

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Service is Cloud Map. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	clk   *clock.Clock

	mu    sync.Mutex
	state state
}

type state struct {
	Namespaces map[string]types.Namespace              // by ID
	Operations map[string]types.Operation              // by ID
	Tags       map[string]map[string]string            // by ARN
	Services   map[string]types.Service                // by ID
	Instances  map[string]map[string]map[string]string // service → instance → attributes
}

// New makes the service.
func New(scope ids.Scope, clk *clock.Clock) *Service {
	return &Service{scope: scope, clk: clk, state: state{Namespaces: map[string]types.Namespace{},
		Operations: map[string]types.Operation{}, Tags: map[string]map[string]string{}}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "servicediscovery", Protocol: wire.JSON11, TargetPrefix: "Route53AutoNaming_v20170314", PascalNames: true,
		Operations: map[string]wire.Operation{
			"CreateHttpNamespace":       wire.Op(s.CreateHttpNamespace),
			"CreatePrivateDnsNamespace": wire.Op(s.CreatePrivateDnsNamespace),
			"CreateService":             wire.Op(s.CreateService),
			"DeleteNamespace":           wire.Op(s.DeleteNamespace),
			"DeleteService":             wire.Op(s.DeleteService),
			"DeregisterInstance":        wire.Op(s.DeregisterInstance),
			"GetNamespace":              wire.Op(s.GetNamespace),
			"GetOperation":              wire.Op(s.GetOperation),
			"GetService":                wire.Op(s.GetService),
			"ListInstances":             wire.Op(s.ListInstances),
			"ListNamespaces":            wire.Op(s.ListNamespaces),
			"ListServices":              wire.Op(s.ListServices),
			"ListTagsForResource":       wire.Op(s.ListTagsForResource),
			"RegisterInstance":          wire.Op(s.RegisterInstance),
			"TagResource":               wire.Op(s.TagResource),
			"UntagResource":             wire.Op(s.UntagResource),
		},
	}
}

// CreateHttpNamespace makes a namespace that is asked through the API alone.
func (s *Service) CreateHttpNamespace(_ context.Context, in *servicediscovery.CreateHttpNamespaceInput) (*servicediscovery.CreateHttpNamespaceOutput, error) {
	id, err := s.create(types.Namespace{Name: in.Name, Description: in.Description, CreatorRequestId: in.CreatorRequestId, Type: types.NamespaceTypeHttp,
		Properties: &types.NamespaceProperties{DnsProperties: &types.DnsProperties{SOA: &types.SOA{}}, HttpProperties: &types.HttpProperties{HttpName: in.Name}}}, in.Tags)
	if err != nil {
		return nil, err
	}
	return &servicediscovery.CreateHttpNamespaceOutput{OperationId: id}, nil
}

// CreatePrivateDnsNamespace makes a namespace with a private zone in a VPC.
func (s *Service) CreatePrivateDnsNamespace(_ context.Context, in *servicediscovery.CreatePrivateDnsNamespaceInput) (*servicediscovery.CreatePrivateDnsNamespaceOutput, error) {
	if aws.ToString(in.Vpc) == "" {
		return nil, &types.InvalidInput{Message: aws.String("Vpc must be specified.")}
	}
	ttl := aws.Int64(15)
	if p := in.Properties; p != nil && p.DnsProperties != nil && p.DnsProperties.SOA != nil && p.DnsProperties.SOA.TTL != nil {
		ttl = p.DnsProperties.SOA.TTL
	}
	id, err := s.create(types.Namespace{Name: in.Name, Description: in.Description, CreatorRequestId: in.CreatorRequestId, Type: types.NamespaceTypeDnsPrivate,
		Properties: &types.NamespaceProperties{HttpProperties: &types.HttpProperties{HttpName: in.Name},
			DnsProperties: &types.DnsProperties{HostedZoneId: aws.String(ids.New("Z", 20)), SOA: &types.SOA{TTL: ttl}}}}, in.Tags)
	if err != nil {
		return nil, err
	}
	return &servicediscovery.CreatePrivateDnsNamespaceOutput{OperationId: id}, nil
}

// create keeps the namespace and returns the ID of the operation, which has ended already.
func (s *Service) create(n types.Namespace, tags []types.Tag) (*string, error) {
	if aws.ToString(n.Name) == "" {
		return nil, &types.InvalidInput{Message: aws.String("Name must be specified.")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.state.Namespaces {
		if *other.Name == *n.Name {
			return nil, &types.NamespaceAlreadyExists{NamespaceId: other.Id, CreatorRequestId: other.CreatorRequestId,
				Message: aws.String("Namespace " + *n.Name + " already exists.")}
		}
	}
	n.Id = aws.String("ns-" + ids.NewHex(16))
	n.Arn = aws.String(s.scope.ARN("servicediscovery", "namespace/"+*n.Id))
	n.CreateDate, n.ServiceCount, n.ResourceOwner = s.now(), aws.Int32(0), aws.String(s.scope.Account)
	s.state.Namespaces[*n.Id] = n
	s.tag(*n.Arn, tags)
	return s.operation(types.OperationTypeCreateNamespace, *n.Id), nil
}

// operation records an operation that succeeded. The caller holds the lock.
func (s *Service) operation(kind types.OperationType, namespace string) *string {
	id := ids.NewHex(32)
	s.state.Operations[id] = types.Operation{Id: &id, Type: kind, Status: types.OperationStatusSuccess, CreateDate: s.now(), UpdateDate: s.now(),
		OwnerAccount: aws.String(s.scope.Account), Targets: map[string]string{"NAMESPACE": namespace}}
	return &id
}

// DeleteNamespace deletes a namespace.
func (s *Service) DeleteNamespace(_ context.Context, in *servicediscovery.DeleteNamespaceInput) (*servicediscovery.DeleteNamespaceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.namespace(in.Id)
	if err != nil {
		return nil, err
	}
	if aws.ToInt32(n.ServiceCount) > 0 {
		return nil, &types.ResourceInUse{Message: aws.String("Namespace " + *n.Id + " contains services, delete them first.")}
	}
	delete(s.state.Namespaces, *n.Id)
	delete(s.state.Tags, *n.Arn)
	return &servicediscovery.DeleteNamespaceOutput{OperationId: s.operation(types.OperationTypeDeleteNamespace, *n.Id)}, nil
}

// namespace finds a namespace by ID or ARN. The caller holds the lock.
func (s *Service) namespace(id *string) (types.Namespace, error) {
	for _, n := range s.state.Namespaces {
		if *n.Id == aws.ToString(id) || *n.Arn == aws.ToString(id) {
			return n, nil
		}
	}
	return types.Namespace{}, &types.NamespaceNotFound{Message: aws.String("Could not find namespace " + aws.ToString(id))}
}

// GetNamespace returns one namespace.
func (s *Service) GetNamespace(_ context.Context, in *servicediscovery.GetNamespaceInput) (*servicediscovery.GetNamespaceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.namespace(in.Id)
	if err != nil {
		return nil, err
	}
	return &servicediscovery.GetNamespaceOutput{Namespace: &n}, nil
}

// GetOperation returns how creating or deleting a namespace went.
func (s *Service) GetOperation(_ context.Context, in *servicediscovery.GetOperationInput) (*servicediscovery.GetOperationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	op, ok := s.state.Operations[aws.ToString(in.OperationId)]
	if !ok {
		return nil, &types.OperationNotFound{Message: aws.String("Could not find operation " + aws.ToString(in.OperationId))}
	}
	return &servicediscovery.GetOperationOutput{Operation: &op}, nil
}

// ListNamespaces lists namespaces by name, filtered by type, name or HTTP name.
func (s *Service) ListNamespaces(_ context.Context, in *servicediscovery.ListNamespacesInput) (*servicediscovery.ListNamespacesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.NamespaceSummary{}
	for _, id := range slices.Sorted(maps.Keys(s.state.Namespaces)) {
		n := s.state.Namespaces[id]
		if matches(n, in.Filters) {
			all = append(all, types.NamespaceSummary{Arn: n.Arn, CreateDate: n.CreateDate, Description: n.Description, Id: n.Id, Name: n.Name,
				Properties: n.Properties, ResourceOwner: n.ResourceOwner, ServiceCount: n.ServiceCount, Type: n.Type})
		}
	}
	slices.SortStableFunc(all, func(a, b types.NamespaceSummary) int { return strings.Compare(*a.Name, *b.Name) })
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, &types.InvalidInput{Message: aws.String("The NextToken is not valid.")}
	}
	return &servicediscovery.ListNamespacesOutput{Namespaces: page, NextToken: next}, nil
}

func matches(n types.Namespace, filters []types.NamespaceFilter) bool {
	for _, f := range filters {
		value := *n.Name
		switch f.Name {
		case types.NamespaceFilterNameType:
			value = string(n.Type)
		case types.NamespaceFilterNameHttpName:
			value = aws.ToString(n.Properties.HttpProperties.HttpName)
		case types.NamespaceFilterNameResourceOwner:
			value = "SELF"
		}
		if !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}

func (s *Service) now() *time.Time { return aws.Time(s.clk.Now().Truncate(time.Millisecond)) }

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.state) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.state) }
