package site

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// sideBySide is how many files are sent at a time.
const sideBySide = 16

// Release brings a site to what it should be: the new files first, pages last, so that no page asks for what is not there
// yet; then what is gone is removed; then CloudFront forgets what has changed. If a file cannot be sent, those that were sent are taken
// back, and undone tells that nothing has changed; what is removed or to be forgotten after that is not worth going back for: the same command
// again finishes it.
func (c *Client) Release(ctx context.Context, project, bucket, distribution string, d Diff) (undone bool, err error) {
	sent, err := c.send(ctx, project, bucket, d.Send)
	if err != nil {
		back := c.takeBack(ctx, bucket, sent)
		return back == nil, errors.Join(err, back)
	}
	if err := c.remove(ctx, bucket, d.Gone); err != nil {
		return false, err
	}
	return false, c.forget(ctx, distribution, d)
}

// version is an object's that this release made.
type version struct{ key, id string }

func (c *Client) send(ctx context.Context, project, bucket string, files []File) ([]version, error) {
	var mu sync.Mutex
	var sent []version
	page := func(f File) bool { return strings.HasPrefix(f.Type, "text/html") }
	for _, pages := range []bool{false, true} {
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(sideBySide)
		for _, f := range files {
			if page(f) != pages {
				continue
			}
			g.Go(func() error {
				id, err := c.put(gctx, project, bucket, f)
				if err != nil {
					return fmt.Errorf("sending %s: %w", f.Path, err)
				}
				mu.Lock()
				defer mu.Unlock()
				sent = append(sent, version{f.Key, id})
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (c *Client) put(ctx context.Context, project, bucket string, f File) (string, error) {
	body, err := os.Open(filepath.Join(project, filepath.FromSlash(f.Path)))
	if err != nil {
		return "", err
	}
	defer body.Close() //nolint:errcheck // it was only read
	sum, err := hex.DecodeString(f.MD5)
	if err != nil {
		return "", err
	}
	out, err := c.S3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: &f.Key, Body: body, ContentLength: &f.Size, ContentType: &f.Type, CacheControl: &f.Cache,
		ContentMD5: aws.String(base64.StdEncoding.EncodeToString(sum)), // a file that changes while it is sent is refused
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.VersionId), nil
}

// takeBack removes the versions that were sent: those before them count again. It works after an interruption too.
func (c *Client) takeBack(ctx context.Context, bucket string, sent []version) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var objects []types.ObjectIdentifier
	for _, v := range sent {
		if v.id == "" {
			return fmt.Errorf("%d files were sent and stay: bucket %s keeps no versions", len(sent), bucket)
		}
		objects = append(objects, types.ObjectIdentifier{Key: &v.key, VersionId: &v.id})
	}
	if err := c.deleteAll(ctx, bucket, objects); err != nil {
		return fmt.Errorf("taking back what was sent: %w", err)
	}
	return nil
}

func (c *Client) remove(ctx context.Context, bucket string, keys []string) error {
	var objects []types.ObjectIdentifier
	for _, key := range keys {
		objects = append(objects, types.ObjectIdentifier{Key: &key})
	}
	if err := c.deleteAll(ctx, bucket, objects); err != nil {
		return fmt.Errorf("the new files are up, but those that are gone could not be removed: %w", err)
	}
	return nil
}

// deleteAll deletes objects, a thousand with a call.
func (c *Client) deleteAll(ctx context.Context, bucket string, objects []types.ObjectIdentifier) error {
	for some := range slices.Chunk(objects, 1000) {
		out, err := c.S3.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: some, Quiet: aws.Bool(true)}})
		if err != nil {
			return err
		}
		for _, e := range out.Errors {
			return fmt.Errorf("%s: %s", aws.ToString(e.Key), aws.ToString(e.Message))
		}
	}
	return nil
}

// mostPaths is how many paths are named in an invalidation; for more than these, everything is forgotten: CloudFront counts
// that as one path, and a thousand a month are free.
const mostPaths = 30

// forget tells CloudFront what has changed. It does not wait for the edges, which takes seconds.
func (c *Client) forget(ctx context.Context, distribution string, d Diff) error {
	paths := Paths(d)
	_, err := c.CloudFront.CreateInvalidation(ctx, &cloudfront.CreateInvalidationInput{
		DistributionId: &distribution,
		InvalidationBatch: &cftypes.InvalidationBatch{
			CallerReference: aws.String("ferry-" + time.Now().UTC().Format("20060102T150405.000000000")),
			Paths:           &cftypes.Paths{Quantity: aws.Int32(int32(len(paths))), Items: paths},
		},
	})
	if err != nil {
		return fmt.Errorf("the files are up, but CloudFront could not be told to forget the earlier ones: %w", err)
	}
	return nil
}

// Paths are what CloudFront has to forget: the changed files, and the directories that a page stands for.
func Paths(d Diff) []string {
	keys := slices.Clone(d.Gone)
	for _, f := range d.Send {
		keys = append(keys, f.Key)
	}
	if d.Fresh || d.Stale || len(keys) == 0 {
		return []string{"/*"}
	}
	var paths []string
	for _, key := range keys {
		if key == "404.html" {
			return []string{"/*"} // it stands for every path that is not there
		}
		escaped := (&url.URL{Path: "/" + key}).EscapedPath()
		paths = append(paths, escaped)
		if path.Base(key) == "index.html" {
			dir := strings.TrimSuffix(escaped, "index.html")
			paths = append(paths, dir)
			if dir != "/" {
				paths = append(paths, strings.TrimSuffix(dir, "/"))
			}
		}
	}
	slices.Sort(paths)
	if paths = slices.Compact(paths); len(paths) > mostPaths {
		return []string{"/*"}
	}
	return paths
}
