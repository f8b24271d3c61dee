package cfn

import "ferry.dev/ferry/internal/emulator/wire"

// Wire returns the service as the endpoint serves it.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name:      "cloudformation",
		Protocol:  wire.Query,
		Version:   "2010-05-15",
		Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
		Statuses:  map[string]int{"ChangeSetNotFound": 404},
		Operations: map[string]wire.Operation{
			"CancelUpdateStack":           wire.Op(s.CancelUpdateStack),
			"ContinueUpdateRollback":      wire.Op(s.ContinueUpdateRollback),
			"CreateChangeSet":             wire.Op(s.CreateChangeSet),
			"CreateStack":                 wire.Op(s.CreateStack),
			"DeleteChangeSet":             wire.Op(s.DeleteChangeSet),
			"DeleteStack":                 wire.Op(s.DeleteStack),
			"DescribeChangeSet":           wire.Op(s.DescribeChangeSet),
			"DescribeStackEvents":         wire.Op(s.DescribeStackEvents),
			"DescribeStackResource":       wire.Op(s.DescribeStackResource),
			"DescribeStackResources":      wire.Op(s.DescribeStackResources),
			"DescribeStacks":              wire.Op(s.DescribeStacks),
			"ExecuteChangeSet":            wire.Op(s.ExecuteChangeSet),
			"GetTemplate":                 wire.Op(s.GetTemplate),
			"GetTemplateSummary":          wire.Op(s.GetTemplateSummary),
			"ListChangeSets":              wire.Op(s.ListChangeSets),
			"ListExports":                 wire.Op(s.ListExports),
			"ListImports":                 wire.Op(s.ListImports),
			"ListStackResources":          wire.Op(s.ListStackResources),
			"ListStacks":                  wire.Op(s.ListStacks),
			"UpdateStack":                 wire.Op(s.UpdateStack),
			"UpdateTerminationProtection": wire.Op(s.UpdateTerminationProtection),
			"ValidateTemplate":            wire.Op(s.ValidateTemplate),
		},
	}
}
