package cli

import (
	"context"
	"fmt"
	"slices"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

// oneService: the argument; else the workspace's only service; else the user chooses.
func (a *App) oneService(ctx context.Context, ws *workspace.Workspace, given string) (string, error) {
	names, err := known(ws, nonEmpty(given))
	if err != nil {
		return "", err
	}
	if given != "" {
		return given, nil
	}
	if len(names) == 1 {
		return names[0], nil
	}
	choices := make([]ui.Choice, len(names))
	for i, n := range names {
		choices[i] = ui.Choice{Label: n}
	}
	i, err := a.prompter().Select(ctx, ui.Question{Text: "Which service?", Flag: fmt.Sprintf("the argument SERVICE (%s)", listed(names))}, choices)
	if err != nil {
		return "", err
	}
	return names[i], nil
}

// severalServices: the arguments; else the only one; else all, if that is said or confirmed; else the user chooses.
func (a *App) severalServices(ctx context.Context, ws *workspace.Workspace, given []string, all bool) ([]string, error) {
	names, err := known(ws, given)
	if err != nil {
		return nil, err
	}
	switch {
	case len(given) > 0:
		return slices.Compact(slices.Sorted(slices.Values(given))), nil
	case all, len(names) == 1:
		return names, nil
	}
	choices := []ui.Choice{{Label: "all", Detail: listed(names)}}
	for _, n := range names {
		choices = append(choices, ui.Choice{Label: n})
	}
	q := ui.Question{Text: "Which services?", Flag: "--all, or the names as arguments (" + listed(names) + ")"}
	i, err := a.prompter().Select(ctx, q, choices)
	if err != nil {
		return nil, err
	}
	if i == 0 {
		return names, nil
	}
	return names[i-1 : i], nil
}

// known returns the workspace's services and refuses names that are not among them.
func known(ws *workspace.Workspace, given []string) ([]string, error) {
	names, err := ws.Services()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, &fault.Error{Code: fault.Usage, What: "the workspace has no service", Hint: "add one with: ferry init"}
	}
	if unknown := without(given, names); len(unknown) > 0 {
		return nil, &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("no service %q in the workspace", unknown[0]),
			Hint: "there are " + listed(names),
		}
	}
	return names, nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
