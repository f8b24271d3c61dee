//go:build !windows

package ui

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// answersCursorQuery asks the terminal where its cursor is and tells whether an answer came in time. It also returns what
// else was read.
func answersCursorQuery(in, out *os.File, patience time.Duration) (answers bool, early []byte) {
	fd := int(in.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return false, nil
	}
	defer func() { _ = term.Restore(fd, state) }() // the next question would fail as this did
	if _, err := out.WriteString("\x1b[6n"); err != nil {
		return false, nil
	}
	var sent []byte
	buf := make([]byte, 256)
	for until := time.Now().Add(patience); ; {
		left := time.Until(until)
		if left <= 0 || !readable(fd, left) {
			return false, sent
		}
		n, err := unix.Read(fd, buf)
		if err != nil || n == 0 {
			return false, sent
		}
		sent = append(sent, buf[:n]...)
		if answered, rest := splitCursorReport(sent); answered {
			return true, rest
		}
	}
}

// readable waits until there is something to read. It selects instead of polling because macOS does not poll terminals.
func readable(fd int, wait time.Duration) bool {
	for until := time.Now().Add(wait); ; {
		var set unix.FdSet
		set.Zero()
		set.Set(fd)
		left := unix.NsecToTimeval(max(0, time.Until(until)).Nanoseconds())
		n, err := unix.Select(fd+1, &set, nil, nil, &left)
		if err == unix.EINTR {
			continue
		}
		return err == nil && n > 0
	}
}
