package poll

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/fault"
)

// trouble says what keeps AWS from being asked, or "". A look that has only begun is none yet.
func (l *loop) trouble(now time.Time) string {
	switch {
	case !l.failing.IsZero():
		return silence(l.cause, now.Sub(l.failing)) + ": " + awsconf.Cause(l.cause)
	case l.looking && now.Sub(l.began) >= l.pace.Heartbeat:
		return silence(nil, now.Sub(l.began))
	}
	return ""
}

// relieve forgets the looks that failed. Where a heartbeat told of them, the next one is due at once.
func (l *loop) relieve() {
	l.failing, l.cause = time.Time{}, nil
	if l.fretted {
		l.beaten = time.Time{}
		l.beat(time.Now(), l.wait.For)
	}
}

// exhausted is the end of a wait whose looks have failed for longer than its patience.
func exhausted(err error, d time.Duration) error {
	explained := awsconf.Explain(err)
	return &fault.Error{What: silence(err, d), Err: explained, Hint: fault.Hint(explained)}
}

// silence tells whether AWS did not answer at all or with errors alone, and for how long.
func silence(err error, d time.Duration) string {
	d = max(d.Round(time.Second), time.Second)
	if answered(err) {
		return fmt.Sprintf("only errors from AWS for %s", d)
	}
	return fmt.Sprintf("no answer from AWS for %s", d)
}

// answered tells whether an error is one that AWS itself has sent.
func answered(err error) bool {
	var res *smithyhttp.ResponseError
	if errors.As(err, &res) && res.HTTPStatusCode() != 0 {
		return !awsconf.Broken(err)
	}
	var api smithy.APIError
	return errors.As(err, &api)
}
