package cli

import (
	"context"
	"io"
	"strings"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

// ResolvedManifests is the final object of `show --manifest --output json`.
type ResolvedManifests struct {
	Application string             `json:"application"`
	Environment string             `json:"environment"`
	Manifests   []ResolvedManifest `json:"manifests"`
}

// ResolvedManifest is one manifest as an environment has it.
type ResolvedManifest struct {
	Service string           `json:"service,omitempty"` // none: the environment's own
	File    string           `json:"file"`
	Values  []manifest.Value `json:"values"`
	yaml    string
}

// runShowManifest prints manifests as the environment has them: one service's, or the environment's own and each
// service's. It is offline.
func runShowManifest(ctx context.Context, app *App, o showOptions) error {
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	result := ResolvedManifests{Application: s.app.Name, Environment: s.env.Name}
	names := nonEmpty(o.Service)
	if o.Service == "" {
		r, _, err := s.ws.ResolvedEnvironment(s.env.Name, s.options) // its diagnostics were shown with the scene
		if err != nil {
			return err
		}
		result.Manifests = append(result.Manifests, resolvedManifest("", r))
		names, err = s.ws.Services()
		if err != nil {
			return err
		}
	} else if _, err := known(s.ws, names); err != nil {
		return err
	}
	services, list, err := resolvedServices(s.ws, names, s.env.Name, s.options)
	if err != nil {
		return err
	}
	if err := app.check(list, s.ws.Source); err != nil {
		return err
	}
	result.Manifests = append(result.Manifests, services...)
	return app.result(result, func(w io.Writer) error { return writeManifests(w, app.outPaint(), result.Manifests) })
}

func resolvedServices(ws *workspace.Workspace, names []string, env string, o manifest.Options) ([]ResolvedManifest, diag.List, error) {
	var (
		out  []ResolvedManifest
		list diag.List
	)
	for _, name := range names {
		r, more, err := ws.ResolvedService(name, env, o)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, more...)
		out = append(out, resolvedManifest(name, r))
	}
	return out, list, nil
}

func resolvedManifest(service string, r manifest.Resolved) ResolvedManifest {
	return ResolvedManifest{Service: service, File: r.File, Values: r.Values(), yaml: r.YAML(true)}
}

// writeManifests writes YAML documents, with a line between two.
func writeManifests(w io.Writer, paint ui.Paint, list []ResolvedManifest) error {
	var b strings.Builder
	for i, m := range list {
		if i > 0 {
			b.WriteString("---\n")
		}
		for line := range strings.Lines(m.yaml) {
			b.WriteString(faintRemark(paint, line))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// faintRemark makes the comment at the end of a line faint.
func faintRemark(paint ui.Paint, line string) string {
	at := strings.LastIndex(line, "  # ")
	if at < 0 {
		return line
	}
	return line[:at+2] + paint.Faint(strings.TrimSuffix(line[at+2:], "\n")) + "\n"
}
