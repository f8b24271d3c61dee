package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/version"
)

// Version says which build this is.
type Version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from a tree with changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// readVersion takes what the linker was told, else what the go command recorded.
func readVersion() Version {
	v := Version{Version: version.Linked(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok {
		if v.Version == "" && info.Main.Version != "" && info.Main.Version != "(devel)" {
			v.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Commit = s.Value
			case "vcs.modified":
				v.Modified = s.Value == "true"
			}
		}
	}
	v.Version = cmp.Or(v.Version, "dev")
	return v
}

func newVersionCmd(app *App, run func(context.Context, *App) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Show which build this is",
		Example: "  $ ferry version\n  $ ferry version --output json",
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app) },
	}
	return exits(cmd, fault.OK, fault.Usage)
}

func runVersion(_ context.Context, app *App) error {
	return app.result(app.Version, func(w io.Writer) error {
		v := app.Version
		_, err := fmt.Fprintf(w, "ferry %s (%s, %s)\n", v.Version, v.Go, v.Platform)
		if err == nil && v.Commit != "" {
			_, err = fmt.Fprintf(w, "commit %s\n", v.Commit)
		}
		return err
	})
}
