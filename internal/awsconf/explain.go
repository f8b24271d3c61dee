package awsconf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/fault"
)

// Explain turns an error of an SDK call into one for the user: which call, AWS's own words, what to do. The cause stays
// reachable with errors.As, but the SDK's wrapping (request IDs, attempt counts, HTTP dumps) is not shown. A nil error, a
// *fault.Error and a cancelled context come back as they are.
func Explain(err error) error {
	var f *fault.Error
	switch {
	case err == nil, errors.As(err, &f), errors.Is(err, context.Canceled):
		return err
	}
	call := callOf(err)
	switch {
	case expired(err):
		return explained(err, call+" was refused, because the credentials have expired", "log in again, for example with: aws sso login")
	case rejected(err):
		return explained(err, call+" was refused, because AWS does not accept the credentials", "check them with: aws sts get-caller-identity")
	case AccessDenied(err):
		return explained(err, call+" was refused", "this permission is missing: ask whoever keeps the account's IAM policies")
	case Throttled(err):
		return explained(err, call+" was throttled, and the retries are used up", "other tools may use the same account's limits; try again in a minute")
	case Broken(err):
		return &fault.Error{What: call + " failed", Hint: "check the network, and try again", Err: &brief{"the answer broke off: " + root(err).Error(), err}}
	case Foreign(err):
		return foreign(err, call)
	case unreachable(err) != nil:
		return unreachable(err)
	}
	return explained(err, call+" failed", "")
}

// callOf names the call as IAM does: ecs:DescribeServices.
func callOf(err error) string {
	var op *smithy.OperationError
	if !errors.As(err, &op) {
		return "the call to AWS"
	}
	return fmt.Sprintf("%s:%s", prefixOf(op.Service()), op.Operation())
}

// prefixOf maps the SDK's service ID to the prefix that IAM policies use.
func prefixOf(serviceID string) string {
	switch serviceID {
	case "CloudWatch Logs":
		return "logs"
	case "Elastic Load Balancing v2":
		return "elasticloadbalancing"
	case "Application Auto Scaling":
		return "application-autoscaling"
	case "Resource Groups Tagging API":
		return "tag"
	}
	return strings.ToLower(strings.ReplaceAll(serviceID, " ", ""))
}

func explained(err error, what, hint string) error {
	return &fault.Error{What: what, Hint: hint, Err: short(err)}
}

// foreign explains an answer that AWS cannot have given.
func foreign(err error, call string) error {
	where, kind := "the endpoint", "something other than AWS's protocol"
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) && r.Response != nil {
		kind = fmt.Sprintf("HTTP %d", r.HTTPStatusCode())
		if t := contentType(r.Response.Response); t != "" {
			kind += " with " + t
		}
		if req := r.Response.Request; req != nil && req.URL != nil {
			where = req.URL.Scheme + "://" + req.URL.Host
		}
	}
	return &fault.Error{
		What: call + " failed",
		Hint: "the endpoint may not implement this operation, or a proxy answers for it; see AWS_ENDPOINT_URL and HTTPS_PROXY",
		Err:  &brief{fmt.Sprintf("%s answered %s, which is not AWS's protocol", where, kind), err},
	}
}

func contentType(r *http.Response) string {
	if r == nil {
		return ""
	}
	t, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.TrimSpace(t)
}

// unreachable explains a call that got no answer; nil where it got one.
func unreachable(err error) error {
	var send *smithyhttp.RequestSendError
	if !errors.As(err, &send) {
		return nil
	}
	host := "AWS"
	var u *url.Error
	if errors.As(err, &u) {
		if p, perr := url.Parse(u.URL); perr == nil && p.Host != "" {
			host = p.Host
		}
	}
	hint := "check the network and the proxy settings, and try again"
	if Loopback("http://" + host) {
		hint = "nothing listens there; see AWS_ENDPOINT_URL, and endpoint_url in ~/.aws/config"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		hint = "the name does not exist: check the region and AWS_ENDPOINT_URL"
	}
	return &fault.Error{What: host + " cannot be reached", Hint: hint, Err: &brief{root(err).Error(), err}}
}

// onlyMetadataLeft tells whether the credential chain ran out: its last link, the instance metadata service, failed.
func onlyMetadataLeft(err error) bool {
	var op *smithy.OperationError
	return errors.As(err, &op) && op.Service() == "ec2imds"
}

// short keeps AWS's own words of an error and drops the SDK's wrapping.
func short(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		text := strings.TrimSpace(scrub(api.ErrorMessage()))
		if text == "" {
			return &brief{api.ErrorCode(), err}
		}
		return &brief{fmt.Sprintf("%s (%s)", text, api.ErrorCode()), err}
	}
	return &brief{scrub(root(err).Error()), err}
}

// Cause says in a few words, on one line, why a call failed: AWS's own, or the network's. It holds no secret.
func Cause(err error) string {
	const most = 120
	line, _, _ := strings.Cut(short(err).Error(), "\n")
	if errors.Is(err, io.EOF) || Broken(err) {
		line = "the connection broke off"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		line = dns.Name + ": " + dns.Err
	}
	if r := []rune(line); len(r) > most {
		line = string(r[:most-1]) + "…"
	}
	return line
}

// root is the innermost error of a chain without branches.
func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// encoded matches what only `aws sts decode-authorization-message` can read, and signatures that a proxy may echo.
const encoded = `(?i)\s*Encoded authorization failure message: \S+|(X-Amz-(Security-Token|Signature|Credential)=|Signature=|AWS4-HMAC-SHA256 )\S+`

func scrub(s string) string {
	return regexp.MustCompile(encoded).ReplaceAllString(s, "")
}

// brief shows a text and unwraps to the whole.
type brief struct {
	text string
	err  error
}

func (b *brief) Error() string { return b.text }
func (b *brief) Unwrap() error { return b.err }
