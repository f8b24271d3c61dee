package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

type explainOptions struct {
	Field string
	Type  string
}

func newExplainCmd(app *App, run func(context.Context, *App, explainOptions) error) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain [FIELD]",
		Short: "Explain a field of the manifests, offline",
		Long: `Explain a field of the manifests: what it does, its type and default, which types of manifests have it, an example, and
what stands below it. Without FIELD the fields at the top of each type are listed. It needs no workspace.`,
		Example: `  $ ferry explain
  $ ferry explain http.healthcheck.path
  $ ferry explain network --type Environment`,
		Args:              atMostOne,
		ValidArgsFunction: completeFields,
		RunE: func(c *cobra.Command, args []string) error {
			o.Field = first(args)
			return run(c.Context(), app, o)
		},
	}
	cmd.Flags().StringVarP(&o.Type, "type", "t", "", `Type of manifest, as its "type" says it, or app.yml. Default: all.`)
	complete(cmd, "type", manifest.TypeNames()...)
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

// Explained is the final object of `explain FIELD --output json`: the meanings of one field.
type Explained struct {
	Fields []manifest.Explanation `json:"fields"`
}

// FieldsOfTypes is the final object of `explain --output json`.
type FieldsOfTypes struct {
	Types []FieldsOfType `json:"types"`
}

// FieldsOfType are the fields at the top of one type of manifest.
type FieldsOfType struct {
	Type      string         `json:"type"`
	Supported bool           `json:"supported"` // this version deploys it
	Fields    []manifest.Row `json:"fields"`
}

func runExplain(_ context.Context, app *App, o explainOptions) error {
	kinds := manifest.Kinds()
	if o.Type != "" {
		k, ok := manifest.KindNamed(o.Type)
		if !ok {
			return &fault.Error{
				Code: fault.Usage, What: fmt.Sprintf("there is no type of manifest %q", o.Type),
				Hint: "there are " + listed(manifest.TypeNames()),
			}
		}
		kinds = []manifest.Kind{k}
	}
	if o.Field == "" {
		result := topLevel(kinds)
		return app.result(result, func(w io.Writer) error { return writeFieldsOfTypes(w, app.outPaint(), result) })
	}
	fields, err := manifest.Explain(o.Field, kinds)
	if err != nil {
		return unknownField(err, o)
	}
	return app.result(Explained{fields}, func(w io.Writer) error { return writeExplained(w, app.outPaint(), fields) })
}

func topLevel(kinds []manifest.Kind) FieldsOfTypes {
	var result FieldsOfTypes
	for _, k := range kinds {
		result.Types = append(result.Types, FieldsOfType{Type: k.Name(), Supported: k.Supported, Fields: manifest.TopLevel(k)})
	}
	return result
}

// unknownField says what was probably meant.
func unknownField(err error, o explainOptions) error {
	var unknown *manifest.UnknownFieldError
	if !errors.As(err, &unknown) {
		return err
	}
	e := &fault.Error{Code: fault.Usage, What: fmt.Sprintf("there is no field %q", o.Field), Hint: "all fields: ferry explain"}
	if o.Type != "" {
		e.What = fmt.Sprintf("a manifest of type %s has no field %q", o.Type, o.Field)
	}
	switch {
	case len(unknown.Types) > 0:
		e.Hint = "these have it: " + listed(unknown.Types)
	case len(unknown.Near) > 0:
		e.Hint = "did you mean " + strings.Join(unknown.Near, " or ") + "?"
	}
	return e
}

// completeFields offers field paths, one level at a time, in a form that needs no quotes in a shell.
func completeFields(_ *cobra.Command, given []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return fieldsBelow(typed), cobra.ShellCompDirectiveNoFileComp
}

// fieldsBelow lists the paths that begin as what was typed and go one level deeper at most.
func fieldsBelow(typed string) []string {
	depth := strings.Count(typed, ".")
	var same, deeper []string
	seen := map[string]bool{}
	for _, f := range manifest.Fields() {
		path := strings.NewReplacer("[]", "", "<", "", ">", "").Replace(f.Path)
		if !f.Carried() || seen[path] || !strings.HasPrefix(path, typed) {
			continue
		}
		seen[path] = true
		switch strings.Count(path, ".") {
		case depth:
			same = append(same, path+"\t"+f.Doc)
		case depth + 1:
			deeper = append(deeper, path+"\t"+f.Doc)
		}
	}
	if len(same) == 1 {
		return append(same, deeper...)
	}
	return same
}
