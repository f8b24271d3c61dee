package ui

import (
	"regexp"
	"time"
)

// cursorQueryPatience is how long a terminal has to say where its cursor is. Over a slow connection the answer takes a
// round trip; without an answer the questions are asked plainly, which works too.
const cursorQueryPatience = time.Second

// splitCursorReport takes the cursor report (ECMA-48 CPR: ESC [ row ; column R) out of what a terminal sent and returns the
// rest: what the user typed meanwhile.
func splitCursorReport(sent []byte) (answered bool, rest []byte) {
	at := regexp.MustCompile(`\x1b\[\d+;\d+R`).FindIndex(sent)
	if at == nil {
		return false, sent
	}
	return true, append(append([]byte(nil), sent[:at[0]]...), sent[at[1]:]...)
}
