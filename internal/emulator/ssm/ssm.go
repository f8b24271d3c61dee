// Package ssm is the emulator's Parameter Store: parameters with versions and tags. Secure strings are kept as they are;
// without WithDecryption their value is answered unreadable, as AWS does.
package ssm

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Service is the Parameter Store. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	clk   *clock.Clock

	mu         sync.Mutex
	parameters map[string]*parameter
}

// parameter is one parameter with its history, oldest first.
type parameter struct {
	Name           string
	Description    string
	KeyID          string
	DataType       string
	Tier           string
	AllowedPattern string
	Versions       []version
	Tags           map[string]string
}

type version struct {
	Number int64
	Type   string
	Value  string
	When   time.Time
}

// New makes the service.
func New(scope ids.Scope, clk *clock.Clock) *Service {
	return &Service{scope: scope, clk: clk, parameters: map[string]*parameter{}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "ssm", Protocol: wire.JSON11, TargetPrefix: "AmazonSSM", PascalNames: true,
		Operations: map[string]wire.Operation{
			"AddTagsToResource":      wire.Op(s.AddTagsToResource),
			"DeleteParameter":        wire.Op(s.DeleteParameter),
			"DeleteParameters":       wire.Op(s.DeleteParameters),
			"DescribeParameters":     wire.Op(s.DescribeParameters),
			"GetParameter":           wire.Op(s.GetParameter),
			"GetParameters":          wire.Op(s.GetParameters),
			"GetParametersByPath":    wire.Op(s.GetParametersByPath),
			"ListTagsForResource":    wire.Op(s.ListTagsForResource),
			"PutParameter":           wire.Op(s.PutParameter),
			"RemoveTagsFromResource": wire.Op(s.RemoveTagsFromResource),
		},
	}
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.parameters) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.parameters) }

// Tagged lists the parameters with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, p := range s.parameters {
		all = append(all, ids.Tagged{ARN: s.arn(p.Name), Tags: maps.Clone(p.Tags)})
	}
	return all
}

func (s *Service) arn(name string) string {
	return s.scope.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// find resolves a name, an ARN, and a version selector behind either (name:3). The caller holds the lock.
func (s *Service) find(ref string) (*parameter, version, string, error) {
	name, selector := ref, ""
	if rest, ok := strings.CutPrefix(ref, s.scope.ARN("ssm", "parameter")); ok {
		name = rest
	}
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name, selector = name[:i], name[i:]
	}
	p, ok := s.parameters[name]
	if !ok && strings.HasPrefix(ref, "arn:") {
		p, ok = s.parameters[strings.TrimPrefix(name, "/")] // names without a leading slash look the same in an ARN
	}
	if !ok {
		return nil, version{}, "", &wire.Error{Code: "ParameterNotFound", Message: "Parameter " + ref + " not found."}
	}
	v := p.Versions[len(p.Versions)-1]
	if selector != "" {
		i := slices.IndexFunc(p.Versions, func(v version) bool { return selector == ":"+strconv.FormatInt(v.Number, 10) })
		if i < 0 {
			return nil, version{}, "", &wire.Error{Code: "ParameterVersionNotFound", Message: "Systems Manager could not find version " + selector[1:] + " of " + name + "."}
		}
		v = p.Versions[i]
	}
	return p, v, selector, nil
}

// shown returns a version as an answer carries it.
func (s *Service) shown(p *parameter, v version, selector string, decrypt *bool) Parameter {
	value, arn, name, kind, when := v.Value, s.arn(p.Name), p.Name, p.DataType, v.When
	if v.Type == "SecureString" && (decrypt == nil || !*decrypt) {
		value = base64.StdEncoding.EncodeToString([]byte("encrypted:" + ids.NewHex(32)))
	}
	out := Parameter{ARN: &arn, DataType: &kind, LastModifiedDate: &when, Name: &name, Type: v.Type, Value: &value, Version: v.Number}
	if selector != "" {
		out.Selector = &selector
	}
	return out
}

// check validates what AWS validates before it keeps a parameter.
func check(in *PutParameterInput) error {
	name, value := str(in.Name), str(in.Value)
	switch {
	case !regexp.MustCompile(`^[a-zA-Z0-9_.\-/]+$`).MatchString(name):
		return validation("Parameter name: can't be prefixed with \"ssm\" (case-insensitive) or contain characters other than a-zA-Z0-9_.-/ : " + name)
	case regexp.MustCompile(`(?i)^/?(aws|ssm)`).MatchString(name):
		return validation("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")
	case strings.Contains(name, "/") && !strings.HasPrefix(name, "/"):
		return validation("Parameter name must be a fully qualified name.")
	case strings.Count(name, "/") > 15:
		return &wire.Error{Code: "HierarchyLevelLimitExceededException", Message: "The hierarchy can have a maximum of 15 levels."}
	case value == "":
		return validation("1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.")
	case len(value) > limit(in.Tier):
		return validation(fmt.Sprintf("%s tier parameters support a maximum parameter value of %d characters.", tier(in.Tier), limit(in.Tier)))
	case !slices.Contains([]string{"", "String", "StringList", "SecureString"}, in.Type):
		return &wire.Error{Code: "UnsupportedParameterType", Message: "The parameter type " + in.Type + " is not supported."}
	}
	if pattern := str(in.AllowedPattern); pattern != "" {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return &wire.Error{Code: "InvalidAllowedPatternException", Message: "The pattern " + pattern + " is not valid."}
		}
		if !re.MatchString(value) {
			return &wire.Error{Code: "ParameterPatternMismatchException", Message: "Parameter value, cannot be validated against allowedPattern: " + pattern}
		}
	}
	return nil
}

func tier(t string) string {
	if t == "" || t == "Intelligent-Tiering" {
		return "Standard"
	}
	return t
}

func limit(t string) int {
	if t == "Advanced" || t == "Intelligent-Tiering" {
		return 8192
	}
	return 4096
}

func validation(message string) error {
	return &wire.Error{Code: "ValidationException", Message: message}
}

func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
