package image

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// finalStage is what the last stage of a Dockerfile says about the container.
type finalStage struct {
	Ports       []int // TCP ports, in the order of EXPOSE
	HealthCheck bool
}

// parseDockerfile reads the final stage, and the stages of the same file that it is based on.
func parseDockerfile(src []byte) (finalStage, error) {
	ast, err := parser.Parse(bytes.NewReader(src))
	if err != nil {
		return finalStage{}, err
	}
	stages, meta, err := instructions.Parse(ast.AST, nil)
	if err != nil {
		return finalStage{}, err
	}
	if len(stages) == 0 {
		return finalStage{}, fmt.Errorf("it has no FROM")
	}
	lex := shell.NewLex(ast.EscapeToken)
	global := scope{}
	for _, arg := range meta {
		global.args(lex, arg.Args, nil)
	}
	var out finalStage
	for _, s := range lineage(lex, stages, global) {
		out.apply(lex, s.Commands, global)
	}
	return out, nil
}

// lineage is the final stage and the stages below it, the base first.
func lineage(lex *shell.Lex, stages []instructions.Stage, global scope) []instructions.Stage {
	at := len(stages) - 1
	chain := []instructions.Stage{stages[at]}
	for {
		base, _, err := lex.ProcessWord(stages[at].BaseName, global)
		if err != nil {
			return chain
		}
		parent := slices.IndexFunc(stages[:at], func(s instructions.Stage) bool {
			return s.Name != "" && strings.EqualFold(s.Name, base)
		})
		if parent < 0 {
			return chain
		}
		at = parent
		chain = slices.Insert(chain, 0, stages[at])
	}
}

// apply reads the commands of one stage. Arguments end with their stage; what was exposed stays.
func (f *finalStage) apply(lex *shell.Lex, commands []instructions.Command, global scope) {
	vars := scope{}
	for _, c := range commands {
		switch c := c.(type) {
		case *instructions.ArgCommand:
			vars.args(lex, c.Args, global)
		case *instructions.EnvCommand:
			for _, kv := range c.Env {
				vars.set(lex, kv.Key, kv.Value)
			}
		case *instructions.ExposeCommand:
			f.expose(lex, c.Ports, vars)
		case *instructions.HealthCheckCommand:
			f.HealthCheck = c.Health != nil && !slices.Equal(c.Health.Test, []string{"NONE"})
		}
	}
}

func (f *finalStage) expose(lex *shell.Lex, words []string, vars scope) {
	for _, word := range words {
		expanded, err := lex.ProcessWords(word, vars)
		if err != nil {
			continue
		}
		for _, w := range expanded {
			if port, ok := tcpPort(w); ok && !slices.Contains(f.Ports, port) {
				f.Ports = append(f.Ports, port)
			}
		}
	}
}

// tcpPort reads "8080", "8080/tcp" and the first port of "8000-8010".
func tcpPort(s string) (int, bool) {
	number, protocol, _ := strings.Cut(s, "/")
	if protocol != "" && !strings.EqualFold(protocol, "tcp") {
		return 0, false
	}
	number, _, _ = strings.Cut(number, "-")
	port, err := strconv.Atoi(number)
	return port, err == nil && port > 0 && port < 1<<16
}

// scope is the variables that a word of the Dockerfile can name.
type scope map[string]string

var _ shell.EnvGetter = scope(nil)

// Get implements shell.EnvGetter.
func (s scope) Get(name string) (string, bool) {
	v, ok := s[name]
	return v, ok
}

// Keys implements shell.EnvGetter.
func (s scope) Keys() []string {
	keys := make([]string, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// args declares arguments; one without a value takes the one declared before the first FROM.
func (s scope) args(lex *shell.Lex, args []instructions.KeyValuePairOptional, global scope) {
	for _, a := range args {
		switch {
		case a.Value != nil:
			s.set(lex, a.Key, *a.Value)
		case global[a.Key] != "":
			s[a.Key] = global[a.Key]
		}
	}
}

func (s scope) set(lex *shell.Lex, key, value string) {
	expanded, _, err := lex.ProcessWord(value, s)
	if err != nil {
		expanded = value
	}
	s[key] = expanded
}
