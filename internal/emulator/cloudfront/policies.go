package cloudfront

import (
	"net/http"

	"ferry.dev/ferry/internal/emulator/ids"
)

// managed are AWS's own cache policies.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
func managed() map[string]CachePolicy {
	none := Parameters{CookiesConfig: Chosen{CookieBehavior: "none"}, HeadersConfig: Chosen{HeaderBehavior: "none"}, QueryStringsConfig: Chosen{QueryStringBehavior: "none"}}
	return map[string]CachePolicy{
		"658327ea-f89d-4fab-a63d-7e88639e58f6": {Name: "Managed-CachingOptimized", MinTTL: 1, DefaultTTL: 86400, MaxTTL: 31536000, ParametersInCacheKeyAnd: none},
		"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": {Name: "Managed-CachingOptimizedForUncompressedObjects", MinTTL: 1, DefaultTTL: 86400, MaxTTL: 31536000, ParametersInCacheKeyAnd: none},
		"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {Name: "Managed-CachingDisabled", ParametersInCacheKeyAnd: none},
		"83da9c7e-98b4-4e11-a168-04f0df8e2c65": {Name: "Managed-UseOriginCacheControlHeaders", MaxTTL: 31536000, ParametersInCacheKeyAnd: Parameters{
			CookiesConfig: Chosen{CookieBehavior: "all"}, HeadersConfig: Chosen{HeaderBehavior: "whitelist", Headers: []string{"Host", "Origin", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}},
			QueryStringsConfig: Chosen{QueryStringBehavior: "none"}}},
		"4cc15a8a-d715-48a4-82b8-cc0b614638fe": {Name: "Managed-UseOriginCacheControlHeaders-QueryStrings", MaxTTL: 31536000, ParametersInCacheKeyAnd: Parameters{
			CookiesConfig: Chosen{CookieBehavior: "all"}, HeadersConfig: Chosen{HeaderBehavior: "whitelist", Headers: []string{"Host", "Origin", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}},
			QueryStringsConfig: Chosen{QueryStringBehavior: "all"}}},
	}
}

// policy finds a cache policy.
func (s *Service) policy(id string) (CachePolicy, bool) {
	if p, ok := managed()[id]; ok {
		return p, true
	}
	p, ok := s.state.Policies[id]
	return p, ok
}

// requestPolicy is what goes to the origin of a viewer's request.
type requestPolicy struct{ headers, host, query, cookies bool }

// requestPolicies are AWS's own origin request policies; those of one's own are not part of this endpoint.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
func requestPolicies() map[string]requestPolicy {
	return map[string]requestPolicy{
		"216adef6-5c7f-47e4-b989-5492eafa07d3": {true, true, true, true},     // AllViewer
		"b689b0a8-53d0-40ab-baf2-68738e2966ac": {true, false, true, true},    // AllViewerExceptHostHeader
		"33f36d7e-f396-46d9-90e0-52428a34d9dc": {true, true, true, true},     // AllViewerAndCloudFrontHeaders
		"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": {false, false, false, false}, // CORS-S3Origin
		"59781a5b-3903-41f3-afcb-af62929ccde1": {false, false, false, false}, // CORS-CustomOrigin
	}
}

// CreateCachePolicy makes a cache policy.
func (s *Service) CreateCachePolicy(p CachePolicy) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.state.Policies {
		if other.Name == p.Name {
			return "", fail(http.StatusConflict, "CachePolicyAlreadyExists", "A cache policy with the same name already exists.")
		}
	}
	p.ID = ids.NewUUID()
	s.state.Policies[p.ID] = p
	return p.ID, nil
}

// UpdateCachePolicy replaces one.
func (s *Service) UpdateCachePolicy(id string, p CachePolicy) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.state.Policies[id]; !ok {
		return fail(http.StatusNotFound, "NoSuchCachePolicy", "The cache policy does not exist.")
	}
	p.ID = id
	s.state.Policies[id] = p
	return nil
}

// DeleteCachePolicy removes one that no distribution uses.
func (s *Service) DeleteCachePolicy(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.state.Policies[id]; !ok {
		return fail(http.StatusNotFound, "NoSuchCachePolicy", "The cache policy does not exist.")
	}
	if s.used(func(b Behavior) bool { return b.CachePolicyID == id }, nil) {
		return fail(http.StatusConflict, "CachePolicyInUse", "The cache policy is attached to one or more distributions.")
	}
	delete(s.state.Policies, id)
	return nil
}

// CreateOriginAccessControl makes one.
func (s *Service) CreateOriginAccessControl(a AccessControl) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.state.Access {
		if other.Name == a.Name {
			return "", fail(http.StatusConflict, "OriginAccessControlAlreadyExists", "An origin access control with the same name already exists.")
		}
	}
	a.ID = ids.New("E", 13)
	s.state.Access[a.ID] = a
	return a.ID, nil
}

// UpdateOriginAccessControl replaces one.
func (s *Service) UpdateOriginAccessControl(id string, a AccessControl) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.state.Access[id]; !ok {
		return fail(http.StatusNotFound, "NoSuchOriginAccessControl", "The origin access control does not exist.")
	}
	a.ID = id
	s.state.Access[id] = a
	return nil
}

// DeleteOriginAccessControl removes one that no distribution uses.
func (s *Service) DeleteOriginAccessControl(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.state.Access[id]; !ok {
		return fail(http.StatusNotFound, "NoSuchOriginAccessControl", "The origin access control does not exist.")
	}
	if s.used(nil, func(o Origin) bool { return o.OriginAccessControlID == id }) {
		return fail(http.StatusConflict, "OriginAccessControlInUse", "Cannot delete the origin access control because it's in use by one or more distributions.")
	}
	delete(s.state.Access, id)
	return nil
}

// used tells whether a distribution has such a behaviour or such an origin.
func (s *Service) used(behavior func(Behavior) bool, origin func(Origin) bool) bool {
	for _, d := range s.state.Distributions {
		for _, b := range append([]Behavior{d.Config.DefaultCacheBehavior}, d.Config.CacheBehaviors...) {
			if behavior != nil && behavior(b) {
				return true
			}
		}
		for _, o := range d.Config.Origins {
			if origin != nil && origin(o) {
				return true
			}
		}
	}
	return false
}
