// Package site owns a static site's files: which ones its manifest means, what of them the bucket lacks, sending these,
// removing what is gone, and telling CloudFront to forget what has changed.
//
// The bucket and the distribution are made by the site's stack; when a release happens is package deploy's business.
package site

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Client works on the buckets and distributions of one account.
type Client struct {
	S3         *s3.Client
	CloudFront *cloudfront.Client
}

// New returns a client. With an endpoint of one's own a bucket is a part of the path: its name is no host there.
func New(cfg aws.Config) *Client {
	return &Client{
		S3:         s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil }),
		CloudFront: cloudfront.NewFromConfig(cfg),
	}
}

// File is one file of a site.
type File struct {
	Key   string `json:"key"`  // where it lies in the site: css/main.css
	Path  string `json:"path"` // where it lies in the project
	Size  int64  `json:"size"`
	MD5   string `json:"md5"` // hexadecimal; what S3 calls the ETag of an object that was sent in one piece
	Type  string `json:"contentType"`
	Cache string `json:"cacheControl"`
}

// Diff is what a release has to do.
type Diff struct {
	Send  []File   // new or changed, in the order of their keys
	Gone  []string // keys that the site has no more
	Fresh bool     // nobody can have seen the site yet: it was empty
	// Stale says that an earlier release was interrupted before CloudFront knew of it.
	Stale bool
	Kept  int // files that the bucket has as they are
}

// Empty tells whether there is nothing to do.
func (d Diff) Empty() bool { return len(d.Send)+len(d.Gone) == 0 && !d.Stale }

// Compare finds what the bucket lacks and what it has too much, with two calls side by side and one more for every
// thousand objects.
func (c *Client) Compare(ctx context.Context, bucket, distribution string, files []File) (Diff, error) {
	stands, err := c.look(ctx, bucket, distribution)
	if err != nil {
		return Diff{}, err
	}
	d := Diff{Fresh: len(stands.objects) == 0, Stale: stands.stale()}
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.Key] = true
		if o, ok := stands.objects[f.Key]; ok && o.etag == f.MD5 && o.size == f.Size {
			d.Kept++
			continue
		}
		d.Send = append(d.Send, f)
	}
	for _, key := range stands.keys {
		if !wanted[key] {
			d.Gone = append(d.Gone, key)
		}
	}
	return d, nil
}
