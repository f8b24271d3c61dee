package logs

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/poll"
)

// Follow emits lines as they come in, until the context ends (its error is returned), r.Until has passed or what is
// followed is gone (nil). It listens to live tail where that works and reads with FilterLogEvents where it does not;
// either way a line is emitted once, also one that comes late. Throttling and broken connections only delay it.
//
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
func Follow(ctx context.Context, client *cloudwatchlogs.Client, r Request, o FollowOptions, sink event.Sink) error {
	o = o.withDefaults()
	if r.Since.IsZero() {
		r.Since = o.Now()
	}
	f := &follower{client: client, request: r, o: o, sink: sink, seen: newSeen(), newest: r.Since}
	group, err := f.group(ctx)
	if err != nil {
		return err
	}
	if err := f.scan(ctx, r.Since); err != nil {
		return err
	}
	if group != "" {
		if ended, err := f.live(ctx, group); ended || err != nil {
			return err
		}
	}
	return f.poll(ctx)
}

// follower is the state of one Follow. One goroutine owns it.
type follower struct {
	client  *cloudwatchlogs.Client
	request Request
	o       FollowOptions
	sink    event.Sink

	seen     *seen
	newest   time.Time // of the lines emitted so far, or where following began
	lastLine time.Time // when the last line was emitted
	covered  time.Time // when the last scan that succeeded began
	deep     time.Time // when the last deep scan was
	checked  time.Time // when Alive was asked last
	warned   bool      // that lines are delayed
	heard    bool      // whether the current live tail session said anything
}

// emit takes one line of a reading.
func (f *follower) emit(r *reading, l line) {
	if !f.request.wants(l) || l.Time.Before(f.request.Since.Truncate(time.Millisecond)) || !r.isNew(l) {
		return
	}
	if until := f.request.Until; !until.IsZero() && l.Time.After(until) {
		return
	}
	if l.Time.After(f.newest) {
		f.newest = l.Time
	}
	f.lastLine = f.o.Now()
	f.warned = false
	f.sink(l.LogLine)
}

// scan reads from a point in time to now. It goes on through throttling and broken connections until the context ends.
func (f *follower) scan(ctx context.Context, since time.Time) error {
	r := f.request
	r.Since = since
	for attempt := 1; ; attempt++ {
		reading := f.seen.reading()
		err := forward(ctx, f.client, r, func(page []line) {
			for _, l := range page {
				f.emit(reading, l)
			}
		})
		if err == nil || !poll.Passing(err) && !awsconf.Broken(err) {
			return contextOr(ctx, err)
		}
		f.warn(err)
		if err := wait(ctx, f.o.backoff(attempt)); err != nil {
			return err
		}
	}
}

// contextOr prefers the context's own error to what the SDK made of it.
func contextOr(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// warn says once, until lines come again, that they are late.
func (f *follower) warn(err error) {
	if f.warned {
		return
	}
	f.warned = true
	f.sink(event.Notice{Level: event.Warning, Subject: f.request.Service, Text: "log lines are delayed: " + err.Error()})
}

// catchUp scans what live tail or the last scan may have missed: a little every time, more from time to time.
func (f *follower) catchUp(ctx context.Context) error {
	back := f.o.Overlap
	now := f.o.Now()
	if now.Sub(f.deep) >= f.o.Deep {
		back, f.deep = f.o.Lateness, now
		f.seen.forget(f.newest.Add(-2 * f.o.Lateness))
	}
	since := latest(f.request.Since, f.newest.Add(-back), f.covered.Add(-f.o.Lateness))
	if err := f.scan(ctx, since); err != nil {
		return err
	}
	f.covered = now
	return nil
}

// latest is the last of some points in time.
func latest(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}

// poll follows with FilterLogEvents alone.
func (f *follower) poll(ctx context.Context) error {
	for {
		if err := f.catchUp(ctx); err != nil {
			return err
		}
		if f.over(ctx) {
			return f.drain(ctx)
		}
		if err := wait(ctx, f.o.Poll); err != nil {
			return err
		}
	}
}

// over tells whether nothing more will be written: the time has passed, or what is followed is gone.
func (f *follower) over(ctx context.Context) bool {
	now := f.o.Now()
	if until := f.request.Until; !until.IsZero() && now.After(until) {
		return true
	}
	if f.o.Alive == nil || now.Sub(f.checked) < f.o.Check {
		return false
	}
	f.checked = now
	alive, err := f.o.Alive(ctx)
	return err == nil && !alive
}

// drain waits for the last lines: they reach CloudWatch Logs seconds after the task has ended.
func (f *follower) drain(ctx context.Context) error {
	f.lastLine = f.o.Now()
	for {
		f.deep = time.Time{}
		if err := f.catchUp(ctx); err != nil {
			return err
		}
		if f.o.Now().Sub(f.lastLine) >= f.o.Drain {
			return nil
		}
		if err := wait(ctx, min(f.o.Poll, f.o.Drain)); err != nil {
			return err
		}
	}
}
