package emulator

import (
	"log/slog"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime"
)

// Options configures a Server. Addr and Runtime are required.
type Options struct {
	Addr    string          // host:port at which the caller serves it; it goes into registry names and task environments
	Runtime runtime.Runtime // where tasks run; the server closes it
	Scope   ids.Scope       // zero: ids.Default
	Clock   *clock.Clock    // nil: the wall's clock
	Dir     string          // state directory; "": everything stays in memory
	Token   string          // what mutating control requests must carry; "": they are refused
	Version string          // of the program, for the health answer
	Log     *slog.Logger    // unknown operations and failures to save; nil: nowhere
	Stop    func()          // what POST /_ferry/stop calls; nil: the request is refused
}

func (o Options) withDefaults() Options {
	if o.Scope == (ids.Scope{}) {
		o.Scope = ids.Default()
	}
	if o.Clock == nil {
		o.Clock = clock.Real(1)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
