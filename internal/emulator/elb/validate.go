package elb

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func checkName(what, name string) error {
	switch {
	case name == "":
		return invalid("A %s name must be specified", strings.ToLower(what))
	case len(name) > 32:
		return invalid("%s name '%s' cannot be longer than '32' characters", what, name)
	case strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-"):
		return invalid("%s name '%s' cannot begin or end with '-'", what, name)
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return invalid("%s name '%s' can only contain characters that are alphanumeric characters and hyphens(-)", what, name)
		}
	}
	return nil
}

func checkLoadBalancer(in *elbv2.CreateLoadBalancerInput, kind types.LoadBalancerTypeEnum, scheme types.LoadBalancerSchemeEnum, zones []types.AvailabilityZone) error {
	name := aws.ToString(in.Name)
	if err := checkName("Load balancer", name); err != nil {
		return err
	}
	if strings.HasPrefix(name, "internal-") {
		return invalid("Load balancer name '%s' cannot begin with 'internal-'", name)
	}
	if kind != types.LoadBalancerTypeEnumApplication && kind != types.LoadBalancerTypeEnumNetwork {
		return invalid("Load balancer type '%s' must be one of 'application, network'", kind)
	}
	if !slices.Contains(scheme.Values(), scheme) {
		return &types.InvalidSchemeException{Message: aws.String("Load balancer scheme '" + string(scheme) + "' must be one of 'internet-facing, internal'")}
	}
	return checkZones(kind, zones)
}

func checkZones(kind types.LoadBalancerTypeEnum, zones []types.AvailabilityZone) error {
	seen := map[string]bool{}
	for _, z := range zones {
		if seen[aws.ToString(z.ZoneName)] {
			return &types.InvalidConfigurationRequestException{Message: aws.String("A load balancer cannot be attached to multiple subnets in the same Availability Zone")}
		}
		seen[aws.ToString(z.ZoneName)] = true
	}
	if kind == types.LoadBalancerTypeEnumApplication && len(zones) < 2 {
		return invalid("At least two subnets in two different Availability Zones must be specified")
	}
	if len(zones) == 0 {
		return invalid("At least one subnet must be specified")
	}
	return nil
}

func isHTTP(p types.ProtocolEnum) bool {
	return p == types.ProtocolEnumHttp || p == types.ProtocolEnumHttps
}

// checkHealthCheck refuses what AWS refuses of a target group whose fields are all filled in.
func checkHealthCheck(g *types.TargetGroup) error {
	interval, timeout := aws.ToInt32(g.HealthCheckIntervalSeconds), aws.ToInt32(g.HealthCheckTimeoutSeconds)
	switch {
	case interval < 5 || interval > 300:
		return invalid("Health check interval '%d' must be between '5' and '300' seconds inclusive", interval)
	case timeout < 2 || timeout > 120:
		return invalid("Health check timeout '%d' must be between '2' and '120' seconds inclusive", timeout)
	case timeout >= interval:
		return invalid("Health check timeout '%d' must be smaller than the interval '%d'", timeout, interval)
	}
	for what, n := range map[string]*int32{"Healthy": g.HealthyThresholdCount, "Unhealthy": g.UnhealthyThresholdCount} {
		if v := aws.ToInt32(n); v < 2 || v > 10 {
			return invalid("%s threshold count '%d' must be between '2' and '10' inclusive", what, v)
		}
	}
	if port := aws.ToString(g.HealthCheckPort); port != "traffic-port" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return invalid("Health check port '%s' must be 'traffic-port' or a number between '1' and '65535'", port)
		}
	}
	if path := aws.ToString(g.HealthCheckPath); g.HealthCheckPath != nil && (!strings.HasPrefix(path, "/") || len(path) > 1024) {
		return invalid("Health check path '%s' must begin with '/' and have at most '1024' characters", path)
	}
	return checkMatcher(g)
}

func checkMatcher(g *types.TargetGroup) error {
	if g.Matcher == nil {
		return nil
	}
	low, high, text := 200, 599, aws.ToString(g.Matcher.HttpCode)
	if g.Matcher.GrpcCode != nil {
		low, high, text = 0, 99, aws.ToString(g.Matcher.GrpcCode)
	}
	ranges, ok := parseCodes(text)
	if !ok {
		return invalid("Health check matcher '%s' is not a list of codes like '200', '200,202' or '200-299'", text)
	}
	for _, r := range ranges {
		if r[0] < low || r[1] > high || r[0] > r[1] {
			return invalid("Health check matcher codes '%s' must be within '%d-%d' inclusive", text, low, high)
		}
	}
	return nil
}

// parseCodes reads "200,202,300-399".
func parseCodes(text string) ([][2]int, bool) {
	var ranges [][2]int
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		a, err := strconv.Atoi(from)
		if err != nil {
			return nil, false
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(to); err != nil {
				return nil, false
			}
		}
		ranges = append(ranges, [2]int{a, b})
	}
	return ranges, true
}

const maxConditionValues = 5 // per rule: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html

// checkConditions refuses what AWS refuses and returns the conditions in the form in which AWS shows them.
func checkConditions(in []types.RuleCondition) ([]types.RuleCondition, error) {
	if len(in) == 0 {
		return nil, invalid("A rule must have at least one condition")
	}
	out, total := make([]types.RuleCondition, len(in)), 0
	for i, c := range in {
		n, err := checkCondition(&c)
		if err != nil {
			return nil, err
		}
		out[i] = c
		total += n
	}
	if total > maxConditionValues {
		return nil, invalid("A rule can only have '%d' condition values", maxConditionValues)
	}
	return out, nil
}

// checkCondition completes one condition and counts its values.
func checkCondition(c *types.RuleCondition) (int, error) {
	field := aws.ToString(c.Field)
	values := c.Values
	switch field {
	case "path-pattern":
		if c.PathPatternConfig == nil {
			c.PathPatternConfig = &types.PathPatternConditionConfig{Values: c.Values, RegexValues: c.RegexValues}
		}
		values = append(slices.Clone(c.PathPatternConfig.Values), c.PathPatternConfig.RegexValues...)
		c.Values = c.PathPatternConfig.Values
		if err := checkRegexes(c.PathPatternConfig.RegexValues); err != nil {
			return 0, err
		}
	case "host-header":
		if c.HostHeaderConfig == nil {
			c.HostHeaderConfig = &types.HostHeaderConditionConfig{Values: c.Values, RegexValues: c.RegexValues}
		}
		values = append(slices.Clone(c.HostHeaderConfig.Values), c.HostHeaderConfig.RegexValues...)
		c.Values = c.HostHeaderConfig.Values
		if err := checkRegexes(c.HostHeaderConfig.RegexValues); err != nil {
			return 0, err
		}
	case "http-header":
		if c.HttpHeaderConfig == nil || aws.ToString(c.HttpHeaderConfig.HttpHeaderName) == "" {
			return 0, invalid("A http-header condition must have a header name")
		}
		values = append(slices.Clone(c.HttpHeaderConfig.Values), c.HttpHeaderConfig.RegexValues...)
	case "http-request-method":
		if c.HttpRequestMethodConfig != nil {
			values = c.HttpRequestMethodConfig.Values
		}
	case "source-ip":
		if c.SourceIpConfig != nil {
			values = c.SourceIpConfig.Values
		}
		for _, v := range values {
			if _, err := netip.ParsePrefix(v); err != nil {
				return 0, invalid("Source IP '%s' is not a valid CIDR", v)
			}
		}
	case "query-string":
		if c.QueryStringConfig == nil || len(c.QueryStringConfig.Values) == 0 {
			return 0, invalid("A condition value must be specified")
		}
		return len(c.QueryStringConfig.Values), nil
	default:
		return 0, invalid("Condition field '%s' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'", field)
	}
	if len(values) == 0 {
		return 0, invalid("A condition value must be specified")
	}
	for _, v := range values {
		if len(v) > 128 {
			return 0, invalid("Condition value '%s' cannot be longer than '128' characters", v)
		}
	}
	return len(values), nil
}

func checkRegexes(list []string) error {
	for _, v := range list {
		if _, err := regexp.Compile(v); err != nil {
			return invalid("Condition value '%s' is not a valid regular expression", v)
		}
	}
	return nil
}
