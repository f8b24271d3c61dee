package ecr

import "ferry.dev/ferry/internal/emulator/wire"

// Wire returns the service as the endpoint serves it.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name:         "ecr",
		Protocol:     wire.JSON11,
		TargetPrefix: "AmazonEC2ContainerRegistry_V20150921",
		Names:        map[string]string{"Tag.Key": "Key", "Tag.Value": "Value"}, // the only capitals in this API
		Operations: map[string]wire.Operation{
			"BatchCheckLayerAvailability":   wire.Op(s.BatchCheckLayerAvailability),
			"BatchDeleteImage":              wire.Op(s.BatchDeleteImage),
			"BatchGetImage":                 wire.Op(s.BatchGetImage),
			"CreateRepository":              wire.Op(s.CreateRepository),
			"DeleteLifecyclePolicy":         wire.Op(s.DeleteLifecyclePolicy),
			"DeleteRepository":              wire.Op(s.DeleteRepository),
			"DeleteRepositoryPolicy":        wire.Op(s.DeleteRepositoryPolicy),
			"DescribeImageScanFindings":     wire.Op(s.DescribeImageScanFindings),
			"DescribeImages":                wire.Op(s.DescribeImages),
			"DescribeRepositories":          wire.Op(s.DescribeRepositories),
			"GetAuthorizationToken":         wire.Op(s.GetAuthorizationToken),
			"GetLifecyclePolicy":            wire.Op(s.GetLifecyclePolicy),
			"GetRepositoryPolicy":           wire.Op(s.GetRepositoryPolicy),
			"ListImages":                    wire.Op(s.ListImages),
			"ListTagsForResource":           wire.Op(s.ListTagsForResource),
			"PutImage":                      wire.Op(s.PutImage),
			"PutImageScanningConfiguration": wire.Op(s.PutImageScanningConfiguration),
			"PutImageTagMutability":         wire.Op(s.PutImageTagMutability),
			"PutLifecyclePolicy":            wire.Op(s.PutLifecyclePolicy),
			"SetRepositoryPolicy":           wire.Op(s.SetRepositoryPolicy),
			"StartImageScan":                wire.Op(s.StartImageScan),
			"TagResource":                   wire.Op(s.TagResource),
			"UntagResource":                 wire.Op(s.UntagResource),
		},
	}
}
