package image

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
)

// Retention is what a repository keeps. The zero value keeps every image that one of the last 200 releases needs.
type Retention struct {
	Images       int // the newest so many; 0 = 200
	UntaggedDays int // images without a tag stay so long; 0 = 30
	Unscanned    bool
	Said         bool // the user's own: it takes the place of what a repository has
}

// policy is the lifecycle policy. Images are tagged with the digest of their inputs, so what has no tag was never released: a
// push that was interrupted, or that another one overtook.
//
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
func (r Retention) policy() string {
	images, days := cmp.Or(r.Images, 200), cmp.Or(r.UntaggedDays, 30)
	return fmt.Sprintf(`{"rules":[`+
		`{"rulePriority":1,"description":"Interrupted pushes","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":%d},"action":{"type":"expire"}},`+
		`{"rulePriority":2,"description":"All but the last %d images","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":%d},"action":{"type":"expire"}}`+
		`]}`, days, images, images)
}

// repository is the ECR repository of one service.
type repository struct {
	client *ecr.Client
	name   string
	tag    string // of the image that is wanted
	region string
	keeps  Retention
	token  func(context.Context) (login, error) // asked once
}

// login is what ECR gives to push with.
type login struct {
	endpoint *url.URL // https://<registry>
	auth     authn.Authenticator
}

// found is what ECR has.
type found struct {
	repository bool
	registryID string
	digest     string // of the image under the input tag; "" = not there
	tags       []string
}

func (f found) has(tag string) bool { return slices.Contains(f.tags, tag) }

func newRepository(cfg aws.Config, spec Spec) *repository {
	r := &repository{client: ecr.NewFromConfig(cfg), name: spec.Repository, tag: spec.Tag, region: cfg.Region, keeps: spec.Retention}
	r.token = onceOK(r.login)
	return r
}

// onceOK remembers the first answer that is no error. Callers at the same time share one question.
func onceOK[T any](ask func(context.Context) (T, error)) func(context.Context) (T, error) {
	var (
		mu    sync.Mutex
		value T
		done  bool
	)
	return func(ctx context.Context) (T, error) {
		mu.Lock()
		defer mu.Unlock()
		if done {
			return value, nil
		}
		v, err := ask(ctx)
		value, done = v, err == nil
		return v, err
	}
}

// look asks for the image, and beside it for the registry's name where that cannot be computed.
func (r *repository) look(ctx context.Context) (there found, err error) {
	var group errgroup.Group
	group.Go(func() (err error) {
		there, err = r.find(ctx)
		return err
	})
	if r.client.Options().BaseEndpoint != nil {
		group.Go(func() error {
			_, err := r.token(ctx)
			return err
		})
	}
	return there, group.Wait()
}

// find asks for the image. Only ECR's typed answers mean that something is not there.
func (r *repository) find(ctx context.Context) (found, error) {
	out, err := r.client.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RepositoryName: &r.name,
		ImageIds:       []types.ImageIdentifier{{ImageTag: &r.tag}},
	})
	var (
		noRepository *types.RepositoryNotFoundException
		noImage      *types.ImageNotFoundException
	)
	switch {
	case errors.As(err, &noRepository):
		return found{}, nil
	case errors.As(err, &noImage):
		return found{repository: true}, nil
	case err != nil:
		return found{}, awsconf.Explain(err)
	}
	there := found{repository: true}
	for _, d := range out.ImageDetails {
		if d.ImageStatus != "" && d.ImageStatus != types.ImageStatusActive {
			continue // archived: ECS could not pull it
		}
		there.digest, there.registryID, there.tags = aws.ToString(d.ImageDigest), aws.ToString(d.RegistryId), d.ImageTags
	}
	return there, nil
}

// host is the registry's name. In AWS it follows from account and region; for other partitions and endpoints ECR is asked.
//
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
func (r *repository) host(ctx context.Context, registryID string) (string, error) {
	if r.client.Options().BaseEndpoint == nil && registryID != "" && r.region != "" {
		switch prefix, _, _ := strings.Cut(r.region, "-"); {
		case prefix == "cn":
			return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com.cn", registryID, r.region), nil
		case !strings.Contains(r.region, "-iso") && prefix != "eusc":
			return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", registryID, r.region), nil
		}
	}
	l, err := r.token(ctx)
	if err != nil {
		return "", err
	}
	return l.endpoint.Host, nil
}

// login fetches a token. It goes from here into HTTP headers and nowhere else.
func (r *repository) login(ctx context.Context) (login, error) {
	out, err := r.client.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return login{}, awsconf.Explain(err)
	}
	if len(out.AuthorizationData) == 0 {
		return login{}, errors.New("ECR answered without an authorization token")
	}
	data := out.AuthorizationData[0]
	endpoint, err := url.Parse(aws.ToString(data.ProxyEndpoint))
	if err != nil || endpoint.Host == "" {
		return login{}, fmt.Errorf("ECR named no registry: %q", aws.ToString(data.ProxyEndpoint))
	}
	plain, err := base64.StdEncoding.DecodeString(aws.ToString(data.AuthorizationToken))
	user, password, ok := strings.Cut(string(plain), ":")
	if err != nil || !ok {
		return login{}, errors.New("ECR's authorization token cannot be read")
	}
	return login{endpoint: endpoint, auth: authn.FromConfig(authn.AuthConfig{Username: user, Password: password})}, nil
}

// create makes the repository. Another run that makes it at the same time is no error.
func (r *repository) create(ctx context.Context, tags map[string]string) error {
	_, err := r.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName:             &r.name,
		ImageTagMutability:         types.ImageTagMutabilityMutable,
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: !r.keeps.Unscanned},
		EncryptionConfiguration:    &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeAes256},
		Tags:                       tagList(tags),
	})
	var raced *types.RepositoryAlreadyExistsException
	if err != nil && !errors.As(err, &raced) {
		return awsconf.Explain(err)
	}
	return r.putPolicy(ctx)
}

// healPolicy gives a repository its policy where an earlier run was ended between the two calls. A policy that is
// there, the user's perhaps, stays, unless the application says what is to be kept.
func (r *repository) healPolicy(ctx context.Context) error {
	out, err := r.client.GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{RepositoryName: &r.name})
	var none *types.LifecyclePolicyNotFoundException
	switch {
	case errors.As(err, &none):
		return r.putPolicy(ctx)
	case awsconf.AccessDenied(err):
		return nil // an identity that may only push need not care
	case err != nil:
		return awsconf.Explain(err)
	case r.keeps.Said && !sameJSON(aws.ToString(out.LifecyclePolicyText), r.keeps.policy()):
		return r.putPolicy(ctx)
	}
	return nil
}

// sameJSON tells whether two documents say the same: ECR does not keep them to the letter.
func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func (r *repository) putPolicy(ctx context.Context) error {
	_, err := r.client.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{RepositoryName: &r.name, LifecyclePolicyText: aws.String(r.keeps.policy())})
	return awsconf.Explain(err)
}

// addTag gives an image another tag, over the API: its layers need not be touched.
func (r *repository) addTag(ctx context.Context, digest, tag string) error {
	out, err := r.client.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RepositoryName: &r.name,
		ImageIds:       []types.ImageIdentifier{{ImageDigest: &digest}},
	})
	if err != nil {
		return awsconf.Explain(err)
	}
	if len(out.Images) == 0 {
		return fmt.Errorf("%s@%s is gone from ECR", r.name, digest)
	}
	img := out.Images[0]
	_, err = r.client.PutImage(ctx, &ecr.PutImageInput{
		RepositoryName:         &r.name,
		ImageManifest:          img.ImageManifest,
		ImageManifestMediaType: img.ImageManifestMediaType,
		ImageDigest:            &digest,
		ImageTag:               &tag,
	})
	var there *types.ImageAlreadyExistsException
	if errors.As(err, &there) {
		return nil
	}
	return awsconf.Explain(err)
}

func tagList(tags map[string]string) []types.Tag {
	list := make([]types.Tag, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return list
}
