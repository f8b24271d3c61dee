package ui

import (
	"os"
	"time"
)

// answersCursorQuery has nothing to ask: survey reads a Windows console's cursor through its API, which always answers.
func answersCursorQuery(_, _ *os.File, _ time.Duration) (bool, []byte) { return true, nil }
