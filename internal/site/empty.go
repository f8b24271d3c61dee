package site

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// Empty removes every version of every file of a bucket, so that the bucket can be deleted. It returns how many there were; a bucket
// that is not there has none.
func (c *Client) Empty(ctx context.Context, bucket string) (int, error) {
	n := 0
	pages := s3.NewListObjectVersionsPaginator(c.S3, &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		var api smithy.APIError
		if errors.As(err, &api) && api.ErrorCode() == "NoSuchBucket" {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("listing the files in bucket %s: %w", bucket, err)
		}
		var objects []types.ObjectIdentifier
		for _, v := range page.Versions {
			objects = append(objects, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, m := range page.DeleteMarkers {
			objects = append(objects, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
		}
		if err := c.deleteAll(ctx, bucket, objects); err != nil {
			return n, fmt.Errorf("emptying bucket %s: %w", bucket, err)
		}
		n += len(objects)
	}
	return n, nil
}

// Count returns how many files a site has, and their bytes.
func (c *Client) Count(ctx context.Context, bucket string) (files int, bytes int64, err error) {
	found := stands{objects: map[string]object{}}
	if err := c.objects(ctx, bucket, &found); err != nil {
		return 0, 0, err
	}
	for _, o := range found.objects {
		bytes += o.size
	}
	return len(found.objects), bytes, nil
}
