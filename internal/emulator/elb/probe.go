package elb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// verdict is what one health check found.
type verdict struct {
	ok          bool
	reason      types.TargetHealthReasonEnum
	description string
}

// probe is one health check, taken from the target group under the lock.
type probe struct {
	address  string
	protocol types.ProtocolEnum
	version  string
	path     string
	codes    string
	interval time.Duration
	timeout  time.Duration
}

func (p probe) run(ctx context.Context, timeout time.Duration) verdict {
	if p.address == "" {
		return verdict{reason: types.TargetHealthReasonEnumTimeout, description: "Request timed out"}
	}
	ctx, cancel := context.WithTimeout(ctx, max(timeout, shortestCheck))
	defer cancel()
	var code int
	var err error
	switch {
	case !isHTTP(p.protocol):
		err = dialOnce(ctx, p.address)
	case p.version == "GRPC":
		code, err = p.askGRPC(ctx)
	default:
		code, err = p.askHTTP(ctx)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded):
		return verdict{reason: types.TargetHealthReasonEnumTimeout, description: "Request timed out"}
	case err != nil:
		return verdict{reason: types.TargetHealthReasonEnumFailedHealthChecks, description: "Health checks failed"}
	case isHTTP(p.protocol) && !codeMatches(p.codes, code):
		return verdict{reason: types.TargetHealthReasonEnumResponseCodeMismatch, description: fmt.Sprintf("Health checks failed with these codes: [%d]", code)}
	}
	return verdict{ok: true}
}

func dialOnce(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (p probe) askHTTP(ctx context.Context) (int, error) {
	scheme := strings.ToLower(string(p.protocol))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+p.address+p.path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
	tr := newTransport(p.version == "HTTP2", 0)
	defer tr.CloseIdleConnections()
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// askGRPC calls the path as a unary method with an empty message and returns the status in the trailer.
func (p probe) askGRPC(ctx context.Context) (int, error) {
	scheme := strings.ToLower(string(p.protocol))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, scheme+"://"+p.address+p.path, strings.NewReader("\x00\x00\x00\x00\x00"))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	req.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
	tr := newTransport(true, 0)
	defer tr.CloseIdleConnections()
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		return 0, err
	}
	status := resp.Trailer.Get("Grpc-Status")
	if status == "" {
		status = resp.Header.Get("Grpc-Status")
	}
	return strconv.Atoi(status)
}

func codeMatches(codes string, code int) bool {
	ranges, _ := parseCodes(codes)
	for _, r := range ranges {
		if code >= r[0] && code <= r[1] {
			return true
		}
	}
	return false
}
