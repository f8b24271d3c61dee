package poll_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

func fast() poll.Pace {
	return poll.Pace{First: time.Millisecond, Most: 2 * time.Millisecond, Heartbeat: 5 * time.Millisecond, Patience: 30 * time.Millisecond}
}

func throttled() error {
	return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow down"}
}

func TestAWaitEndsWhenTheLookSaysSo(t *testing.T) {
	t.Parallel()
	looks := 0
	err := fast().Until(t.Context(), poll.Wait{}, event.Discard, func(context.Context) (bool, error) {
		looks++
		return looks == 3, nil
	})
	if err != nil || looks != 3 {
		t.Errorf("got %d looks and error %v, want 3 and none", looks, err)
	}
}

func TestAWaitSaysWhatItWaitsForAtOnceAndAgain(t *testing.T) {
	t.Parallel()
	var beats []event.Waiting
	end := time.Now().Add(50 * time.Millisecond)
	limit := time.Now().Add(time.Minute)
	err := fast().Until(t.Context(), poll.Wait{Subject: "web", Limit: limit, For: func() string { return "rain" }},
		func(e event.Event) { beats = append(beats, e.(event.Waiting)) },
		func(context.Context) (bool, error) { return time.Now().After(end), nil })
	if err != nil || len(beats) < 2 {
		t.Fatalf("got %d heartbeats and error %v, want some and none", len(beats), err)
	}
	b := beats[1]
	if b.Subject != "web" || b.For != "rain" || b.Since.IsZero() || !b.Limit.Equal(limit) {
		t.Errorf("got %+v", b)
	}
}

func TestAWaitEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	err := fast().Until(t.Context(), poll.Wait{Limit: time.Now().Add(10 * time.Millisecond)}, event.Discard,
		func(context.Context) (bool, error) { return false, nil })
	if !errors.Is(err, poll.ErrLimit) {
		t.Errorf("got %v, want ErrLimit", err)
	}
}

func TestAWaitOutlivesPassingErrorsForAWhileOnly(t *testing.T) {
	t.Parallel()
	looks := 0
	err := fast().Until(t.Context(), poll.Wait{}, event.Discard, func(context.Context) (bool, error) {
		looks++
		if looks < 4 {
			return false, throttled()
		}
		return true, nil
	})
	if err != nil {
		t.Errorf("got %v after the throttling had passed", err)
	}
	err = fast().Until(t.Context(), poll.Wait{}, event.Discard, func(context.Context) (bool, error) { return false, throttled() })
	if err == nil {
		t.Error("got no error though the throttling never ended")
	}
}

func TestAWaitThatAWSDoesNotAnswerSaysSoUntilItDoes(t *testing.T) {
	t.Parallel()
	refused := &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	for text, failure := range map[string]error{
		"rain; no answer from AWS for 1s: connection refused":                refused,
		"rain; only errors from AWS for 1s: slow down (ThrottlingException)": throttled(),
	} {
		var told []string
		pace := fast()
		pace.Patience = time.Minute
		err := pace.Until(t.Context(), poll.Wait{For: func() string { return "rain" }}, func(e event.Event) { told = append(told, e.(event.Waiting).For) },
			func(context.Context) (bool, error) {
				last := told[len(told)-1]
				if last == text {
					return false, nil
				}
				if slices.Contains(told, text) {
					return true, nil // told, and told to be over
				}
				return false, failure
			})
		if err != nil || told[0] != "rain" || told[len(told)-1] != "rain" {
			t.Errorf("got %v and %v", told, err)
		}
	}
}

func TestAWaitWhoseLookGetsNoAnswerSaysSoMeanwhile(t *testing.T) {
	t.Parallel()
	said := make(chan struct{})
	var once sync.Once
	err := fast().Until(t.Context(), poll.Wait{For: func() string { return "rain" }},
		func(e event.Event) {
			if e.(event.Waiting).For == "rain; no answer from AWS for 1s" {
				once.Do(func() { close(said) })
			}
		},
		func(context.Context) (bool, error) { <-said; return true, nil })
	if err != nil {
		t.Error(err)
	}
}

func TestAWaitThatLosesItsPatienceSaysForHowLongAWSWasSilent(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	cfg, err := awsconf.Load(t.Context(), awsconf.Options{Endpoint: "http://" + gone})
	if err != nil {
		t.Fatal(err)
	}
	cfg.RetryMaxAttempts = 1
	err = fast().Until(t.Context(), poll.Wait{}, event.Discard, func(ctx context.Context) (bool, error) {
		_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		return err == nil, err
	})
	want := "no answer from AWS for 1s: " + gone + " cannot be reached: connection refused"
	if err == nil || err.Error() != want || fault.Hint(err) == "" || !poll.Passing(err) {
		t.Errorf("got %v with hint %q, want %s", err, fault.Hint(err), want)
	}
}

func TestAWaitEndsAtOnceWithAnErrorThatStays(t *testing.T) {
	t.Parallel()
	looks := 0
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException"}
	err := fast().Until(t.Context(), poll.Wait{}, event.Discard, func(context.Context) (bool, error) {
		looks++
		return false, denied
	})
	if !errors.Is(err, denied) || looks != 1 {
		t.Errorf("got %v after %d looks", err, looks)
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	err := fast().Until(ctx, poll.Wait{}, event.Discard, func(context.Context) (bool, error) {
		cancel()
		return false, throttled()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyWhatPassesByItselfIsPassing(t *testing.T) {
	t.Parallel()
	status := func(code int) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: errors.New("answer")}
	}
	cases := map[string]struct {
		err  error
		want bool
	}{
		"nothing":     {nil, false},
		"throttling":  {throttled(), true},
		"server":      {status(503), true},
		"denied":      {status(403), false},
		"network":     {&smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, true},
		"cancelled":   {context.Canceled, false},
		"other error": {errors.New("no such thing"), false},
	}
	for name, c := range cases {
		if got := poll.Passing(c.err); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
