package ecr

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// StartImageScan ends at once: nothing is looked at here, and nothing is found.
func (s *Service) StartImageScan(_ context.Context, in *ecr.StartImageScanInput) (*ecr.StartImageScanOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, im, err := s.oneLocked(in.RepositoryName, in.ImageId)
	if err != nil {
		return nil, err
	}
	now := s.deps.Clock.Now()
	im.Scanned = &now
	return &ecr.StartImageScanOutput{ImageId: in.ImageId, ImageScanStatus: scanStatus(), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

func scanStatus() *types.ImageScanStatus {
	return &types.ImageScanStatus{Status: types.ScanStatusComplete, Description: aws.String("The scan was completed successfully: this endpoint has no scanner, so nothing was looked for.")}
}

// DescribeImageScanFindings has no findings.
func (s *Service) DescribeImageScanFindings(_ context.Context, in *ecr.DescribeImageScanFindingsInput) (*ecr.DescribeImageScanFindingsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, im, err := s.oneLocked(in.RepositoryName, in.ImageId)
	if err != nil {
		return nil, err
	}
	if im.Scanned == nil {
		return nil, &types.ScanNotFoundException{Message: aws.String(fmt.Sprintf("Image scan does not exist for the image with '%s' in the repository with name '%s' in the registry with id '%s'", im.Digest, *r.RepositoryName, *r.RegistryId))}
	}
	return &ecr.DescribeImageScanFindingsOutput{
		ImageId: in.ImageId, ImageScanStatus: scanStatus(), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName,
		ImageScanFindings: &types.ImageScanFindings{FindingSeverityCounts: map[string]int32{}, Findings: []types.ImageScanFinding{}, ImageScanCompletedAt: im.Scanned},
	}, nil
}

func (s *Service) oneLocked(name *string, id *types.ImageIdentifier) (*repository, *image, error) {
	r, err := s.findLocked(name)
	if err != nil {
		return nil, nil, err
	}
	if id == nil {
		return nil, nil, invalid("Invalid parameter at 'imageId' failed to satisfy constraint: 'must not be null'")
	}
	im, failure := r.lookup(*id)
	if failure != nil {
		return nil, nil, s.noImage(r, *id)
	}
	return r, im, nil
}
