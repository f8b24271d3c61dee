package cfn

import (
	"context"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/cloudfront"
)

// cloudfront are the types of CloudFront.
func (d Deps) cloudfront() map[string]provider {
	return map[string]provider{
		"AWS::CloudFront::Distribution": d.distribution(), "AWS::CloudFront::OriginAccessControl": d.originAccessControl(),
		"AWS::CloudFront::Function": d.cloudFrontFunction(), "AWS::CloudFront::CachePolicy": d.cachePolicy(),
	}
}

// within fills a structure from the one property that holds it.
func within(r request, property string, into any, renames map[string]string) error {
	props, ok := r.Props[property].(map[string]any)
	if !ok {
		return badProperty("#/%s: expected type: JSONObject", property)
	}
	return fill(into, props, renames)
}

func (d Deps) distribution() provider {
	config := func(r request) (c cloudfront.Config, err error) {
		err = within(r, "DistributionConfig", &c, nil)
		return c, err
	}
	return provider{
		required: []string{"DistributionConfig"}, tagged: true, attributes: []string{"Id", "DomainName"},
		create: func(_ context.Context, r request) (string, error) {
			c, err := config(r)
			if err != nil {
				return "", err
			}
			return d.CloudFront.CreateDistribution(c, r.allTags())
		},
		update: func(_ context.Context, r request) error {
			c, err := config(r)
			if err != nil {
				return err
			}
			return d.CloudFront.UpdateDistribution(r.ID, c, r.allTags())
		},
		settle: func(ctx context.Context, id string) error {
			for {
				if done, err := d.CloudFront.Deployed(id); done || err != nil {
					return err
				}
				if err := d.Clock.Wait(ctx, 100*time.Millisecond); err != nil {
					return err
				}
			}
		},
		remove: func(_ context.Context, r request) error { return d.CloudFront.DeleteDistribution(r.ID) },
		read: func(_ context.Context, r request) (map[string]any, error) {
			name, err := d.CloudFront.DomainName(r.ID)
			return map[string]any{"Id": r.ID, "DomainName": name}, err
		},
	}
}

func (d Deps) originAccessControl() provider {
	return provider{
		required: []string{"OriginAccessControlConfig"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(_ context.Context, r request) (string, error) {
			var a cloudfront.AccessControl
			if err := within(r, "OriginAccessControlConfig", &a, nil); err != nil {
				return "", err
			}
			return d.CloudFront.CreateOriginAccessControl(a)
		},
		update: func(_ context.Context, r request) error {
			var a cloudfront.AccessControl
			if err := within(r, "OriginAccessControlConfig", &a, nil); err != nil {
				return err
			}
			return d.CloudFront.UpdateOriginAccessControl(r.ID, a)
		},
		remove: func(_ context.Context, r request) error { return d.CloudFront.DeleteOriginAccessControl(r.ID) },
	}
}

// cloudFrontFunction is published with its stack, whatever AutoPublish says: an unpublished one can do nothing.
func (d Deps) cloudFrontFunction() provider {
	function := func(r request) (cloudfront.Function, error) {
		f := cloudfront.Function{Name: r.text("Name"), Code: r.text("FunctionCode")}
		config := struct{ Comment, Runtime string }{}
		err := within(r, "FunctionConfig", &config, nil)
		f.Comment, f.Runtime = config.Comment, config.Runtime
		return f, err
	}
	return provider{
		required: []string{"FunctionCode", "FunctionConfig"}, createOnly: []string{"Name"}, properties: []string{"AutoPublish", "FunctionMetadata"}, name: "Name", tagged: true,
		attributes: []string{"FunctionARN", "FunctionMetadata.FunctionARN", "Stage"},
		create: func(_ context.Context, r request) (string, error) {
			f, err := function(r)
			if err != nil {
				return "", err
			}
			return d.CloudFront.FunctionARN(f.Name), d.CloudFront.CreateFunction(f)
		},
		update: func(_ context.Context, r request) error {
			f, err := function(r)
			if err != nil {
				return err
			}
			return d.CloudFront.UpdateFunction(f)
		},
		remove: func(_ context.Context, r request) error {
			return d.CloudFront.DeleteFunction(r.ID[strings.LastIndex(r.ID, "/")+1:])
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"FunctionARN": r.ID, "FunctionMetadata.FunctionARN": r.ID, "Stage": "LIVE"}, nil
		},
	}
}

func (d Deps) cachePolicy() provider {
	renames := map[string]string{"ParametersInCacheKeyAndForwardedToOrigin": "ParametersInCacheKeyAnd"}
	return provider{
		required: []string{"CachePolicyConfig"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(_ context.Context, r request) (string, error) {
			var p cloudfront.CachePolicy
			if err := within(r, "CachePolicyConfig", &p, renames); err != nil {
				return "", err
			}
			return d.CloudFront.CreateCachePolicy(p)
		},
		update: func(_ context.Context, r request) error {
			var p cloudfront.CachePolicy
			if err := within(r, "CachePolicyConfig", &p, renames); err != nil {
				return err
			}
			return d.CloudFront.UpdateCachePolicy(r.ID, p)
		},
		remove: func(_ context.Context, r request) error { return d.CloudFront.DeleteCachePolicy(r.ID) },
	}
}
