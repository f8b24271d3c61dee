package elb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// checkActionsLocked refuses what AWS refuses and returns the actions as AWS shows them, both ways of naming a target
// group filled in.
func (s *Service) checkActionsLocked(lb *loadBalancer, in []types.Action) ([]types.Action, error) {
	if len(in) == 0 {
		return nil, invalid("At least one action must be specified")
	}
	out := make([]types.Action, len(in))
	final := 0
	for i, a := range in {
		var err error
		switch a.Type {
		case types.ActionTypeEnumForward:
			err = s.completeForwardLocked(lb, &a)
		case types.ActionTypeEnumRedirect:
			err = completeRedirect(&a)
		case types.ActionTypeEnumFixedResponse:
			err = checkFixed(a.FixedResponseConfig)
		default:
			err = invalid("Action type '%s' must be one of 'forward, redirect, fixed-response'", a.Type)
		}
		if err != nil {
			return nil, err
		}
		final++
		out[i] = a
	}
	if final != 1 {
		return nil, invalid("Exactly one of the actions forward, redirect and fixed-response must be specified")
	}
	return out, nil
}

func (s *Service) completeForwardLocked(lb *loadBalancer, a *types.Action) error {
	if a.ForwardConfig == nil {
		if aws.ToString(a.TargetGroupArn) == "" {
			return invalid("A target group ARN must be specified")
		}
		a.ForwardConfig = &types.ForwardActionConfig{TargetGroups: []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn}}}
	}
	config := types.ForwardActionConfig{TargetGroupStickinessConfig: a.ForwardConfig.TargetGroupStickinessConfig, TargetGroups: slices.Clone(a.ForwardConfig.TargetGroups)}
	if n := len(config.TargetGroups); n < 1 || n > 5 {
		return invalid("A forward action must have between '1' and '5' target groups")
	}
	if config.TargetGroupStickinessConfig == nil {
		config.TargetGroupStickinessConfig = &types.TargetGroupStickinessConfig{Enabled: aws.Bool(false)}
	}
	for i := range config.TargetGroups {
		t := &config.TargetGroups[i]
		preset(&t.Weight, 1)
		if *t.Weight < 0 || *t.Weight > 999 {
			return invalid("Target group weight '%d' must be between '0' and '999' inclusive", *t.Weight)
		}
		if err := s.checkForwardTargetLocked(lb, t.TargetGroupArn); err != nil {
			return err
		}
	}
	a.ForwardConfig = &config
	if len(config.TargetGroups) == 1 {
		a.TargetGroupArn = config.TargetGroups[0].TargetGroupArn
	}
	return nil
}

func (s *Service) checkForwardTargetLocked(lb *loadBalancer, arn *string) error {
	g, err := s.groupLocked(arn)
	if err != nil {
		return &types.TargetGroupNotFoundException{Message: aws.String(fmt.Sprintf("Target groups '%s' not found", aws.ToString(arn)))}
	}
	if isHTTP(g.Protocol) != (lb.Type == types.LoadBalancerTypeEnumApplication) {
		return &types.IncompatibleProtocolsException{Message: aws.String(fmt.Sprintf("The protocol '%s' of target group '%s' does not fit the load balancer", g.Protocol, *arn))}
	}
	for _, other := range s.balancersOfLocked(*arn) {
		if other != aws.ToString(lb.LoadBalancerArn) {
			return &types.TargetGroupAssociationLimitException{Message: aws.String(fmt.Sprintf("The following target groups cannot be associated with more than one load balancer: %s", *arn))}
		}
	}
	return nil
}

func completeRedirect(a *types.Action) error {
	if a.RedirectConfig == nil {
		return invalid("A redirect configuration must be specified")
	}
	c := *a.RedirectConfig
	if !slices.Contains(c.StatusCode.Values(), c.StatusCode) {
		return invalid("Redirect status code '%s' must be one of 'HTTP_301, HTTP_302'", c.StatusCode)
	}
	preset(&c.Protocol, "#{protocol}")
	preset(&c.Host, "#{host}")
	preset(&c.Port, "#{port}")
	preset(&c.Path, "/#{path}")
	preset(&c.Query, "#{query}")
	if !strings.HasPrefix(*c.Path, "/") {
		return invalid("Redirect path '%s' must begin with '/'", *c.Path)
	}
	if *c.Protocol == "#{protocol}" && *c.Host == "#{host}" && *c.Port == "#{port}" && *c.Path == "/#{path}" {
		return &types.InvalidLoadBalancerActionException{Message: aws.String("The redirect configuration is not valid because it creates a loop.")}
	}
	a.RedirectConfig = &c
	return nil
}

func checkFixed(c *types.FixedResponseActionConfig) error {
	if c == nil {
		return invalid("A fixed response configuration must be specified")
	}
	n, err := strconv.Atoi(aws.ToString(c.StatusCode))
	if err != nil || n < 200 || n > 599 || (n >= 300 && n < 400) {
		return invalid("Fixed response status code '%s' must be 2XX, 4XX or 5XX", aws.ToString(c.StatusCode))
	}
	if len(aws.ToString(c.MessageBody)) > 1024 {
		return invalid("Fixed response message body cannot be longer than '1024' characters")
	}
	return nil
}
