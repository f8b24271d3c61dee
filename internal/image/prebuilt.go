package image

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// prebuilt takes an image that exists. A digest in the reference is taken as it is. Of a tag in ECR the digest is asked,
// with one call, so that new bytes under the same tag are deployed and the same bytes are not. Any other reference goes to
// ECS as it is written: ECS resolves the tag when the deployment begins.
func prebuilt(ctx context.Context, cfg aws.Config, spec Spec, sink event.Sink) (Published, error) {
	ref := spec.Location
	if _, digest, ok := strings.Cut(ref, "@"); ok {
		return Published{Ref: ref, Digest: digest}, nil
	}
	in, ok := parseECR(ref)
	if !ok {
		return Published{Ref: ref}, nil
	}
	digest, err := in.digest(ctx, cfg)
	switch {
	case err == nil:
		return Published{Ref: in.host + "/" + in.repository + "@" + digest, Digest: digest}, nil
	case awsconf.NotFound(err):
		return Published{}, &fault.Error{
			Code: fault.Refused, What: fmt.Sprintf("%s: there is no image %s", spec.Service, ref), Err: awsconf.Explain(err),
			Hint: "push it first, or correct image.location in the manifest",
		}
	case awsconf.AccessDenied(err):
		// Another account's repository may let itself be pulled from and not be looked into: that is for ECS to find out.
		sink(event.Notice{Level: event.Warning, Subject: spec.Service,
			Text: "which image " + ref + " is cannot be seen from this account: new bytes under the same tag will not be noticed",
			Hint: "name the image by digest, or allow ecr:DescribeImages on its repository"})
		return Published{Ref: ref}, nil
	}
	return Published{}, awsconf.Explain(err)
}

// ecrImage is a reference into a private ECR registry.
type ecrImage struct{ host, account, region, repository, tag string }

// parseECR takes a reference apart. It answers false for one that is not in ECR.
//
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
func parseECR(ref string) (ecrImage, bool) {
	m := regexp.MustCompile(`^((\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)/([^:@]+)(?::([^:@]+))?$`).FindStringSubmatch(ref)
	if m == nil {
		return ecrImage{}, false
	}
	in := ecrImage{host: m[1], account: m[2], region: m[3], repository: m[4], tag: m[5]}
	if in.tag == "" {
		in.tag = "latest"
	}
	return in, true
}

// digest asks ECR what stands behind the tag.
func (in ecrImage) digest(ctx context.Context, cfg aws.Config) (string, error) {
	client := ecr.NewFromConfig(cfg, func(o *ecr.Options) { o.Region = in.region })
	out, err := client.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RegistryId: &in.account, RepositoryName: &in.repository, ImageIds: []types.ImageIdentifier{{ImageTag: &in.tag}},
	})
	if err != nil {
		return "", err
	}
	if len(out.ImageDetails) == 0 || out.ImageDetails[0].ImageDigest == nil {
		return "", &types.ImageNotFoundException{Message: aws.String("ECR describes no image with this tag")}
	}
	return *out.ImageDetails[0].ImageDigest, nil
}
