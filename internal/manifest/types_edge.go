package manifest

// CDN is CloudFront in front of the public load balancer.
type CDN struct {
	Certificate  string // ACM ARN in us-east-1; "" = CloudFront's own name only
	TerminateTLS bool   // plain HTTP to the load balancer
	StaticAssets *StaticAssets
}

// StaticAssets are requests that a bucket answers instead of the load balancer.
type StaticAssets struct {
	Location string // the bucket's regional domain name
	Alias    string // "" = none
	Path     string // pattern
}

// AccessLogs says where a load balancer's access logs go.
type AccessLogs struct {
	Bucket string // "" = one that the environment makes
	Prefix string
}
