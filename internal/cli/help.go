package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

// writeHelp writes a command's help: what it does, how it is called, its commands, flags, examples and exit codes.
func writeHelp(w io.Writer, paint ui.Paint, c *cobra.Command) {
	var b strings.Builder
	text := cmp.Or(c.Long, c.Short+".")
	b.WriteString(text + "\n")
	section := func(title, body string) {
		if body != "" {
			b.WriteString("\n" + paint.Strong(title) + "\n" + strings.TrimRight(body, "\n") + "\n")
		}
	}
	section("Usage:", usageLines(c))
	for _, g := range append(slices.Clone(c.Groups()), &cobra.Group{Title: "Commands:"}) {
		section(g.Title, commandLines(c, g.ID))
	}
	section("Flags:", c.LocalNonPersistentFlags().FlagUsagesWrapped(110))
	section("Flags of every command:", globalFlagLines(c))
	section("Examples:", c.Example)
	section("Exit codes:", exitLines(c))
	_, _ = io.WriteString(w, b.String()) // help that nobody reads any more is no failure
}

func usageLines(c *cobra.Command) string {
	if c.HasAvailableSubCommands() {
		return "  " + c.CommandPath() + " <command> [flags]"
	}
	return "  " + c.UseLine()
}

func commandLines(c *cobra.Command, group string) string {
	width := 0
	for _, sub := range c.Commands() {
		width = max(width, len(sub.Name()))
	}
	var b strings.Builder
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.GroupID == group {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, sub.Name(), sub.Short)
		}
	}
	return b.String()
}

func globalFlagLines(c *cobra.Command) string {
	if c.HasParent() {
		return c.InheritedFlags().FlagUsagesWrapped(110)
	}
	return c.PersistentFlags().FlagUsagesWrapped(110)
}

// exitLines lists the exit codes that the command declared, with the meanings of fault's one table.
func exitLines(c *cobra.Command) string {
	declared := strings.Split(c.Annotations[exitsKey], ",")
	var b strings.Builder
	for _, m := range fault.Meanings() {
		if slices.Contains(declared, strconv.Itoa(int(m.Code))) {
			fmt.Fprintf(&b, "  %3d  %s\n", m.Code, m.Text)
		}
	}
	return b.String()
}
