package site

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"
)

// stands is what a site's bucket holds, and when CloudFront was last told of a change.
type stands struct {
	objects map[string]object
	keys    []string
	newest  time.Time // when the newest object was sent
	told    time.Time // when the newest invalidation was asked for
}

type object struct {
	etag string
	size int64
}

// stale tells whether something was sent that CloudFront was not told of.
func (s stands) stale() bool { return s.newest.Truncate(time.Second).After(s.told) }

// look reads both side by side.
func (c *Client) look(ctx context.Context, bucket, distribution string) (stands, error) {
	found := stands{objects: map[string]object{}}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.objects(gctx, bucket, &found) })
	g.Go(func() (err error) { found.told, err = c.told(gctx, distribution); return err })
	return found, g.Wait()
}

func (c *Client) objects(ctx context.Context, bucket string, into *stands) error {
	pages := s3.NewListObjectsV2Paginator(c.S3, &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("listing the files in bucket %s: %w", bucket, err)
		}
		for _, o := range page.Contents {
			key := aws.ToString(o.Key)
			into.objects[key] = object{strings.Trim(aws.ToString(o.ETag), `"`), aws.ToInt64(o.Size)}
			into.keys = append(into.keys, key)
			if t := aws.ToTime(o.LastModified); t.After(into.newest) {
				into.newest = t
			}
		}
	}
	return nil
}

// told is when the distribution's newest invalidation was asked for; the zero time where there was none.
// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListInvalidations.html
func (c *Client) told(ctx context.Context, distribution string) (time.Time, error) {
	out, err := c.CloudFront.ListInvalidations(ctx, &cloudfront.ListInvalidationsInput{DistributionId: &distribution})
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the invalidations of distribution %s: %w", distribution, err)
	}
	var newest time.Time
	if out.InvalidationList == nil {
		return newest, nil
	}
	for _, i := range out.InvalidationList.Items {
		if t := aws.ToTime(i.CreateTime); t.After(newest) {
			newest = t
		}
	}
	return newest, nil
}
