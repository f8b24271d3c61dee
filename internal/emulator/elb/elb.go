// Package elb owns Elastic Load Balancing v2 as the emulator serves it: the API's state machine, a real reverse proxy
// for every application load balancer (a plain TCP proxy for network ones), and health checks that really ask the targets.
//
// What differs from AWS, and why: a load balancer listens on one loopback port, so its DNSName is "127.0.0.1:<port>".
// The listener is the one whose protocol the client speaks (TLS or not) and whose port the Host header names, else the
// one with the lowest port. Health checks keep the emulator's clock; traffic keeps the wall's. Nothing but loopback is
// ever dialled. Trust stores, Lambda targets, authentication actions and capacity reservations are left out.
//
// API: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
package elb

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
)

// Deps is what the service needs from its endpoint.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	// Subnet tells a subnet's zone and VPC; nil or false: zones are made up in order. It is called without a lock held.
	Subnet func(id string) (Subnet, bool)
}

// Subnet is what a load balancer needs to know of a subnet.
type Subnet struct{ Zone, VPC string }

// Service is Elastic Load Balancing v2. Its exported methods are its operations, with the SDK's signatures.
type Service struct {
	deps Deps
	ctx  context.Context // ends with Close; health checks and draining hang on it
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	lbs       []*loadBalancer
	groups    []*targetGroup
	listeners []*listener
	rules     []*rule
	tags      map[string]map[string]string // by ARN
	addresses map[string]string            // "id:port" of a target → where it answers on loopback
	certs     certificates
}

type loadBalancer struct {
	types.LoadBalancer
	Attributes map[string]string
	Listen     int // loopback port
	front      *front
}

type targetGroup struct {
	types.TargetGroup
	Attributes map[string]string
	Targets    []*target
	turn       int // round robin
}

type listener struct {
	types.Listener
	Attributes map[string]string
}

type rule struct {
	types.Rule
	Listener string
	turn     int // spreads weights over requests
}

// New returns a service without load balancers. Close ends what it starts.
func New(d Deps) *Service {
	ctx, stop := context.WithCancel(context.Background())
	return &Service{
		deps: d, ctx: ctx, stop: stop,
		tags: map[string]map[string]string{}, addresses: map[string]string{},
	}
}

// SetAddress tells where a target really answers: traffic and health checks for the given target ID (a private IP
// address, an instance ID) and port go to hostport on loopback. An empty hostport forgets it.
// Without an address, an ID that is a loopback address is dialled as it is, and any other one does not answer.
func (s *Service) SetAddress(id string, port int32, hostport string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if hostport == "" {
		delete(s.addresses, addressKey(id, port))
		return
	}
	s.addresses[addressKey(id, port)] = hostport
	for _, g := range s.groups {
		for _, t := range g.Targets {
			if !t.Draining && t.health.State == types.TargetHealthStateEnumInitial && aws.ToString(t.Id) == id {
				t.look()
			}
		}
	}
}

// Close stops listening, ends the health checks and waits for both.
func (s *Service) Close() error {
	s.stop()
	s.mu.Lock()
	fronts := make([]*front, 0, len(s.lbs))
	for _, lb := range s.lbs {
		if lb.front != nil {
			fronts = append(fronts, lb.front)
		}
	}
	s.mu.Unlock()
	var errs []error
	for _, f := range fronts {
		errs = append(errs, f.close())
	}
	s.wg.Wait()
	return errors.Join(errs...)
}

// saved is the service's state between two runs of the endpoint.
type saved struct {
	LoadBalancers []*loadBalancer
	TargetGroups  []*targetGroup
	Listeners     []*listener
	Rules         []*rule
	Tags          map[string]map[string]string
}

// Save returns the state for Load.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{s.lbs, s.groups, s.listeners, s.rules, s.tags})
}

// Load takes over a saved state: each load balancer listens on the port it had, or on another one when that is taken,
// and every target starts over at its first health check.
func (s *Service) Load(data []byte) error {
	var st saved
	if err := json.Unmarshal(data, &st); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lbs, s.groups, s.listeners, s.rules = st.LoadBalancers, st.TargetGroups, st.Listeners, st.Rules
	if st.Tags != nil {
		s.tags = st.Tags
	}
	for _, lb := range s.lbs {
		if err := s.openLocked(lb); err != nil {
			return err
		}
	}
	for _, g := range s.groups {
		for _, t := range slices.Clone(g.Targets) {
			s.startLocked(g, t)
		}
	}
	return nil
}
