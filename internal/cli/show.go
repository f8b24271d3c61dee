package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

type showOptions struct {
	target
	Service  string
	Manifest bool
}

func newShowCmd(app *App, run func(context.Context, *App, showOptions) error) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show [SERVICE]",
		Short: "Show one service as its manifest says, and as it stands",
		Long: `Show one service as its manifest says, and as it stands.
With --manifest nothing is asked of AWS: the manifest is shown as the environment has it, with its overrides laid over it
and every default written out, and behind each value where it came from. Without SERVICE that is the environment's own
manifest and each service's.`,
		Example: `  $ ferry show web --env test
  $ ferry show web --env test --output json
  $ ferry show web --env prod --manifest    # what prod has, and which file and line says so`,
		Args:              atMostOne,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Service = first(args)
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	cmd.Flags().BoolVar(&o.Manifest, "manifest", false, "Show the manifest as the environment has it, with where each value came from.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

// first returns the first word, or "".
func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

func runShow(ctx context.Context, app *App, o showOptions) error {
	if o.Manifest {
		return runShowManifest(ctx, app, o)
	}
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
	result, list, err := deploy.Show(ctx, t, name)
	if cerr := app.check(list, s.ws.Source); cerr != nil {
		return cerr
	}
	if err != nil {
		return awsconf.Unread(err)
	}
	return app.result(result, func(w io.Writer) error { return writeShow(w, app.outPaint(), result) })
}

func writeShow(w io.Writer, paint ui.Paint, r deploy.ShowResult) error {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s %s\n", name, ui.Sanitize(value))
		}
	}
	b.WriteString(paint.Strong(r.Service) + " (" + r.Type + ") in " + r.Environment + "\n\n")
	if r.Files != nil {
		showSite(row, r)
		_, err := io.WriteString(w, b.String())
		return err
	}
	row("Image", r.Image)
	if r.Port > 0 {
		row("Port", fmt.Sprint(r.Port))
	}
	row("Size", fmt.Sprintf("%s, %s", taskSize(r), r.Platform)+taskCount(r))
	row("Runs on", r.RunsOn)
	scalingRows(row, r.Scaling)
	for _, c := range r.Containers {
		row("  "+c.Container, share(c))
	}
	if r.Ephemeral > 0 {
		row("Disk", fmt.Sprintf("%d GiB", r.Ephemeral))
	}
	volumeRows(row, r.Volumes)
	pairs(&b, "Variables", r.Variables)
	pairs(&b, "Secrets", r.Secrets)
	if r.Job != nil {
		row("Schedule", settings(*r.Job))
	}
	for _, t := range r.Topics {
		row("Topic", t)
	}
	for _, q := range r.Queues {
		row("Queue", q.String())
	}
	row("Cluster", r.Cluster)
	row("Stack", r.Stack)
	row("Log group", r.LogGroup)
	if r.Live == nil {
		row("Live", "no")
	} else {
		row("Live", strings.TrimSpace(r.Live.Release+" "+r.Live.Image))
		row("Commit", r.Live.Commit)
		row("Tasks", tasks(*r.Live))
		scalingRows(row, r.Live.Scaling)
		row("Targets", targets(*r.Live))
		row("URL", r.Live.URL)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// scalingRows say what auto scaling does, or is to do.
func scalingRows(row func(name, value string), s *deploy.ScalingStatus) {
	if s == nil {
		return
	}
	row("Scaling", scaling(s))
	for _, at := range s.Schedule {
		row("", at)
	}
}

// share says what a container gets of the task: reserved … limit.
func share(c deploy.MemoryRange) string {
	limit := "the instance's"
	if c.Limit > 0 {
		limit = fmt.Sprintf("%d MiB", c.Limit)
	}
	text := fmt.Sprintf("memory %d MiB reserved … %s at most", c.Reserved, limit)
	if c.CPU > 0 {
		text += fmt.Sprintf(", %d CPU units", c.CPU)
	}
	return text
}

// pairs lists a map in the order of its names.
func pairs(b *strings.Builder, title string, m map[string]string) {
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			title = ""
		}
		fmt.Fprintf(b, "%-12s %s = %s\n", title, ui.Sanitize(k), ui.Sanitize(m[k]))
	}
}

// taskSize says what a task takes; on instances it may leave that to its containers.
func taskSize(r deploy.ShowResult) string {
	var parts []string
	if r.CPU > 0 {
		parts = append(parts, fmt.Sprintf("%d CPU units", r.CPU))
	}
	if r.Memory > 0 {
		parts = append(parts, fmt.Sprintf("%d MiB", r.Memory))
	}
	if len(parts) == 0 {
		return "as its containers say"
	}
	return strings.Join(parts, ", ")
}

// taskCount says how many tasks run; a daemon's are as many as there are instances.
func taskCount(r deploy.ShowResult) string {
	if r.Count == 0 {
		return ""
	}
	return ", " + ui.Plural(r.Count, "task")
}
