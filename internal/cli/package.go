package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
)

type packageOptions struct {
	target
	Services  []string
	OutputDir string
}

func newPackageCmd(app *App, run func(context.Context, *App, packageOptions) error) *cobra.Command {
	var o packageOptions
	cmd := &cobra.Command{
		Use:   "package [SERVICE...]",
		Short: "Write what a deploy would make as plain files, offline",
		Long: `Write what a deploy would make as plain files: environment.stack.yml, and for each service <name>.stack.yml (CloudFormation),
<name>.taskdef.json (aws ecs register-task-definition --cli-input-json) and <name>.service.json (aws ecs create-service),
or in Express Mode <name>.express.json (aws ecs create-express-gateway-service).
With auto scaling there is <name>.scaling.json too, whose parts are for aws application-autoscaling register-scalable-target,
put-scaling-policy and put-scheduled-action, and, for count.step, for aws cloudwatch put-metric-alarm: an alarm's action is the
ARN that put-scaling-policy answers with.
Without SERVICE it is all of them; without --output-dir the files go to stdout. Nothing is asked of AWS.`,
		Example: `  $ ferry package web --env test --output-dir infrastructure
  $ ferry package --env test | less`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Services = args
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	cmd.Flags().StringVar(&o.OutputDir, "output-dir", "", "Directory to write the files to; it is made.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

// Packaged is the final object of `package --output json`.
type Packaged struct {
	Application string         `json:"application"`
	Environment string         `json:"environment"`
	Directory   string         `json:"directory,omitempty"` // "" = the files were not written
	Files       []PackagedFile `json:"files"`
}

// PackagedFile is one file of Packaged.
type PackagedFile struct {
	Name    string `json:"name"`
	Content string `json:"content,omitempty"` // only where the files were not written
}

func runPackage(ctx context.Context, app *App, o packageOptions) error {
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	if _, err := known(s.ws, o.Services); err != nil {
		return err
	}
	files, list, err := deploy.Package(s.target(), o.Services)
	if cerr := app.check(list, s.ws.Source); cerr != nil {
		return cerr
	}
	if err != nil {
		return err
	}
	p := Packaged{Application: s.app.Name, Environment: s.env.Name, Directory: o.OutputDir}
	if o.OutputDir == "" {
		for _, f := range files {
			p.Files = append(p.Files, PackagedFile{Name: f.Name, Content: string(f.Data)})
		}
		return app.result(p, func(w io.Writer) error { return printFiles(w, files) })
	}
	dir := app.path(o.OutputDir)
	if err := writeFiles(dir, files); err != nil {
		return err
	}
	for _, f := range files {
		p.Files = append(p.Files, PackagedFile{Name: f.Name})
	}
	return app.result(p, func(w io.Writer) error {
		for _, f := range files {
			if _, err := fmt.Fprintln(w, filepath.Join(o.OutputDir, f.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// path resolves a path that a user gave.
func (a *App) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.Dir, p)
}

func printFiles(w io.Writer, files []deploy.File) error {
	for i, f := range files {
		gap := ""
		if i > 0 {
			gap = "\n"
		}
		if _, err := fmt.Fprintf(w, "%s==> %s <==\n%s", gap, f.Name, f.Data); err != nil {
			return err
		}
	}
	return nil
}

// writeFiles writes each file whole or not at all.
func writeFiles(dir string, files []deploy.File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &fault.Error{What: "the output directory cannot be made", Err: err}
	}
	for _, f := range files {
		if err := writeFile(dir, f); err != nil {
			return &fault.Error{What: f.Name + " cannot be written", Err: err}
		}
	}
	return nil
}

func writeFile(dir string, f deploy.File) error {
	tmp, err := os.CreateTemp(dir, ".ferry-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) //nolint:errcheck // gone already when all went well
	if _, err := tmp.Write(f.Data); err != nil {
		_ = tmp.Close() // the write's error says more
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		_ = tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), filepath.Join(dir, f.Name))
}
