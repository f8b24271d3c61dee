package sfn

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// definition is a state machine in the part of the Amazon States Language that is understood here. What is not a field of
// these structs is refused by its name.
type definition struct {
	Comment, Version string
	QueryLanguage    string
	StartAt          string
	TimeoutSeconds   int
	States           map[string]*state
}

type state struct {
	Type, Comment string
	Next          string
	End           bool

	Resource       string          // Task
	Parameters     json.RawMessage // Task, Pass
	ResultPath     *json.RawMessage
	TimeoutSeconds int
	Retry          []*retrier
	Catch          []catcher

	Choices []choice // Choice
	Default string

	Seconds json.Number // Wait
	Result  json.RawMessage

	Error, Cause string // Fail
}

type retrier struct {
	ErrorEquals     []string
	IntervalSeconds *int
	MaxAttempts     *int
	BackoffRate     *float64
	MaxDelaySeconds *int
}

type catcher struct {
	ErrorEquals []string
	ResultPath  *json.RawMessage
	Next        string
}

// choice is one rule: a comparison, or others joined.
type choice struct {
	Next                                                                         string
	Variable                                                                     string
	IsPresent, IsNull, BooleanEquals                                             *bool
	StringEquals                                                                 *string
	NumericEquals, NumericGreaterThan, NumericLessThan, NumericGreaterThanEquals *float64
	And, Or                                                                      []choice
	Not                                                                          *choice
}

// The integrations that a Task may name.
const (
	runTaskSync = ":states:::ecs:runTask.sync"
	listTasks   = ":states:::aws-sdk:ecs:listTasks"
)

// parse reads a definition and refuses what cannot be run here.
func parse(text string) (*definition, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	d.UseNumber()
	var def definition
	if err := d.Decode(&def); err != nil {
		return nil, refused("%v", err)
	}
	if q := def.QueryLanguage; q != "" && q != "JSONPath" {
		return nil, refused("the query language %s is not supported by this endpoint", q)
	}
	if def.States[def.StartAt] == nil {
		return nil, refused("MISSING_TRANSITION_TARGET: StartAt names %q, which is no state", def.StartAt)
	}
	for name, st := range def.States {
		if err := def.check(name, st); err != nil {
			return nil, err
		}
	}
	return &def, nil
}

func refused(format string, args ...any) error {
	return &types.InvalidDefinition{Message: aws.String("Invalid State Machine Definition: '" + fmt.Sprintf(format, args...) + "'")}
}

func (d *definition) check(name string, st *state) error {
	if st == nil {
		return refused("state %s is null", name)
	}
	targets := []string{}
	ends := st.Type == "Succeed" || st.Type == "Fail" || st.Type == "Choice"
	switch st.Type {
	case "Task":
		if !strings.HasSuffix(st.Resource, runTaskSync) && !strings.HasSuffix(st.Resource, listTasks) {
			return refused("the resource %s of state %s is not supported by this endpoint", st.Resource, name)
		}
	case "Choice":
		if len(st.Choices) == 0 {
			return refused("state %s has no Choices", name)
		}
		for _, c := range st.Choices {
			targets = append(targets, c.Next)
		}
		if st.Default != "" {
			targets = append(targets, st.Default)
		}
	case "Wait", "Pass", "Succeed", "Fail":
	default:
		return refused("the type %q of state %s is not supported by this endpoint", st.Type, name)
	}
	if !ends && st.End == (st.Next != "") {
		return refused("state %s needs either Next or End", name)
	}
	if st.Next != "" {
		targets = append(targets, st.Next)
	}
	for _, c := range st.Catch {
		targets = append(targets, c.Next)
	}
	for _, t := range targets {
		if d.States[t] == nil {
			return refused("MISSING_TRANSITION_TARGET: state %s leads to %q, which is no state", name, t)
		}
	}
	return nil
}

// pathOf reads a ResultPath: "$" where it is not said, "" for null, which drops the result.
func pathOf(raw *json.RawMessage) string {
	if raw == nil {
		return "$"
	}
	var p *string
	if json.Unmarshal(*raw, &p) != nil || p == nil {
		return ""
	}
	return *p
}

// matches tells whether an error is among those of a retrier or catcher.
func matches(names []string, name string) bool {
	return slices.Contains(names, name) || slices.Contains(names, "States.ALL") ||
		slices.Contains(names, "States.TaskFailed") && name != "States.Timeout"
}

// decode reads JSON with its numbers as they stand.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
