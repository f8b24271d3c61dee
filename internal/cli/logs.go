package cli

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/logs"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/ui"
)

type logsOptions struct {
	target
	Service   string
	Follow    bool
	Since     string
	Until     string
	Filter    string
	Tasks     []string
	Container string
	Limit     int
}

func newLogsCmd(app *App, run func(context.Context, *App, logsOptions) error) *cobra.Command {
	o := logsOptions{Limit: -1}
	cmd := &cobra.Command{
		Use:   "logs [SERVICE]",
		Short: "Show or follow the logs of a service's containers",
		Long: `Show or follow the logs of a service's containers, read from CloudWatch Logs. Without --since, --until or -n it is the
last 100 lines; with -f alone, the last 10 and then what comes in, until Ctrl-C or until the tasks that --task names are gone.
Times are a duration back from now (90s, 10m, 2h) or RFC 3339 (2026-11-22T18:00:00Z).`,
		Example: `  $ ferry logs web --env test -f
  $ ferry logs web --env test --since 1h --filter '?ERROR ?WARN'
  $ ferry logs web --env test --task 1a2b3c4d -n 50 --output json`,
		Args:              atMostOne,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Service = first(args)
			if c.Flags().Changed("task") && len(o.Tasks) == 0 {
				o.Tasks = []string{""} // an empty variable of a script is not every task
			}
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	f := cmd.Flags()
	f.BoolVarP(&o.Follow, "follow", "f", false, "Go on with the lines that come in.")
	f.StringVar(&o.Since, "since", "", "Begin of the time range: a duration back from now, or RFC 3339.")
	f.StringVar(&o.Until, "until", "", "End of the time range: a duration back from now, or RFC 3339.")
	f.StringVar(&o.Filter, "filter", "", "Only lines that match a CloudWatch Logs filter pattern.")
	f.StringSliceVar(&o.Tasks, "task", nil, "Only these tasks, by ID; several are separated by commas.")
	f.StringVar(&o.Container, "container", "", "Only this container.")
	f.IntVarP(&o.Limit, "lines", "n", -1, "Only the last so many lines; 0 is all of the time range.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused, fault.Interrupted)
}

// What logs shows when no range is given.
const (
	defaultLines       = 100
	defaultFollowLines = 10
)

func runLogs(ctx context.Context, app *App, o logsOptions) error {
	since, err := app.moment("--since", o.Since)
	if err != nil {
		return err
	}
	until, err := app.moment("--until", o.Until)
	if err != nil {
		return err
	}
	if err := o.check(app.Now(), since, until); err != nil {
		return err
	}
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	name, err := app.oneService(ctx, s.ws, o.Service)
	if err != nil {
		return err
	}
	if err := writesLogs(s, name); err != nil {
		return err
	}
	t, err := app.connectToRead(ctx, s)
	if err != nil {
		return err
	}
	r := logs.Request{
		Service: name, LogGroup: plan.LogGroup(s.app.Name, s.env.Name, name), Prefix: plan.LogStreamPrefix, Container: o.Container,
		TaskIDs: taskIDs(o.Tasks), Since: since, Until: until, Filter: o.Filter, Limit: o.lines(),
	}
	out := &logWriter{app: app}
	if o.Follow {
		err = app.follow(ctx, t, r, out)
	} else {
		err = logs.Query(ctx, logs.NewClient(t.AWS), r, out.event)
	}
	if err != nil {
		return awsconf.Unread(err)
	}
	if out.lines == 0 && !o.Follow {
		app.say(fmt.Sprintf("No log lines of %s in %s in that range.", name, s.env.Name))
	}
	return app.result(LogSummary{Service: name, Environment: s.env.Name, Lines: out.lines}, func(io.Writer) error { return nil })
}

// check refuses a range in which no line can be.
func (o logsOptions) check(now, since, until time.Time) error {
	switch {
	case slices.Contains(o.Tasks, ""):
		return &fault.Error{Code: fault.Usage, What: "--task takes the ID of a task, not nothing"}
	case o.Follow && !until.IsZero() && !until.After(now):
		return &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("--follow goes on with what comes, but --until %s has passed", o.Until),
			Hint: "leave one of the two out, or name a time to come: --until " + now.Add(time.Hour).UTC().Format(time.RFC3339),
		}
	case o.Limit < -1:
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--lines cannot be %d", o.Limit), Hint: "write a number of lines, or 0 for all of the time range"}
	case !since.IsZero() && !until.IsZero() && !since.Before(until):
		return &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("the range from --since %s to --until %s ends before it begins", o.Since, o.Until),
			Hint: "--since is the earlier one: --since 10m --until 1m",
		}
	}
	return nil
}

// LogSummary is the final object of `logs --output json`; the lines came before it, one event each.
type LogSummary struct {
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Lines       int    `json:"lines"`
}

// lines is the limit: what -n says, else enough to begin with, else all of a range that was given.
func (o logsOptions) lines() int {
	switch {
	case o.Limit >= 0:
		return o.Limit
	case o.Since != "" || o.Until != "":
		return 0
	case o.Follow:
		return defaultFollowLines
	default:
		return defaultLines
	}
}

// follow begins at the last lines before now, so that nothing between the two readings is lost, and goes on.
// It says why it ends: only a time or the end of tasks that were named can end it.
func (a *App) follow(ctx context.Context, t deploy.Target, r logs.Request, out *logWriter) error {
	client := logs.NewClient(t.AWS)
	if err := a.findTasks(ctx, t, r); err != nil {
		return err
	}
	if r.Since.IsZero() && r.Limit > 0 {
		before := r
		before.Until = time.Time{}
		last, err := logs.Last(ctx, client, before)
		if err != nil {
			return err
		}
		r.Since = a.Now()
		if len(last) > 0 {
			r.Since = last[0].Time
		}
	}
	var how logs.FollowOptions
	if len(r.TaskIDs) > 0 {
		how.Alive = func(ctx context.Context) (bool, error) {
			tasks, err := deploy.Tasks(ctx, t, r.Service, r.TaskIDs)
			return tasks.Alive, err
		}
	}
	if err := logs.Follow(ctx, client, r, how, out.event); err != nil {
		return err
	}
	why := "No task " + listedOr(r.TaskIDs) + " runs any more: no more lines will come."
	if !r.Until.IsZero() && !a.Now().Before(r.Until) {
		why = "It is past " + r.Until.UTC().Format(time.RFC3339) + ": that was all."
	}
	a.say(why)
	return nil
}

// findTasks refuses to follow tasks that ECS does not know and that left no line, of which nothing can come.
func (a *App) findTasks(ctx context.Context, t deploy.Target, r logs.Request) error {
	if len(r.TaskIDs) == 0 {
		return nil
	}
	tasks, err := deploy.Tasks(ctx, t, r.Service, r.TaskIDs)
	if err != nil || tasks.Known {
		return nil //nolint:nilerr // who may not look at tasks may still read logs
	}
	r.Since, r.Until, r.Filter, r.Limit = time.Time{}, time.Time{}, "", 1
	last, err := logs.Last(ctx, logs.NewClient(t.AWS), r)
	if err != nil || len(last) > 0 {
		return err
	}
	return &fault.Error{
		What: fmt.Sprintf("%s in %s has no task %s, and the logs have no line of one", r.Service, t.Env.Name, listedOr(r.TaskIDs)),
		Hint: "each log line begins with the ID of its task: " + command("logs", r.Service, "--env", t.Env.Name),
	}
}

// taskIDs takes the IDs out of ARNs.
func taskIDs(names []string) []string {
	ids := make([]string, len(names))
	for i, n := range names {
		ids[i] = path.Base(n)
	}
	return ids
}

// listedOr joins words with commas, and the last with "or".
func listedOr(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// moment reads a point in time as --since and --until take it; "" is the zero time.
func (a *App) moment(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if back, err := time.ParseDuration(s); err == nil && back >= 0 {
		return a.Now().Add(-back), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("%s takes a duration or a time, not %q", flag, s),
			Hint: "write for example " + flag + " 10m, or " + flag + " " + a.Now().UTC().Format(time.RFC3339),
		}
	}
	return at, nil
}

// logWriter writes log lines to stdout: they are the result of this command. Other events go to stderr.
type logWriter struct {
	app   *App
	mu    sync.Mutex
	lines int
}

func (l *logWriter) event(e event.Event) {
	line, ok := e.(event.LogLine)
	l.mu.Lock()
	defer l.mu.Unlock()
	if ok {
		l.lines++
	}
	switch {
	case l.app.global.output == outputJSON:
		ui.NewRenderer(l.app.Streams, ui.Options{Mode: ui.JSON, Now: l.app.Now}).Event(e)
	case ok:
		io.WriteString(l.app.Streams.Out, l.text(line))
	default:
		r := ui.NewRenderer(l.app.Streams, ui.Options{Mode: ui.Plain, Now: l.app.Now})
		r.Event(e)
		r.Close()
	}
}

// text is one line: when, which task, what. On a terminal the message is made harmless; into a file or a pipe it goes as it is.
func (l *logWriter) text(e event.LogLine) string {
	paint := l.app.outPaint()
	message := strings.TrimRight(e.Message, "\r\n")
	at := e.Time.UTC().Format("2006-01-02T15:04:05.000Z")
	if l.app.Streams.OutTTY {
		message, at = ui.Sanitize(message), e.Time.Local().Format("15:04:05.000")
	}
	task := e.TaskID
	if len(task) > 8 {
		task = task[:8]
	}
	return paint.Faint(at) + " " + paint.Link(e.Service+"/"+task) + " " + message + "\n"
}
