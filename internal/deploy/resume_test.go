package deploy_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// killer lets so many requests through and ends the run with the next one: before AWS sees it, or before its answer is
// seen, as a SIGKILL may.
type killer struct {
	next   aws.HTTPClient
	left   atomic.Int64
	answer bool
	kill   context.CancelFunc
}

func (k *killer) Do(r *http.Request) (*http.Response, error) {
	if k.left.Add(-1) >= 0 {
		return k.next.Do(r)
	}
	if k.answer {
		if res, err := k.next.Do(r.WithContext(context.WithoutCancel(r.Context()))); err == nil {
			res.Body.Close() //nolint:errcheck // the answer is lost on purpose
		}
	}
	k.kill()
	return nil, r.Context().Err()
}

// killed runs until it has sent n requests.
func killed(ctx context.Context, n int64, answer bool, cfg aws.Config, run func(context.Context, aws.Config) error) error {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	k := &killer{next: cfg.HTTPClient, answer: answer, kill: kill}
	k.left.Store(n)
	cfg = cfg.Copy()
	cfg.HTTPClient = k
	return run(ctx, cfg)
}

func TestADeployThatIsKilledAnywhereComesToTheSameEndWhenRunAgain(t *testing.T) {
	t.Parallel()
	for n := int64(1); n < 36; n += 3 {
		answer := n%2 == 0
		t.Run(fmt.Sprintf("after %d requests, answer lost %v", n, answer), func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := newRepo(t)
			err := killed(t.Context(), n, answer, w.Config, func(ctx context.Context, cfg aws.Config) error {
				_, err := deploy.Run(ctx, r.target(cfg), only("web"), event.Discard)
				return err
			})
			if err != nil && fault.ExitCode(err) != fault.Interrupted {
				t.Errorf("the killed run: %v", err)
			}
			result := mustRun(t, r.target(w.Config), only("web"))
			if s := result.Services[0]; s.Release != "v1" || (s.Outcome != deploy.OutcomeLive && s.Outcome != deploy.OutcomeUnchanged) {
				t.Errorf("got %+v", s)
			}
			compare(t, []string{"shop-test", "shop-test-web"}, w.stacks(t))
			compare(t, []string{"shop-test-web:1"}, w.revisions(t))
			compare(t, 0, w.changeSets(t))
		})
	}
}

func TestADeleteThatIsKilledAnywhereComesToTheSameEndWhenRunAgain(t *testing.T) {
	t.Parallel()
	for n := int64(0); n < 36; n += 5 {
		t.Run(fmt.Sprintf("after %d requests", n), func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := newRepo(t)
			mustRun(t, r.target(w.Config), only("web"))
			_ = killed(t.Context(), n, true, w.Config, func(ctx context.Context, cfg aws.Config) error {
				_, err := deploy.Delete(ctx, r.target(cfg), deploy.DeleteRequest{Environment: true}, event.Discard)
				return err
			})
			result, err := deploy.Delete(t.Context(), r.target(w.Config), deploy.DeleteRequest{Environment: true}, event.Discard)
			if err != nil || len(result.Left) > 0 {
				t.Fatalf("got %v, left %v", err, result.Left)
			}
			compare(t, []string(nil), w.stacks(t))
			compare(t, []string(nil), w.revisions(t))
		})
	}
}

func TestADeployAfterADeleteThatWasKilledBringsTheServiceBack(t *testing.T) {
	t.Parallel()
	for n := int64(3); n < 20; n += 4 {
		t.Run(fmt.Sprintf("after %d requests", n), func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := newRepo(t)
			mustRun(t, r.target(w.Config), only("web"))
			_ = killed(t.Context(), n, true, w.Config, func(ctx context.Context, cfg aws.Config) error {
				_, err := deploy.Delete(ctx, r.target(cfg), deploy.DeleteRequest{Services: []string{"web"}}, event.Discard)
				return err
			})
			mustRun(t, r.target(w.Config), only("web"))
			if s := w.service(t, "web"); aws.ToString(s.Status) != "ACTIVE" || s.RunningCount != 2 {
				t.Errorf("got %s with %d tasks", aws.ToString(s.Status), s.RunningCount)
			}
		})
	}
}
