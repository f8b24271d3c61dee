package cfn

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smtypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// secret is a secret with a value that is given or made up; Ref is its ARN.
func (d Deps) secret() provider {
	tags := func(m map[string]string) []smtypes.Tag {
		var out []smtypes.Tag
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, smtypes.Tag{Key: aws.String(k), Value: aws.String(m[k])})
		}
		return out
	}
	return provider{
		createOnly: []string{"Name"}, properties: []string{"Description", "GenerateSecretString", "KmsKeyId", "SecretString"}, name: "Name", tagged: true, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(ctx context.Context, r request) (string, error) {
			in := &secretsmanager.CreateSecretInput{Tags: tags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags", "GenerateSecretString"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(512))
			}
			if in.SecretString == nil {
				value, err := generate(r.Props["GenerateSecretString"])
				if err != nil {
					return "", err
				}
				in.SecretString = value
			}
			out, err := d.Secrets.CreateSecret(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.ARN), nil
		},
		update: func(ctx context.Context, r request) error {
			in := &secretsmanager.UpdateSecretInput{SecretId: aws.String(r.ID)}
			if err := fill(in, r.Props, nil, "Tags", "GenerateSecretString", "Name"); err != nil {
				return err
			}
			if in.SecretString == nil && r.changed("GenerateSecretString") {
				value, err := generate(r.Props["GenerateSecretString"])
				if err != nil {
					return err
				}
				in.SecretString = value
			}
			if _, err := d.Secrets.UpdateSecret(ctx, in); err != nil {
				return err
			}
			set, gone := r.tagDiff()
			if len(set) > 0 {
				if _, err := d.Secrets.TagResource(ctx, &secretsmanager.TagResourceInput{SecretId: aws.String(r.ID), Tags: tags(set)}); err != nil {
					return err
				}
			}
			if len(gone) == 0 {
				return nil
			}
			_, err := d.Secrets.UntagResource(ctx, &secretsmanager.UntagResourceInput{SecretId: aws.String(r.ID), TagKeys: gone})
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.Secrets.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: aws.String(r.ID), ForceDeleteWithoutRecovery: aws.Bool(true)})
			return err
		},
	}
}

// generate makes up a secret: 32 letters and digits, or as many as asked for, alone or as one key of a JSON text.
func generate(v any) (*string, error) {
	wish := struct {
		PasswordLength                                                                                                int
		SecretStringTemplate, GenerateStringKey, ExcludeCharacters                                                    string
		ExcludeLowercase, ExcludeNumbers, ExcludePunctuation, ExcludeUppercase, IncludeSpace, RequireEachIncludedType bool
	}{PasswordLength: 32}
	if v == nil {
		return nil, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, badProperty("#/GenerateSecretString: expected type: JSONObject")
	}
	if err := fill(&wish, m, nil); err != nil {
		return nil, err
	}
	alphabet := ""
	for set, excluded := range map[string]bool{"abcdefghijklmnopqrstuvwxyz": wish.ExcludeLowercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ": wish.ExcludeUppercase, "0123456789": wish.ExcludeNumbers, "!#$%&()*+,-./:;<=>?@[]^_{|}~": wish.ExcludePunctuation} {
		if !excluded {
			alphabet += set
		}
	}
	alphabet = strings.Map(func(c rune) rune {
		if strings.ContainsRune(wish.ExcludeCharacters, c) {
			return -1
		}
		return c
	}, alphabet)
	if alphabet == "" || wish.PasswordLength < 1 || wish.PasswordLength > 4096 {
		return nil, badProperty("#/GenerateSecretString: no secret can be made of this")
	}
	secret := make([]byte, wish.PasswordLength)
	for i := range secret {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return nil, err
		}
		secret[i] = alphabet[n.Int64()]
	}
	if wish.GenerateStringKey == "" {
		return aws.String(string(secret)), nil
	}
	doc := map[string]any{}
	if wish.SecretStringTemplate != "" {
		if err := json.Unmarshal([]byte(wish.SecretStringTemplate), &doc); err != nil {
			return nil, badProperty("#/GenerateSecretString/SecretStringTemplate: not a JSON object")
		}
	}
	doc[wish.GenerateStringKey] = string(secret)
	b, err := json.Marshal(doc)
	return aws.String(string(b)), err
}
