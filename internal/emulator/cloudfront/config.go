package cloudfront

// Config is what a distribution is told. Its members have CloudFormation's names and shapes.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-distributionconfig.html
type Config struct {
	Aliases              []string
	CacheBehaviors       []Behavior
	Comment              string
	CustomErrorResponses []ErrorResponse
	DefaultCacheBehavior Behavior
	DefaultRootObject    string
	Enabled              bool
	HTTPVersion          string
	IPV6Enabled          bool
	Logging              *Logging
	Origins              []Origin
	PriceClass           string
	Restrictions         *Restrictions
	Staging              bool
	ViewerCertificate    *ViewerCertificate
	WebACLID             string
}

// Origin is where a distribution takes what it has not.
type Origin struct {
	ConnectionAttempts    int
	ConnectionTimeout     int
	CustomOriginConfig    *CustomOrigin
	DomainName            string // a bucket's regional domain name, or a host; on this endpoint it may have a port
	ID                    string
	OriginAccessControlID string
	OriginCustomHeaders   []OriginHeader
	OriginPath            string
	S3OriginConfig        *struct{ OriginAccessIdentity string }
}

// CustomOrigin is an origin that is no bucket.
type CustomOrigin struct {
	HTTPPort               int
	HTTPSPort              int
	OriginKeepaliveTimeout int
	OriginProtocolPolicy   string // http-only, https-only or match-viewer
	OriginReadTimeout      int
	OriginSSLProtocols     []string
}

// OriginHeader goes to the origin with every request.
type OriginHeader struct{ HeaderName, HeaderValue string }

// Behavior is how requests of one path pattern are answered.
type Behavior struct {
	AllowedMethods          []string
	CachePolicyID           string
	CachedMethods           []string
	Compress                bool
	DefaultTTL              *int
	ForwardedValues         *ForwardedValues
	FunctionAssociations    []Association
	MaxTTL                  *int
	MinTTL                  *int
	OriginRequestPolicyID   string
	PathPattern             string // "" in the default behaviour
	ResponseHeadersPolicyID string
	SmoothStreaming         bool
	TargetOriginID          string
	ViewerProtocolPolicy    string
}

// ForwardedValues is the older way to say what goes to the origin.
type ForwardedValues struct {
	Cookies *struct {
		Forward          string
		WhitelistedNames []string
	}
	Headers              []string
	QueryString          bool
	QueryStringCacheKeys []string
}

// Association is a function of a behaviour.
type Association struct {
	EventType   string // viewer-request or viewer-response
	FunctionARN string
}

// ErrorResponse is what is answered instead of an origin's error.
type ErrorResponse struct {
	ErrorCachingMinTTL *int
	ErrorCode          int
	ResponseCode       int
	ResponsePagePath   string
}

// ViewerCertificate is what viewers are shown.
type ViewerCertificate struct {
	ACMCertificateARN            string
	CloudFrontDefaultCertificate bool
	IAMCertificateID             string
	MinimumProtocolVersion       string
	SSLSupportMethod             string
}

// Logging is kept and does nothing here.
type Logging struct {
	Bucket         string
	IncludeCookies bool
	Prefix         string
}

// Restrictions are kept and do nothing here.
type Restrictions struct {
	GeoRestriction struct {
		Locations       []string
		RestrictionType string
	}
}

// AccessControl is an origin access control: how requests to an origin are signed.
type AccessControl struct {
	ID                            string
	Name                          string
	Description                   string
	OriginAccessControlOriginType string
	SigningBehavior               string
	SigningProtocol               string
}

// Function is a CloudFront Function, published.
type Function struct {
	Name    string
	Comment string
	Runtime string
	Code    string
}

// CachePolicy is a cache policy of one's own.
type CachePolicy struct {
	ID                      string
	Name                    string
	Comment                 string
	DefaultTTL, MaxTTL      int
	MinTTL                  int
	ParametersInCacheKeyAnd Parameters
}

// Parameters are what belongs to a cache key and goes to the origin.
type Parameters struct {
	CookiesConfig              Chosen
	EnableAcceptEncodingBrotli bool
	EnableAcceptEncodingGzip   bool
	HeadersConfig              Chosen
	QueryStringsConfig         Chosen
}

// Chosen says which of several: none, whitelist, allExcept or all.
type Chosen struct {
	CookieBehavior, HeaderBehavior, QueryStringBehavior string
	Cookies, Headers, QueryStrings                      []string
}
