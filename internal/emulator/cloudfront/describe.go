package cloudfront

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"time"
)

// described is a distribution's configuration as the API writes it: less than there is, but what tells one from another.
type described struct {
	CallerReference      string
	Aliases              aliases
	DefaultRootObject    string
	Origins              origins
	DefaultCacheBehavior behaviorXML
	CacheBehaviors       struct {
		Quantity int
		Items    []behaviorXML `xml:"Items>CacheBehavior"`
	}
	CustomErrorResponses struct {
		Quantity int
		Items    []errorXML `xml:"Items>CustomErrorResponse"`
	}
	Comment           string
	PriceClass        string
	Enabled           bool
	ViewerCertificate struct {
		CloudFrontDefaultCertificate bool
		ACMCertificateArn            string `xml:",omitempty"`
		SSLSupportMethod             string `xml:",omitempty"`
		MinimumProtocolVersion       string `xml:",omitempty"`
	}
	HTTPVersion   string `xml:"HttpVersion"`
	IsIPV6Enabled bool
}

type aliases struct {
	Quantity int
	Items    []string `xml:"Items>CNAME"`
}

type origins struct {
	Quantity int
	Items    []originXML `xml:"Items>Origin"`
}

type originXML struct {
	ID                    string `xml:"Id"`
	DomainName            string
	OriginPath            string
	OriginAccessControlID string                                 `xml:"OriginAccessControlId"`
	S3OriginConfig        *struct{ OriginAccessIdentity string } `xml:",omitempty"`
	CustomOriginConfig    *struct {
		HTTPPort, HTTPSPort  int
		OriginProtocolPolicy string
	} `xml:",omitempty"`
}

type behaviorXML struct {
	PathPattern           string `xml:",omitempty"`
	TargetOriginID        string `xml:"TargetOriginId"`
	ViewerProtocolPolicy  string
	Compress              bool
	CachePolicyID         string `xml:"CachePolicyId,omitempty"`
	OriginRequestPolicyID string `xml:"OriginRequestPolicyId,omitempty"`
	FunctionAssociations  struct {
		Quantity int
		Items    []associationXML `xml:"Items>FunctionAssociation"`
	}
}

type associationXML struct{ FunctionARN, EventType string }

type errorXML struct {
	ErrorCode        int
	ResponsePagePath string
	ResponseCode     int
}

func (d *distribution) described() described {
	c := d.Config
	out := described{
		CallerReference: d.ID, Aliases: aliases{len(c.Aliases), c.Aliases}, DefaultRootObject: c.DefaultRootObject, DefaultCacheBehavior: behaviorOf(c.DefaultCacheBehavior),
		Comment: c.Comment, PriceClass: c.PriceClass, Enabled: c.Enabled, HTTPVersion: c.HTTPVersion, IsIPV6Enabled: c.IPV6Enabled,
	}
	for _, o := range c.Origins {
		x := originXML{ID: o.ID, DomainName: o.DomainName, OriginPath: o.OriginPath, OriginAccessControlID: o.OriginAccessControlID, S3OriginConfig: o.S3OriginConfig}
		if custom := o.CustomOriginConfig; custom != nil {
			x.CustomOriginConfig = &struct {
				HTTPPort, HTTPSPort  int
				OriginProtocolPolicy string
			}{custom.HTTPPort, custom.HTTPSPort, custom.OriginProtocolPolicy}
		}
		out.Origins.Items = append(out.Origins.Items, x)
	}
	out.Origins.Quantity = len(c.Origins)
	for _, b := range c.CacheBehaviors {
		out.CacheBehaviors.Items = append(out.CacheBehaviors.Items, behaviorOf(b))
	}
	out.CacheBehaviors.Quantity = len(c.CacheBehaviors)
	for _, e := range c.CustomErrorResponses {
		out.CustomErrorResponses.Items = append(out.CustomErrorResponses.Items, errorXML{e.ErrorCode, e.ResponsePagePath, e.ResponseCode})
	}
	out.CustomErrorResponses.Quantity = len(c.CustomErrorResponses)
	out.ViewerCertificate.CloudFrontDefaultCertificate = true
	if v := c.ViewerCertificate; v != nil {
		out.ViewerCertificate.CloudFrontDefaultCertificate = v.ACMCertificateARN == ""
		out.ViewerCertificate.ACMCertificateArn, out.ViewerCertificate.SSLSupportMethod = v.ACMCertificateARN, v.SSLSupportMethod
		out.ViewerCertificate.MinimumProtocolVersion = v.MinimumProtocolVersion
	}
	return out
}

func behaviorOf(b Behavior) behaviorXML {
	out := behaviorXML{PathPattern: b.PathPattern, TargetOriginID: b.TargetOriginID, ViewerProtocolPolicy: b.ViewerProtocolPolicy, Compress: b.Compress,
		CachePolicyID: b.CachePolicyID, OriginRequestPolicyID: b.OriginRequestPolicyID}
	for _, a := range b.FunctionAssociations {
		out.FunctionAssociations.Items = append(out.FunctionAssociations.Items, associationXML{a.FunctionARN, a.EventType})
	}
	out.FunctionAssociations.Quantity = len(b.FunctionAssociations)
	return out
}

func (s *Service) status(d *distribution) string {
	if s.deployed(d) {
		return "Deployed"
	}
	return "InProgress"
}

type distributionXML struct {
	XMLName          xml.Name `xml:"Distribution"`
	ID               string   `xml:"Id"`
	ARN              string
	Status           string
	LastModifiedTime time.Time
	DomainName       string
	Config           described `xml:"DistributionConfig"`
	etag             string
}

func (d distributionXML) tag() string { return d.etag }

func (s *Service) getDistribution(_ *http.Request, at []string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(at[1])
	if err != nil {
		return nil, err
	}
	return distributionXML{ID: d.ID, ARN: s.arn("distribution/" + d.ID), Status: s.status(d), LastModifiedTime: d.Modified.UTC(), DomainName: d.domain(), Config: d.described(), etag: d.ETag}, nil
}

type configXML struct {
	XMLName xml.Name `xml:"DistributionConfig"`
	described
	etag string
}

func (c configXML) tag() string { return c.etag }

func (s *Service) getConfig(_ *http.Request, at []string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(at[1])
	if err != nil {
		return nil, err
	}
	return configXML{described: d.described(), etag: d.ETag}, nil
}

func (s *Service) listDistributions(*http.Request, []string) (any, error) {
	type summary struct {
		ID               string `xml:"Id"`
		ARN              string
		Status           string
		LastModifiedTime time.Time
		DomainName       string
		described
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := struct {
		XMLName     xml.Name `xml:"DistributionList"`
		Marker      string
		MaxItems    int
		IsTruncated bool
		Quantity    int
		Items       []summary `xml:"Items>DistributionSummary"`
	}{MaxItems: 100, Quantity: len(s.state.Distributions)}
	for _, id := range slices.Sorted(maps.Keys(s.state.Distributions)) {
		d := s.state.Distributions[id]
		out.Items = append(out.Items, summary{d.ID, s.arn("distribution/" + d.ID), s.status(d), d.Modified.UTC(), d.domain(), d.described()})
	}
	return out, nil
}

func (s *Service) listAccess(*http.Request, []string) (any, error) {
	type summary struct {
		ID                            string `xml:"Id"`
		Description                   string
		Name                          string
		SigningProtocol               string
		SigningBehavior               string
		OriginAccessControlOriginType string
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := struct {
		XMLName     xml.Name `xml:"OriginAccessControlList"`
		Marker      string
		MaxItems    int
		IsTruncated bool
		Quantity    int
		Items       []summary `xml:"Items>OriginAccessControlSummary"`
	}{MaxItems: 100, Quantity: len(s.state.Access)}
	for _, id := range slices.Sorted(maps.Keys(s.state.Access)) {
		a := s.state.Access[id]
		out.Items = append(out.Items, summary{a.ID, a.Description, a.Name, a.SigningProtocol, a.SigningBehavior, a.OriginAccessControlOriginType})
	}
	return out, nil
}

func (s *Service) listFunctions(*http.Request, []string) (any, error) {
	type summary struct {
		Name     string
		Status   string
		Config   struct{ Comment, Runtime string } `xml:"FunctionConfig"`
		Metadata struct {
			FunctionARN      string
			Stage            string
			LastModifiedTime time.Time
		} `xml:"FunctionMetadata"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := struct {
		XMLName  xml.Name `xml:"FunctionList"`
		MaxItems int
		Quantity int
		Items    []summary `xml:"Items>FunctionSummary"`
	}{MaxItems: 100, Quantity: len(s.state.Functions)}
	for _, name := range slices.Sorted(maps.Keys(s.state.Functions)) {
		f := s.state.Functions[name]
		x := summary{Name: f.Name, Status: "DEPLOYED"}
		x.Config.Comment, x.Config.Runtime = f.Comment, f.Runtime
		x.Metadata.FunctionARN, x.Metadata.Stage = s.FunctionARN(name), "LIVE"
		out.Items = append(out.Items, x)
	}
	return out, nil
}
