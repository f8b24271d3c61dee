// Package render turns a plan into the documents that AWS is given: CloudFormation templates as YAML, and the task
// definition and the service as JSON for the aws command line.
//
// It is pure and decides nothing: what should exist and why is package plan's. The same plan gives the same bytes.
package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"

	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/templates"
)

// EnvironmentStack renders the CloudFormation template of an environment: YAML, literals, no parameters. What a service
// needs of it is an output, exported as "<stack>-<Name>". The stack's tags (e.Tags) are given with the change set.
func EnvironmentStack(e plan.Environment) ([]byte, error) {
	return stack("environment.stack.yml", e, e.Tags, e.Extras, optional)
}

// FullEnvironmentStack is the same for an environment that has all that services could want: of its patches every one must hit
// something. The error is then a *patch.Error.
func FullEnvironmentStack(e plan.Environment) ([]byte, error) {
	return stack("environment.stack.yml", e, e.Tags, e.Extras, required)
}

// ServiceStack renders the CloudFormation template of a service, which takes the environment's values by
// Fn::ImportValue. It names its roles, so the change set needs CAPABILITY_NAMED_IAM.
func ServiceStack(s plan.Service) ([]byte, error) {
	if s.IsSite() {
		return stack("site.stack.yml", s, s.Tags, s.Extras, required)
	}
	return stack("service.stack.yml", s, s.Tags, s.Extras, required)
}

// digestMark stands where the digest goes. It is in no other place of a template, since plans hold no such text.
const digestMark = "\x00digest\x00"

// parsed holds the templates. They are parsed when one is needed, since most commands need none.
var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"certificate": certificate,
		"digestMark":  func() string { return digestMark },
		"imports":     imports,
		"launch":      launch,
		"list":        list,
		"quote":       quote,
		"rule":        rule,
		"statement":   statement,
		"sub":         sub,
		"subnet":      subnet,
		"subnets":     subnets,
		"value":       value,
		"vpc":         vpc,
		"zone":        zone,
	}).Option("missingkey=error").ParseFS(templates.FS, "*.yml")
})

func stack(name string, data any, tags map[string]string, extras plan.Extras, missing missingResource) ([]byte, error) {
	all, err := parsed()
	if err != nil {
		return nil, fmt.Errorf("parse the templates: %w", err)
	}
	var out bytes.Buffer
	if err := all.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	text, err := withExtras(out.Bytes(), extras, missing)
	if err != nil {
		return nil, err
	}
	return bytes.Replace(text, []byte(digestMark), []byte(digest(text, tags)), 1), nil
}

// digest tells one template from another, and one set of tags: a stack with other tags must be updated too.
func digest(template []byte, tags map[string]string) string {
	h := sha256.New()
	h.Write(template)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		fmt.Fprintf(h, "\x00%s\x00%s", key, tags[key])
	}
	return "sha256-" + hex.EncodeToString(h.Sum(nil))[:32]
}

// value writes what a service's template takes from elsewhere.
func value(s plan.Service, of any) string {
	v, ok := of.(plan.Value)
	if p, pointer := of.(*plan.Value); pointer && p != nil {
		v, ok = *p, true
	}
	switch {
	case !ok:
		return `""`
	case v.Import != "":
		return "!ImportValue " + quote(s.EnvStack+"-"+v.Import)
	case v.Ref != "":
		return "!Ref " + v.Ref
	case v.Attribute != "":
		return "!GetAtt " + v.Attribute
	}
	return quote(v.Text)
}

// certificate refers to a certificate, one that the template requests or one that exists.
func certificate(v plan.Value) string {
	if v.Ref != "" {
		return "!Ref " + v.Ref
	}
	return quote(v.Text)
}

// vpc refers to the environment's VPC, its own or an imported one.
func vpc(e plan.Environment) string {
	if e.Network.Own() {
		return "!Ref VPC"
	}
	return quote(e.Network.VPC)
}

// subnet refers to one subnet, made here or imported.
func subnet(s plan.Subnet) string {
	if s.ID != "" {
		return quote(s.ID)
	}
	return "!Ref " + s.Key
}

// subnets joins subnets with commas, as an output must.
func subnets(all []plan.Subnet) string {
	if all[0].ID != "" {
		var ids []string
		for _, s := range all {
			ids = append(ids, s.ID)
		}
		return quote(strings.Join(ids, ","))
	}
	var refs []string
	for _, s := range all {
		refs = append(refs, subnet(s))
	}
	return `!Join [",", [` + strings.Join(refs, ", ") + "]]"
}

// rule writes a rule of a security group in one line.
func rule(r plan.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{IpProtocol: %s", quote(r.Protocol))
	if r.Protocol != "-1" {
		fmt.Fprintf(&b, ", FromPort: %d, ToPort: %d", r.From, r.To)
	}
	if r.CIDRv6 != "" {
		fmt.Fprintf(&b, ", CidrIpv6: %s}", quote(r.CIDRv6))
	} else {
		fmt.Fprintf(&b, ", CidrIp: %s}", quote(r.CIDR))
	}
	return b.String()
}

// list writes texts as a YAML flow sequence.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = quote(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// reference is what Fn::Sub would substitute.
var reference = regexp.MustCompile(`\$\{[^!]`)

// sub writes a text for Fn::Sub, as plain text where there is nothing to substitute.
func sub(text string) string {
	if imported.MatchString(text) {
		return subImports(text)
	}
	if reference.MatchString(text) {
		return "!Sub " + quote(text)
	}
	return quote(strings.ReplaceAll(text, "${!", "${"))
}

// zone names a subnet's availability zone: the manifest's, or the region's n-th.
func zone(region string, s plan.Subnet) string {
	letter, named := strings.CutPrefix(s.AZ, region)
	switch {
	case s.AZ == "":
		return fmt.Sprintf(`!Select [%d, !GetAZs ""]`, s.AZIndex)
	case named && region != "":
		return sub("${AWS::Region}" + letter)
	}
	return quote(s.AZ)
}
