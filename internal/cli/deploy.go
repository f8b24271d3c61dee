package cli

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

type deployOptions struct {
	target
	Services   []string
	All        bool
	Tag        string
	Yes        bool
	Detach     bool
	Timeout    time.Duration
	OnConflict string
}

func newDeployCmd(app *App, run func(context.Context, *App, deployOptions) error) *cobra.Command {
	var o deployOptions
	cmd := &cobra.Command{
		Use:   "deploy [SERVICE...]",
		Short: "Build services and bring them live in an environment",
		Long: `Build services and bring them live in an environment: image and infrastructure side by side, then the release, which is
followed until Amazon ECS says how it ended. What did not change is not done again. Several services are deployed side by
side. Without SERVICE it is the workspace's only one; where there are several, ferry asks, or takes --all.`,
		Example: `  $ ferry deploy --env local
  $ ferry deploy web api --env test --yes
  $ ferry deploy web --env test --yes --detach && ferry wait web --env test`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Services = args
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	f := cmd.Flags()
	f.BoolVar(&o.All, "all", false, "Deploy every service of the workspace.")
	f.StringVar(&o.Tag, "tag", "", "Tag that the image gets besides the digest of its inputs.")
	f.BoolVarP(&o.Yes, "yes", "y", false, "Skip the confirmation; without SERVICE deploy them all.")
	f.BoolVar(&o.Detach, "detach", false, "Return once the release has started; ferry wait follows it.")
	f.DurationVar(&o.Timeout, "timeout", 30*time.Minute, "How long to follow each release; it goes on in AWS.")
	f.StringVar(&o.OnConflict, "on-conflict", deploy.ConflictWait, "When another deployment is under way: wait, supersede or fail.")
	complete(cmd, "on-conflict", deploy.ConflictWait, deploy.ConflictSupersede, deploy.ConflictFail)
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.RolledBack, fault.Refused, fault.Broken, fault.TimedOut, fault.Superseded, fault.Interrupted)
}

func runDeploy(ctx context.Context, app *App, o deployOptions) error {
	if !slices.Contains([]string{deploy.ConflictWait, deploy.ConflictSupersede, deploy.ConflictFail}, o.OnConflict) {
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--on-conflict takes wait, supersede or fail, not %q", o.OnConflict)}
	}
	if err := checkTag(o.Tag); err != nil {
		return err
	}
	if err := positive("--timeout", o.Timeout); err != nil {
		return err
	}
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	names, err := app.severalServices(ctx, s.ws, o.Services, o.All || o.Yes)
	if err != nil {
		return err
	}
	if _, err := app.readServices(s, names); err != nil {
		return err
	}
	question := fmt.Sprintf("Deploy %s to %s (%s)?", listed(names), s.env.Name, s.where())
	if err := app.confirm(ctx, o.Yes || s.local(), question, "What is already there and unchanged is left alone."); err != nil {
		return err
	}
	t, err := app.connect(ctx, s)
	if err != nil {
		return err
	}
	request := deploy.Request{
		Services: names, Tag: o.Tag, Commit: commitOf(ctx, s.ws.Project), Detach: o.Detach, Timeout: o.Timeout, OnConflict: o.OnConflict,
	}
	var result deploy.Result
	going := newUnderway()
	err = app.render(func(sink event.Sink) error {
		result, err = deploy.Run(ctx, t, request, going.watch(sink))
		return err
	})
	return app.deployed(s, result, going, err)
}

// checkTag refuses what ECR takes for no tag, before anything is built.
func checkTag(tag string) error {
	if tag == "" || regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`).MatchString(tag) {
		return nil
	}
	return &fault.Error{
		Code: fault.Usage, What: fmt.Sprintf("--tag cannot be %q", tag),
		Hint: "a tag has at most 128 letters, digits, dots, hyphens and underscores, and begins with none of . and -",
	}
}

// positive refuses a time limit that has passed before anything begins.
func positive(flag string, d time.Duration) error {
	if d > 0 {
		return nil
	}
	return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("%s cannot be %s", flag, d), Hint: "write for example " + flag + " 10m"}
}

// deployed shows what a deploy, or the wait for one, came to.
func (a *App) deployed(s scene, result deploy.Result, going *underway, failure error) error {
	table := func(w io.Writer) error {
		if len(result.Services) == 0 {
			return nil // it failed before it came to a service
		}
		return deployTable(result).Write(w, a.outPaint())
	}
	if err := a.result(result, table); err != nil {
		return err
	}
	if fault.ExitCode(failure) == fault.Interrupted {
		going.tell(a, s)
		return leftError{failure}
	}
	if failure == nil {
		a.sayNext(s, result)
	}
	return failure
}

func deployTable(result deploy.Result) *ui.Table {
	t := &ui.Table{Head: []string{"SERVICE", "OUTCOME", "RELEASE", "URL"}}
	for _, s := range result.Services {
		t.Add(s.Service, s.Outcome, s.Release, s.URL)
	}
	return t
}

// sayNext names the commands to try next.
func (a *App) sayNext(s scene, result deploy.Result) {
	if len(result.Services) == 0 {
		return
	}
	first := result.Services[0]
	lines := []string{command("logs", first.Service, "--env", s.env.Name, "-f"), command("status", "--env", s.env.Name)}
	if first.Outcome == deploy.OutcomeStarted {
		lines = []string{command("wait", first.Service, "--env", s.env.Name), lines[1]}
	}
	if first.TaskDefinition == "" && first.Outcome != deploy.OutcomeStarted { // a static site writes no log
		lines = lines[1:]
	}
	if first.URL != "" {
		lines = append(lines, command("open", first.Service, "--env", s.env.Name))
	}
	a.say("\nTry next:\n  " + strings.Join(lines, "\n  "))
}

// commitOf names the commit that the project is at; "" where there is no git, no repository or no commit.
func commitOf(ctx context.Context, dir string) string {
	cmd := exec.CommandContext(ctx, "git", "rev-parse", "--verify", "--quiet", "HEAD")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
