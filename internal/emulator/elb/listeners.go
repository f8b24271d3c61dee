package elb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// CreateListener adds a listener with its default rule.
func (s *Service) CreateListener(_ context.Context, in *elbv2.CreateListenerInput) (*elbv2.CreateListenerOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	l := &listener{Attributes: map[string]string{}, Listener: types.Listener{
		AlpnPolicy: in.AlpnPolicy, Certificates: in.Certificates, LoadBalancerArn: in.LoadBalancerArn, MutualAuthentication: in.MutualAuthentication,
		Port: in.Port, Protocol: in.Protocol, SslPolicy: in.SslPolicy,
	}}
	if err := s.checkListenerLocked(lb, l, ""); err != nil {
		return nil, err
	}
	actions, err := s.checkActionsLocked(lb, in.DefaultActions)
	if err != nil {
		return nil, err
	}
	l.DefaultActions = actions
	base := strings.Replace(aws.ToString(lb.LoadBalancerArn), ":loadbalancer/", ":listener/", 1)
	l.ListenerArn = aws.String(base + "/" + ids.NewHex(16))
	if err := s.setTagsLocked(*l.ListenerArn, in.Tags); err != nil {
		return nil, err
	}
	s.listeners = append(s.listeners, l)
	s.rules = append(s.rules, &rule{Listener: *l.ListenerArn, Rule: types.Rule{
		Actions: actions, Conditions: []types.RuleCondition{}, IsDefault: aws.Bool(true), Priority: aws.String("default"), RuleArn: newRuleARN(*l.ListenerArn),
	}})
	s.wakeLocked()
	return &elbv2.CreateListenerOutput{Listeners: []types.Listener{l.Listener}}, nil
}

func newRuleARN(listener string) *string {
	return aws.String(strings.Replace(listener, ":listener/", ":listener-rule/", 1) + "/" + ids.NewHex(16))
}

// checkListenerLocked refuses what AWS refuses; self is the ARN of a listener that is being modified.
func (s *Service) checkListenerLocked(lb *loadBalancer, l *listener, self string) error {
	allowed := []types.ProtocolEnum{types.ProtocolEnumHttp, types.ProtocolEnumHttps}
	names := "HTTP, HTTPS"
	if lb.Type == types.LoadBalancerTypeEnumNetwork {
		allowed, names = []types.ProtocolEnum{types.ProtocolEnumTcp, types.ProtocolEnumTls, types.ProtocolEnumUdp, types.ProtocolEnumTcpUdp}, "TCP, TLS, UDP, TCP_UDP"
	}
	switch {
	case l.Port == nil:
		return invalid("A port must be specified")
	case *l.Port < 1 || *l.Port > 65535:
		return invalid("Listener port '%d' must be between '1' and '65535' inclusive", *l.Port)
	case !slices.Contains(allowed, l.Protocol):
		return invalid("Listener protocol '%s' must be one of '%s'", l.Protocol, names)
	case l.Protocol == types.ProtocolEnumUdp || l.Protocol == types.ProtocolEnumTcpUdp:
		return invalid("Listener protocol '%s' is not available on this endpoint: its load balancers speak TCP and TLS", l.Protocol)
	}
	if m := l.MutualAuthentication; m != nil && aws.ToString(m.Mode) != "" && *m.Mode != "off" {
		return invalid("Mutual authentication is not available on this endpoint")
	}
	secure := l.Protocol == types.ProtocolEnumHttps || l.Protocol == types.ProtocolEnumTls
	if secure && len(l.Certificates) == 0 {
		return &types.CertificateNotFoundException{Message: aws.String(fmt.Sprintf("A certificate must be specified for %s listeners", l.Protocol))}
	}
	if !secure && len(l.Certificates) > 0 {
		return &types.InvalidConfigurationRequestException{Message: aws.String(fmt.Sprintf("A certificate cannot be specified for %s listeners", l.Protocol))}
	}
	if secure && aws.ToString(l.SslPolicy) == "" {
		l.SslPolicy = aws.String(defaultPolicy)
	}
	if secure && !knownPolicy(*l.SslPolicy) {
		return &types.SSLPolicyNotFoundException{Message: aws.String(fmt.Sprintf("SSL policy '%s' not found", *l.SslPolicy))}
	}
	for _, other := range s.listeners {
		if aws.ToString(other.LoadBalancerArn) == aws.ToString(lb.LoadBalancerArn) && aws.ToInt32(other.Port) == *l.Port && aws.ToString(other.ListenerArn) != self {
			return &types.DuplicateListenerException{Message: aws.String(fmt.Sprintf("A listener already exists on this port for this load balancer '%s'", aws.ToString(lb.LoadBalancerArn)))}
		}
	}
	return nil
}

// DescribeListeners lists the listeners of a load balancer, or those named.
func (s *Service) DescribeListeners(_ context.Context, in *elbv2.DescribeListenersInput) (*elbv2.DescribeListenersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var views []types.Listener
	switch {
	case in.LoadBalancerArn != nil:
		if _, err := s.lbLocked(in.LoadBalancerArn); err != nil {
			return nil, err
		}
		for _, l := range s.listeners {
			if aws.ToString(l.LoadBalancerArn) == *in.LoadBalancerArn {
				views = append(views, l.Listener)
			}
		}
	case len(in.ListenerArns) > 0:
		for _, arn := range in.ListenerArns {
			l, err := s.listenerLocked(&arn)
			if err != nil {
				return nil, err
			}
			views = append(views, l.Listener)
		}
	default:
		return nil, invalid("You must specify either listener ARNs or a load balancer ARN")
	}
	cut, next, err := page(views, in.Marker, in.PageSize)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeListenersOutput{Listeners: cut, NextMarker: next}, nil
}

// ModifyListener changes a listener; its default rule follows.
func (s *Service) ModifyListener(_ context.Context, in *elbv2.ModifyListenerInput) (*elbv2.ModifyListenerOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenerLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	lb, err := s.lbLocked(l.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	next := &listener{Listener: l.Listener}
	override(&next.Port, in.Port)
	override(&next.SslPolicy, in.SslPolicy)
	if in.Protocol != "" {
		next.Protocol = in.Protocol
		if next.Protocol == types.ProtocolEnumHttp {
			next.Certificates, next.SslPolicy = nil, nil
		}
	}
	override(&next.MutualAuthentication, in.MutualAuthentication)
	if in.Certificates != nil {
		next.Certificates = in.Certificates
	}
	if err := s.checkListenerLocked(lb, next, *l.ListenerArn); err != nil {
		return nil, err
	}
	if len(in.DefaultActions) > 0 {
		if next.DefaultActions, err = s.checkActionsLocked(lb, in.DefaultActions); err != nil {
			return nil, err
		}
	}
	l.Listener = next.Listener
	for _, r := range s.rulesOfLocked(*l.ListenerArn) {
		if aws.ToBool(r.IsDefault) {
			r.Actions = l.DefaultActions
		}
	}
	s.wakeLocked()
	return &elbv2.ModifyListenerOutput{Listeners: []types.Listener{l.Listener}}, nil
}

// DeleteListener removes a listener with its rules.
func (s *Service) DeleteListener(_ context.Context, in *elbv2.DeleteListenerInput) (*elbv2.DeleteListenerOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenerLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	s.dropListenerLocked(l)
	s.wakeLocked()
	return &elbv2.DeleteListenerOutput{}, nil
}

func (s *Service) dropListenerLocked(l *listener) {
	for _, r := range s.rulesOfLocked(*l.ListenerArn) {
		delete(s.tags, *r.RuleArn)
	}
	s.rules = slices.DeleteFunc(s.rules, func(r *rule) bool { return r.Listener == *l.ListenerArn })
	s.listeners = slices.DeleteFunc(s.listeners, func(x *listener) bool { return x == l })
	delete(s.tags, *l.ListenerArn)
}

// AddListenerCertificates adds certificates for server name indication.
func (s *Service) AddListenerCertificates(_ context.Context, in *elbv2.AddListenerCertificatesInput) (*elbv2.AddListenerCertificatesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.secureLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	for _, c := range in.Certificates {
		if !hasCertificate(l.Certificates, c) {
			l.Certificates = append(l.Certificates, types.Certificate{CertificateArn: c.CertificateArn})
		}
	}
	return &elbv2.AddListenerCertificatesOutput{Certificates: in.Certificates}, nil
}

// RemoveListenerCertificates removes certificates, but never the default one.
func (s *Service) RemoveListenerCertificates(_ context.Context, in *elbv2.RemoveListenerCertificatesInput) (*elbv2.RemoveListenerCertificatesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.secureLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	for _, c := range in.Certificates {
		if hasCertificate(l.Certificates[:1], c) {
			return nil, &types.OperationNotPermittedException{Message: aws.String("Default certificate cannot be removed")}
		}
	}
	l.Certificates = slices.DeleteFunc(slices.Clone(l.Certificates), func(c types.Certificate) bool { return hasCertificate(in.Certificates, c) })
	return &elbv2.RemoveListenerCertificatesOutput{}, nil
}

// DescribeListenerCertificates lists a listener's certificates, the default one first.
func (s *Service) DescribeListenerCertificates(_ context.Context, in *elbv2.DescribeListenerCertificatesInput) (*elbv2.DescribeListenerCertificatesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.secureLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	views := make([]types.Certificate, len(l.Certificates))
	for i, c := range l.Certificates {
		views[i] = types.Certificate{CertificateArn: c.CertificateArn, IsDefault: aws.Bool(i == 0)}
	}
	cut, next, err := page(views, in.Marker, in.PageSize)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeListenerCertificatesOutput{Certificates: cut, NextMarker: next}, nil
}

func (s *Service) secureLocked(arn *string) (*listener, error) {
	l, err := s.listenerLocked(arn)
	if err != nil {
		return nil, err
	}
	if len(l.Certificates) == 0 {
		return nil, &types.UnsupportedProtocolException{Message: aws.String("Certificates are only supported on HTTPS and TLS listeners")}
	}
	return l, nil
}

func hasCertificate(list []types.Certificate, c types.Certificate) bool {
	return slices.ContainsFunc(list, func(x types.Certificate) bool {
		return aws.ToString(x.CertificateArn) == aws.ToString(c.CertificateArn)
	})
}
