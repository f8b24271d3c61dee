package cloudfront

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// deployTime is how long a change takes to reach every edge; AWS needs minutes.
const deployTime = 3 * time.Second

func fail(status int, code, format string, args ...any) *wire.Error {
	return &wire.Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func noSuchDistribution() error {
	return fail(http.StatusNotFound, "NoSuchDistribution", "The specified distribution does not exist.")
}

// CreateDistribution makes a distribution and serves it.
func (s *Service) CreateDistribution(c Config, tags map[string]string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(c, ""); err != nil {
		return "", err
	}
	d := &distribution{ID: ids.New("E", 13), Config: c, Tags: maps.Clone(tags), ETag: ids.New("E", 13), Modified: s.deps.Clock.Now()}
	if err := s.openLocked(d); err != nil {
		return "", err
	}
	s.state.Distributions[d.ID] = d
	return d.ID, nil
}

// UpdateDistribution replaces a distribution's configuration and tags. What is cached stays.
func (s *Service) UpdateDistribution(id string, c Config, tags map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(id)
	if err != nil {
		return err
	}
	if err := s.check(c, id); err != nil {
		return err
	}
	d.Config, d.Tags, d.ETag, d.Modified = c, maps.Clone(tags), ids.New("E", 13), s.deps.Clock.Now()
	return nil
}

// DeleteDistribution ends a distribution.
func (s *Service) DeleteDistribution(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(id); err != nil {
		return err
	}
	delete(s.state.Distributions, id)
	f := s.fronts[id]
	delete(s.fronts, id)
	return f.close()
}

// Deployed says whether a distribution's configuration has reached every edge.
func (s *Service) Deployed(id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(id)
	return err == nil && s.deployed(d), err
}

func (s *Service) deployed(d *distribution) bool { return s.deps.Clock.Since(d.Modified) >= deployTime }

// DomainName is where a distribution is reached.
func (s *Service) DomainName(id string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(id)
	if err != nil {
		return "", err
	}
	return d.domain(), nil
}

func (d *distribution) domain() string { return fmt.Sprintf("127.0.0.1:%d", d.Port) }

// find returns a distribution. The caller holds the lock.
func (s *Service) find(id string) (*distribution, error) {
	d := s.state.Distributions[id]
	if d == nil {
		return nil, noSuchDistribution()
	}
	return d, nil
}

// check refuses what CloudFront refuses.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html
func (s *Service) check(c Config, id string) error {
	origins := map[string]bool{}
	for _, o := range c.Origins {
		if origins[o.ID] {
			return fail(http.StatusBadRequest, "InvalidArgument", "The origin %s is there twice.", o.ID)
		}
		origins[o.ID] = true
		if err := s.checkOrigin(o); err != nil {
			return err
		}
	}
	if len(origins) == 0 {
		return fail(http.StatusBadRequest, "InvalidArgument", "A distribution needs an origin.")
	}
	for i, b := range append([]Behavior{c.DefaultCacheBehavior}, c.CacheBehaviors...) {
		if i > 0 && b.PathPattern == "" {
			return fail(http.StatusBadRequest, "InvalidArgument", "A cache behavior needs a path pattern.")
		}
		if !origins[b.TargetOriginID] {
			return fail(http.StatusNotFound, "NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
		}
		if err := s.checkBehavior(b); err != nil {
			return err
		}
	}
	return s.checkNames(c, id)
}

func (s *Service) checkOrigin(o Origin) error {
	switch {
	case o.ID == "" || o.DomainName == "" || strings.Contains(o.DomainName, "/"):
		return fail(http.StatusBadRequest, "InvalidArgument", "The parameter Origin DomainName does not refer to a valid host.")
	case o.S3OriginConfig == nil && o.CustomOriginConfig == nil:
		return fail(http.StatusBadRequest, "InvalidArgument", "Exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig must be specified.")
	case o.OriginPath != "" && (!strings.HasPrefix(o.OriginPath, "/") || strings.HasSuffix(o.OriginPath, "/")):
		return fail(http.StatusBadRequest, "InvalidArgument", "The parameter OriginPath must begin with / and not end with it.")
	}
	if _, ok := s.state.Access[o.OriginAccessControlID]; !ok && o.OriginAccessControlID != "" {
		return fail(http.StatusNotFound, "NoSuchOriginAccessControl", "The origin access control does not exist.")
	}
	return nil
}

func (s *Service) checkBehavior(b Behavior) error {
	if !slices.Contains([]string{"allow-all", "https-only", "redirect-to-https"}, b.ViewerProtocolPolicy) {
		return fail(http.StatusBadRequest, "InvalidArgument", "The parameter ViewerProtocolPolicy is not valid.")
	}
	if b.CachePolicyID == "" && b.ForwardedValues == nil {
		return fail(http.StatusBadRequest, "InvalidArgument", "The parameter ForwardedValues is required.")
	}
	if b.CachePolicyID != "" {
		if _, ok := s.policy(b.CachePolicyID); !ok {
			return fail(http.StatusNotFound, "NoSuchCachePolicy", "The specified cache policy does not exist.")
		}
	}
	if _, ok := requestPolicies()[b.OriginRequestPolicyID]; !ok && b.OriginRequestPolicyID != "" {
		return fail(http.StatusNotFound, "NoSuchOriginRequestPolicy", "The specified origin request policy does not exist.")
	}
	for _, a := range b.FunctionAssociations {
		f := s.state.Functions[a.FunctionARN[strings.LastIndex(a.FunctionARN, "/")+1:]]
		if f == nil {
			return fail(http.StatusBadRequest, "InvalidFunctionAssociation", "The function ARN %s cannot be found.", a.FunctionARN)
		}
		if a.EventType != "viewer-request" {
			return fail(http.StatusBadRequest, "InvalidFunctionAssociation", "Functions of the event %s are not available on this endpoint.", a.EventType)
		}
	}
	return nil
}

// checkNames holds the rules of alternate domain names: with a certificate only, and each in one distribution.
func (s *Service) checkNames(c Config, id string) error {
	v := c.ViewerCertificate
	if len(c.Aliases) > 0 && (v == nil || v.ACMCertificateARN == "" && v.IAMCertificateID == "") {
		return fail(http.StatusBadRequest, "InvalidViewerCertificate", "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.")
	}
	if v != nil && v.ACMCertificateARN != "" && !strings.HasPrefix(v.ACMCertificateARN, "arn:aws:acm:us-east-1:") {
		return fail(http.StatusBadRequest, "InvalidViewerCertificate", "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.")
	}
	for _, other := range s.state.Distributions {
		for _, name := range c.Aliases {
			if other.ID != id && slices.Contains(other.Config.Aliases, name) {
				return fail(http.StatusConflict, "CNAMEAlreadyExists", "One or more of the CNAMEs you provided are already associated with a different resource.")
			}
		}
	}
	return nil
}
