package awsconf

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	maxAttempts = 6               // of one call; the user's AWS_MAX_ATTEMPTS wins
	maxBackoff  = 8 * time.Second // between two attempts
	// foreignAttempts bounds the calls to something that does not speak AWS's protocol: a proxy that hiccups deserves
	// one more try, an endpoint that lacks the operation deserves no patience.
	foreignAttempts = 2
)

// retryer makes each client's retry policy: the SDK's standard or adaptive one as the user configured, patient with
// throttling, impatient with answers that are not AWS's.
func retryer(cfg aws.Config) func() aws.Retryer {
	attempts := maxAttempts
	if cfg.RetryMaxAttempts > 0 {
		attempts = cfg.RetryMaxAttempts
	}
	standard := func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, maxBackoff }
	return func() aws.Retryer {
		if cfg.RetryMode == aws.RetryModeAdaptive {
			return patience{retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, standard)
			})}
		}
		return patience{retry.NewStandard(standard)}
	}
}

// patience ends the retries of foreign answers early, and tries again where an answer broke off on its way, which the SDK
// takes for a mistake of its own.
type patience struct{ aws.RetryerV2 }

// IsErrorRetryable implements aws.Retryer.
func (p patience) IsErrorRetryable(err error) bool {
	return Broken(err) || p.RetryerV2.IsErrorRetryable(err)
}

// RetryDelay returns err itself where no further attempt is worth it; the SDK then ends the call with it.
func (p patience) RetryDelay(attempt int, err error) (time.Duration, error) {
	if attempt >= foreignAttempts && Foreign(err) {
		return 0, err
	}
	return p.RetryerV2.RetryDelay(attempt, err)
}
