package ui

import (
	"os"
	"time"

	"github.com/briandowns/spinner"
)

// Spin shows that something takes a moment while f runs. spinner draws nothing where its writer is no terminal, so a plain
// run gets a line instead; a JSON run gets nothing.
func Spin(s Streams, mode Mode, text string, f func() error) error {
	file, ok := s.Err.(*os.File)
	switch {
	case mode == JSON:
		return f()
	case mode == TTY && ok:
		sp := spinner.New(spinner.CharSets[14], 100*time.Millisecond,
			spinner.WithWriterFile(file), spinner.WithWriter(file), spinner.WithSuffix(" "+text), spinner.WithHiddenCursor(false))
		sp.Start()
		defer sp.Stop()
		return f()
	default:
		write(s.Err, text+"\n")
		return f()
	}
}
