package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/fault"
)

// What --output takes.
const (
	outputText = "text"
	outputJSON = "json"
)

// The groups under which help lists the commands.
const (
	groupStart = "start"
	groupDaily = "daily"
	groupOther = "other"
)

// newRootCmd makes the tree of commands. It constructs nothing else: `ferry --version` pays for nothing it does not need.
func newRootCmd(app *App) *cobra.Command {
	root := &cobra.Command{
		Use:   "ferry",
		Short: "Take a container from a Dockerfile to a load-balanced service on Amazon ECS",
		Long: `ferry builds your container, makes the infrastructure it needs in your own AWS account with CloudFormation,
brings it live on Amazon ECS and stays useful every day after.

No AWS account yet? The environment "local" is built in: ferry deploy --env local.`,
		Example: `  $ ferry init                  # asks, writes ferry/, offers to deploy
  $ ferry deploy web --env test
  $ ferry logs web --env test -f`,
		Version:       app.Version.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(app.Streams.Out)
	root.SetErr(app.Streams.Err)
	root.SetIn(app.Streams.In)
	root.SetVersionTemplate("ferry {{.Version}}\n")
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(
		&cobra.Group{ID: groupStart, Title: "Start:"},
		&cobra.Group{ID: groupDaily, Title: "Every day:"},
		&cobra.Group{ID: groupOther, Title: "More:"},
	)
	g := root.PersistentFlags()
	g.StringVar(&app.global.output, "output", outputText, "Form of the output: text or json (one event per line, then one final object).")
	g.BoolVarP(&app.global.verbose, "verbose", "v", false, "Show every event: build output, stack events, readings.")
	g.BoolVar(&app.global.noColour, "no-color", false, "Never colour the output; NO_COLOR does the same.")
	complete(root, "output", outputText, outputJSON)
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return app.checkGlobal() }

	add(root, groupStart, newInitCmd(app, runInit), newValidateCmd(app, runValidate), newExplainCmd(app, runExplain), newPackageCmd(app, runPackage), newImportCmd(app), newLocalCmd(app))
	add(root, groupDaily, newDeployCmd(app, runDeploy), newWaitCmd(app, runWait), newStatusCmd(app, runStatus), newLogsCmd(app, runLogs), newRunCmd(app, runRun),
		newOpenCmd(app, runOpen), newLsCmd(app, runLs), newShowCmd(app, runShow), newDeleteCmd(app))
	add(root, groupOther, newVersionCmd(app, runVersion), newCompletionCmd(app, runCompletion))

	asGroup(root)
	exits(root, fault.OK, fault.Usage)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { writeHelp(app.Streams.Out, app.outPaint(), c) })
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(c, err) })
	walk(root, typedArgs)
	return root
}

func add(parent *cobra.Command, group string, cmds ...*cobra.Command) {
	for _, c := range cmds {
		c.GroupID = group
		parent.AddCommand(c)
	}
}

// checkGlobal checks what the flags of every command may say.
func (a *App) checkGlobal() error {
	if o := a.global.output; o != outputText && o != outputJSON {
		a.global.output = outputText // else the error itself would have no form
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--output takes text or json, not %q", o)}
	}
	return nil
}

// walk calls f for a command and all below it.
func walk(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		walk(sub, f)
	}
}

// asGroup makes a command that only holds others: alone it shows its help, and a wrong name is a usage error.
func asGroup(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		hint := "see " + c.CommandPath() + " --help"
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean " + c.CommandPath() + " " + strings.Join(near, " or ") + "?"
		}
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("%s has no command %q", c.CommandPath(), args[0]), Hint: hint}
	}
	c.SuggestionsMinimumDistance = 2
	return c
}

// atMostOne is the argument check of commands that work on one thing.
func atMostOne(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%s takes one argument, not %d", c.CommandPath(), len(args))
	}
	return nil
}

// exactlyOne is the argument check of commands that need to be told what they work on.
func exactlyOne(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s takes one argument, not %d", c.CommandPath(), len(args))
	}
	return nil
}

// none is the argument check of commands that take no arguments.
func none(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument, not %q", c.CommandPath(), args[0])
	}
	return nil
}

// typedArgs makes the errors of a command's argument check usage errors.
func typedArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = none
	}
	c.Args = func(c *cobra.Command, args []string) error { return usage(c, check(c, args)) }
}

// usage makes an error of cobra's a usage error.
func usage(c *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	what, _, _ := strings.Cut(err.Error(), ": strconv.") // Go's own words help nobody
	return &fault.Error{Code: fault.Usage, What: what, Hint: "see " + c.CommandPath() + " --help"}
}

// exitsKey is the annotation that holds a command's exit codes.
const exitsKey = "exits"

// exits declares in which exit codes a command can end. Interrupted and the codes of wrong usage belong to every command.
func exits(c *cobra.Command, codes ...fault.Code) *cobra.Command {
	var s []string
	for _, m := range fault.Meanings() {
		if slices.Contains(codes, m.Code) {
			s = append(s, fmt.Sprint(int(m.Code)))
		}
	}
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[exitsKey] = strings.Join(s, ",")
	return c
}
