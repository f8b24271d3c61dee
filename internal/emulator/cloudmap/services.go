package cloudmap

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// CreateService makes a name in a namespace, whose instances answer to it.
func (s *Service) CreateService(_ context.Context, in *servicediscovery.CreateServiceInput) (*servicediscovery.CreateServiceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.namespace(namespaceOf(in))
	if err != nil {
		return nil, err
	}
	if aws.ToString(in.Name) == "" {
		return nil, &types.InvalidInput{Message: aws.String("Name must be specified.")}
	}
	if in.DnsConfig != nil && n.Type == types.NamespaceTypeHttp {
		return nil, &types.InvalidInput{Message: aws.String("DnsConfig cannot be specified for a service in an HTTP namespace.")}
	}
	for _, other := range s.state.Services {
		if *other.NamespaceId == *n.Id && strings.EqualFold(*other.Name, *in.Name) {
			return nil, &types.ServiceAlreadyExists{ServiceId: other.Id, CreatorRequestId: other.CreatorRequestId, Message: aws.String("Service " + *in.Name + " already exists.")}
		}
	}
	id := "srv-" + ids.NewHex(16)
	svc := types.Service{
		Id: &id, Arn: aws.String(s.scope.ARN("servicediscovery", "service/"+id)), Name: in.Name, NamespaceId: n.Id, Description: in.Description,
		CreateDate: s.now(), CreatorRequestId: in.CreatorRequestId, DnsConfig: in.DnsConfig, HealthCheckConfig: in.HealthCheckConfig,
		HealthCheckCustomConfig: in.HealthCheckCustomConfig, InstanceCount: aws.Int32(0), Type: types.ServiceTypeDnsHttp,
	}
	if s.state.Services == nil {
		s.state.Services = map[string]types.Service{}
	}
	s.state.Services[id] = svc
	s.tag(*svc.Arn, in.Tags)
	s.count(*n.Id, 1)
	return &servicediscovery.CreateServiceOutput{Service: &svc}, nil
}

// namespaceOf is the namespace that a service is made in: the field, or the older one within the DNS configuration.
func namespaceOf(in *servicediscovery.CreateServiceInput) *string {
	if in.NamespaceId == nil && in.DnsConfig != nil {
		return in.DnsConfig.NamespaceId //nolint:staticcheck // clients still send it
	}
	return in.NamespaceId
}

// count keeps the number of a namespace's services. The caller holds the lock.
func (s *Service) count(namespace string, by int32) {
	if n, ok := s.state.Namespaces[namespace]; ok {
		n.ServiceCount = aws.Int32(aws.ToInt32(n.ServiceCount) + by)
		s.state.Namespaces[namespace] = n
	}
}

// service finds a service by ID or ARN. The caller holds the lock.
func (s *Service) service(id *string) (types.Service, error) {
	for _, svc := range s.state.Services {
		if *svc.Id == aws.ToString(id) || *svc.Arn == aws.ToString(id) {
			svc.InstanceCount = aws.Int32(int32(len(s.state.Instances[*svc.Id])))
			return svc, nil
		}
	}
	return types.Service{}, &types.ServiceNotFound{Message: aws.String("Could not find service " + aws.ToString(id))}
}

// GetService returns one service.
func (s *Service) GetService(_ context.Context, in *servicediscovery.GetServiceInput) (*servicediscovery.GetServiceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.Id)
	if err != nil {
		return nil, err
	}
	return &servicediscovery.GetServiceOutput{Service: &svc}, nil
}

// DeleteService deletes a service without instances.
func (s *Service) DeleteService(_ context.Context, in *servicediscovery.DeleteServiceInput) (*servicediscovery.DeleteServiceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.Id)
	if err != nil {
		return nil, err
	}
	if len(s.state.Instances[*svc.Id]) > 0 {
		return nil, &types.ResourceInUse{Message: aws.String("Service contains registered instances; delete the instances before deleting the service")}
	}
	delete(s.state.Services, *svc.Id)
	delete(s.state.Instances, *svc.Id)
	delete(s.state.Tags, *svc.Arn)
	s.count(*svc.NamespaceId, -1)
	return &servicediscovery.DeleteServiceOutput{}, nil
}

// ListServices lists services by name, all of them or those of a namespace. ECS keeps Service Connect's endpoints itself, so
// they are not among them.
func (s *Service) ListServices(_ context.Context, in *servicediscovery.ListServicesInput) (*servicediscovery.ListServicesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ServiceSummary{}
	for _, id := range slices.Sorted(maps.Keys(s.state.Services)) {
		svc, _ := s.service(&id)
		if within(svc, in.Filters) {
			all = append(all, types.ServiceSummary{Arn: svc.Arn, CreateDate: svc.CreateDate, Description: svc.Description, DnsConfig: svc.DnsConfig,
				HealthCheckConfig: svc.HealthCheckConfig, HealthCheckCustomConfig: svc.HealthCheckCustomConfig, Id: svc.Id, InstanceCount: svc.InstanceCount, Name: svc.Name, Type: svc.Type})
		}
	}
	slices.SortStableFunc(all, func(a, b types.ServiceSummary) int { return strings.Compare(*a.Name, *b.Name) })
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, &types.InvalidInput{Message: aws.String("The NextToken is not valid.")}
	}
	return &servicediscovery.ListServicesOutput{Services: page, NextToken: next}, nil
}

func within(svc types.Service, filters []types.ServiceFilter) bool {
	for _, f := range filters {
		if f.Name == types.ServiceFilterNameNamespaceId && !slices.Contains(f.Values, *svc.NamespaceId) {
			return false
		}
	}
	return true
}

// RegisterInstance puts an instance behind a service's name, or changes it.
func (s *Service) RegisterInstance(_ context.Context, in *servicediscovery.RegisterInstanceInput) (*servicediscovery.RegisterInstanceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.ServiceId)
	if err != nil {
		return nil, err
	}
	if aws.ToString(in.InstanceId) == "" {
		return nil, &types.InvalidInput{Message: aws.String("InstanceId must be specified.")}
	}
	if svc.DnsConfig != nil && in.Attributes["AWS_INSTANCE_IPV4"] == "" {
		return nil, &types.InvalidInput{Message: aws.String("Missing required attribute: AWS_INSTANCE_IPV4")}
	}
	if s.state.Instances == nil {
		s.state.Instances = map[string]map[string]map[string]string{}
	}
	if s.state.Instances[*svc.Id] == nil {
		s.state.Instances[*svc.Id] = map[string]map[string]string{}
	}
	s.state.Instances[*svc.Id][*in.InstanceId] = maps.Clone(in.Attributes)
	return &servicediscovery.RegisterInstanceOutput{OperationId: s.operation(types.OperationTypeRegisterInstance, *svc.NamespaceId)}, nil
}

// DeregisterInstance takes an instance away.
func (s *Service) DeregisterInstance(_ context.Context, in *servicediscovery.DeregisterInstanceInput) (*servicediscovery.DeregisterInstanceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.ServiceId)
	if err != nil {
		return nil, err
	}
	if _, ok := s.state.Instances[*svc.Id][aws.ToString(in.InstanceId)]; !ok {
		return nil, &types.InstanceNotFound{Message: aws.String("Could not find instance " + aws.ToString(in.InstanceId))}
	}
	delete(s.state.Instances[*svc.Id], *in.InstanceId)
	return &servicediscovery.DeregisterInstanceOutput{OperationId: s.operation(types.OperationTypeDeregisterInstance, *svc.NamespaceId)}, nil
}

// ListInstances lists a service's instances by their ID.
func (s *Service) ListInstances(_ context.Context, in *servicediscovery.ListInstancesInput) (*servicediscovery.ListInstancesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.ServiceId)
	if err != nil {
		return nil, err
	}
	all := []types.InstanceSummary{}
	for _, id := range slices.Sorted(maps.Keys(s.state.Instances[*svc.Id])) {
		all = append(all, types.InstanceSummary{Id: aws.String(id), Attributes: maps.Clone(s.state.Instances[*svc.Id][id])})
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, &types.InvalidInput{Message: aws.String("The NextToken is not valid.")}
	}
	return &servicediscovery.ListInstancesOutput{Instances: page, NextToken: next, ResourceOwner: svc.ResourceOwner}, nil
}
