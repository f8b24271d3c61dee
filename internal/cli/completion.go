package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/fault"
)

func newCompletionCmd(app *App, run func(context.Context, *App, *cobra.Command, string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Write the completion script of a shell",
		Long: `Write the completion script of a shell to stdout. It completes commands, flags, and the names of the services and
environments of the workspace that you are in.`,
		Example: `  $ source <(ferry completion bash)
  $ ferry completion zsh > "${fpath[1]}/_ferry"
  $ ferry completion fish > ~/.config/fish/completions/ferry.fish
  PS> ferry completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(c *cobra.Command, args []string) error {
			return run(c.Context(), app, c.Root(), args[0])
		},
	}
	return exits(cmd, fault.OK, fault.Usage)
}

func runCompletion(_ context.Context, app *App, root *cobra.Command, shell string) error {
	generate := map[string]func(io.Writer) error{
		"bash":       func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        root.GenZshCompletion,
		"fish":       func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": root.GenPowerShellCompletionWithDesc,
	}[shell]
	if generate == nil {
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("no completion for %q", shell)}
	}
	return generate(app.Streams.Out)
}

// complete offers fixed values for a flag.
func complete(c *cobra.Command, flag string, values ...string) {
	must(c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)))
}

// must stops a build whose commands contradict themselves: a flag completed that does not exist, or twice. No input of a
// user's reaches it.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// completeServices offers the services of the workspace that are not on the line yet.
func (a *App) completeServices(_ *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	ws, err := a.workspace()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all, err := ws.Services()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return without(all, given), cobra.ShellCompDirectiveNoFileComp
}

// completeEnvironments offers the workspace's environments and local.
func (a *App) completeEnvironments(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := []string{localEnv}
	if ws, err := a.workspace(); err == nil {
		if all, err := ws.Environments(); err == nil {
			names = append(names, all...)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
