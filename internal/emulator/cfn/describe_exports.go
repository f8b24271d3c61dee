package cfn

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// ListExports lists every export by name.
func (s *Service) ListExports(_ context.Context, in *cf.ListExportsInput) (*cf.ListExportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.Export{}
	for _, st := range s.stacks {
		if st.gone() {
			continue
		}
		for _, o := range st.Outputs {
			if o.Export != "" {
				all = append(all, types.Export{ExportingStackId: aws.String(st.ID), Name: aws.String(o.Export), Value: aws.String(o.Value)})
			}
		}
	}
	slices.SortFunc(all, func(a, b types.Export) int {
		if *a.Name < *b.Name {
			return -1
		}
		return 1
	})
	cut, next, err := page(all, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListExportsOutput{Exports: cut, NextToken: next}, nil
}

// ListImports lists the stacks that use an export; none is an error, as on AWS.
func (s *Service) ListImports(_ context.Context, in *cf.ListImportsInput) (*cf.ListImportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := s.importersLocked(aws.ToString(in.ExportName))
	if len(users) == 0 {
		return nil, invalid("Export '%s' is not imported by any stack.", aws.ToString(in.ExportName))
	}
	cut, next, err := page(users, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListImportsOutput{Imports: cut, NextToken: next}, nil
}
