package awsconf

import (
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	maxAttempts = 6               // of one call; the user's AWS_MAX_ATTEMPTS wins
	maxBackoff  = 8 * time.Second // between two attempts
	// foreignAttempts bounds the calls to something that does not speak AWS's protocol: a proxy that hiccups deserves
	// one more try, an endpoint that lacks the operation deserves no patience.
	foreignAttempts = 2
	// What has never answered is probably not there: a few attempts in half a second tell, and a person waits for them.
	// Once a host has answered, a broken network is something that passes.
	strangerAttempts = 3
	strangerDelay    = 100 * time.Millisecond
	// A host that swallows every packet has cost dialLimit each time.
	silentAttempts = 2
)

// retryer makes each client's retry policy: the SDK's standard or adaptive one as the user configured, patient with
// throttling, impatient with answers that are not AWS's and with hosts that have never answered.
func retryer(cfg aws.Config, t *transport) func() aws.Retryer {
	attempts := maxAttempts
	if cfg.RetryMaxAttempts > 0 {
		attempts = cfg.RetryMaxAttempts
	}
	standard := func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff }
	return func() aws.Retryer {
		if cfg.RetryMode == aws.RetryModeAdaptive {
			return patience{transport: t, RetryerV2: retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, standard)
			})}
		}
		return patience{transport: t, RetryerV2: retry.NewStandard(standard)}
	}
}

// patience ends the retries of foreign answers and of strangers early, and tries again where an answer broke off on its way, which the SDK
// takes for a mistake of its own.
type patience struct {
	aws.RetryerV2
	transport *transport
}

// IsErrorRetryable implements aws.Retryer.
func (p patience) IsErrorRetryable(err error) bool {
	return Broken(err) || p.RetryerV2.IsErrorRetryable(err)
}

// RetryDelay returns err itself where no further attempt is worth it; the SDK then ends the call with it.
func (p patience) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= foreignAttempts && Foreign(err) {
		return 0, err
	}
	if p.transport.stranger(err) {
		if attempt >= strangerAttempts || attempt >= silentAttempts && timedOut(err) {
			return 0, err
		}
		return strangerDelay, nil
	}
	return p.RetryerV2.RetryDelay(attempt, err)
}

// stranger tells whether err is a request that could not be sent to a host that has not answered before.
func (t *transport) stranger(err error) bool {
	var send *smithyhttp.RequestSendError
	var u *url.Error
	if !errors.As(err, &send) || !errors.As(err, &u) {
		return false
	}
	target, perr := url.Parse(u.URL)
	if perr != nil {
		return false
	}
	_, known := t.met.Load(target.Host)
	return !known
}

func timedOut(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
