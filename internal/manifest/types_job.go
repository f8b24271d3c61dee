package manifest

import "time"

// Job says when a Scheduled Job runs and what becomes of a run that fails or does not end.
type Job struct {
	Schedule   string // as written; package schedule reads it
	TimeZone   string // IANA's name; default UTC
	Start, End string // RFC 3339; "" = no bound
	Window     time.Duration
	Overlap    string // "allow" (default) or "skip"
	Enabled    bool
	Timeout    time.Duration // 0 = none
	Retries    int
}
