package cfn

import (
	"context"
	"encoding/xml"
	"strings"
)

// s3 are the types of S3.
func (d Deps) s3() map[string]provider {
	return map[string]provider{"AWS::S3::Bucket": d.bucket(), "AWS::S3::BucketPolicy": d.bucketPolicy()}
}

// bucket is a bucket with its settings. What would need another service (notifications, logging, replication) is not
// understood.
func (d Deps) bucket() provider {
	return provider{
		createOnly: []string{"BucketName"}, name: "BucketName", tagged: true,
		properties: []string{"AccessControl", "BucketEncryption", "LifecycleConfiguration", "OwnershipControls", "PublicAccessBlockConfiguration", "VersioningConfiguration"},
		attributes: []string{"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName"},
		create: func(_ context.Context, r request) (string, error) {
			name := r.text("BucketName")
			if name == "" {
				name = strings.ToLower(r.physical(63))
			}
			if err := d.S3.CreateBucket(name, r.allTags()); err != nil {
				return "", err
			}
			r.ID = name
			return name, d.bucketSettings(r)
		},
		update: func(_ context.Context, r request) error { return d.bucketSettings(r) },
		remove: func(_ context.Context, r request) error { return d.S3.DeleteBucket(r.ID) },
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{
				"Arn": "arn:aws:s3:::" + r.ID, "DomainName": r.ID + ".s3.amazonaws.com",
				"DualStackDomainName": r.ID + ".s3.dualstack." + d.Scope.Region + ".amazonaws.com", "RegionalDomainName": r.ID + ".s3." + d.Scope.Region + ".amazonaws.com",
			}, nil
		},
	}
}

// The documents of a bucket's settings: what the template calls them is in fill's reading, what S3 calls them in the tags.
type (
	versioningConfiguration struct {
		XMLName xml.Name `xml:"VersioningConfiguration"`
		Status  string
	}
	publicAccessBlock struct {
		XMLName               xml.Name `xml:"PublicAccessBlockConfiguration"`
		BlockPublicAcls       bool
		IgnorePublicAcls      bool
		BlockPublicPolicy     bool
		RestrictPublicBuckets bool
	}
	ownershipControls struct {
		XMLName xml.Name                           `xml:"OwnershipControls"`
		Rules   []struct{ ObjectOwnership string } `xml:"Rule"`
	}
	bucketEncryption struct {
		XMLName                           xml.Name `xml:"ServerSideEncryptionConfiguration"`
		ServerSideEncryptionConfiguration []struct {
			ServerSideEncryptionByDefault struct {
				SSEAlgorithm   string
				KMSMasterKeyID string `xml:",omitempty"`
			} `xml:"ApplyServerSideEncryptionByDefault"`
			BucketKeyEnabled bool
		} `xml:"Rule"`
	}
	lifecycle struct {
		XMLName xml.Name        `xml:"LifecycleConfiguration"`
		Rules   []lifecycleRule `xml:"Rule"`
	}
	lifecycleRule struct {
		ID                          string `xml:"ID,omitempty"`
		Status                      string
		Prefix                      string `xml:"Filter>Prefix"`
		ExpirationInDays            int    `xml:"Expiration>Days,omitempty"`
		NoncurrentVersionExpiration *struct {
			NoncurrentDays          int
			NewerNoncurrentVersions int `xml:",omitempty"`
		}
		AbortIncompleteMultipartUpload *struct{ DaysAfterInitiation int }
	}
)

// bucketSettings puts every setting as the template has it, and takes away those that it has not any more.
func (d Deps) bucketSettings(r request) error {
	for _, one := range []struct {
		property, setting string
		document          any
	}{
		{"VersioningConfiguration", "versioning", &versioningConfiguration{}},
		{"PublicAccessBlockConfiguration", "publicAccessBlock", &publicAccessBlock{}},
		{"OwnershipControls", "ownershipControls", &ownershipControls{}},
		{"BucketEncryption", "encryption", &bucketEncryption{}},
		{"LifecycleConfiguration", "lifecycle", &lifecycle{}},
	} {
		props, ok := r.Props[one.property].(map[string]any)
		if !ok {
			if r.Old[one.property] == nil {
				continue
			}
			if one.setting == "versioning" {
				props = map[string]any{"Status": "Suspended"}
			}
		}
		text := ""
		if props != nil {
			if err := fill(one.document, props, nil); err != nil {
				return err
			}
			data, err := xml.Marshal(one.document)
			if err != nil {
				return err
			}
			text = string(data)
		}
		if err := d.S3.PutSetting(r.ID, one.setting, text); err != nil {
			return err
		}
	}
	return d.S3.Tag(r.ID, r.allTags())
}

func (d Deps) bucketPolicy() provider {
	put := func(r request) error {
		text, err := document(r.Props["PolicyDocument"])
		if err != nil {
			return err
		}
		return d.S3.PutSetting(r.text("Bucket"), "policy", text)
	}
	return provider{
		required: []string{"PolicyDocument"}, createOnly: []string{"Bucket"},
		create: func(_ context.Context, r request) (string, error) {
			if r.text("Bucket") == "" {
				return "", badProperty("#: required key [Bucket] not found")
			}
			if err := put(r); err != nil {
				return "", err
			}
			return r.text("Bucket"), nil
		},
		update: func(_ context.Context, r request) error { return put(r) },
		remove: func(_ context.Context, r request) error { return d.S3.PutSetting(r.ID, "policy", "") },
	}
}
