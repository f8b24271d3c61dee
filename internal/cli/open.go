package cli

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
)

type openOptions struct {
	target
	Service string
	Print   bool
}

func newOpenCmd(app *App, run func(context.Context, *App, openOptions) error) *cobra.Command {
	var o openOptions
	cmd := &cobra.Command{
		Use:   "open [SERVICE]",
		Short: "Open a service's address in the browser, and print it",
		Long: `Open a service's address in the browser, and print it. Where stdout is no terminal, or the machine has no display, it is
only printed.`,
		Example: `  $ ferry open web --env local
  $ curl "$(ferry open web --env test)"`,
		Args:              atMostOne,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Service = first(args)
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	cmd.Flags().BoolVar(&o.Print, "print", false, "Only print the address.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

// Address is the final object of `open --output json`.
type Address struct {
	Service string `json:"service"`
	URL     string `json:"url"`
}

func runOpen(ctx context.Context, app *App, o openOptions) error {
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	name, err := app.oneService(ctx, s.ws, o.Service)
	if err != nil {
		return err
	}
	t, err := app.connect(ctx, s)
	if err != nil {
		return err
	}
	result, err := deploy.Status(ctx, t, []string{name})
	if err != nil {
		return awsconf.Unread(err)
	}
	url := ""
	for _, r := range result.Services {
		if r.Service == name {
			url = r.URL
		}
	}
	if url == "" {
		return &fault.Error{
			What: fmt.Sprintf("%s has no address in %s", name, s.env.Name),
			Hint: "it is not deployed, or not behind a load balancer; see " + command("status", name, "--env", s.env.Name),
		}
	}
	if !o.Print && app.Streams.OutTTY && app.hasDisplay() {
		if err := app.browse(ctx, url); err != nil {
			app.say("The browser did not start: " + err.Error())
		}
	}
	return app.result(Address{name, url}, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, url)
		return err
	})
}

// hasDisplay tells whether a browser could appear. Only Linux and the like have machines without.
func (a *App) hasDisplay() bool {
	return runtime.GOOS == "darwin" || runtime.GOOS == "windows" || a.Getenv("DISPLAY") != "" || a.Getenv("WAYLAND_DISPLAY") != ""
}

// browse opens an address in the user's browser. The address comes from AWS: it is an argument, never part of a shell's line.
func (a *App) browse(ctx context.Context, url string) error {
	if a.Open != nil {
		return a.Open(ctx, url)
	}
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	return exec.CommandContext(ctx, opener[0], append(opener[1:], url)...).Run()
}
