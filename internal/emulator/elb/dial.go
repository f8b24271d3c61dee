package elb

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// tlsConfig answers with a self-signed certificate for the certificate that the listener with HTTPS or TLS names.
func (f *front) tlsConfig(*tls.ClientHelloInfo) (*tls.Config, error) {
	f.s.mu.Lock()
	l := f.s.chooseLocked(f.arn, 0, func(l *listener) bool {
		return l.Protocol == types.ProtocolEnumHttps || l.Protocol == types.ProtocolEnumTls
	})
	var arn string
	if l != nil && len(l.Certificates) > 0 {
		arn = aws.ToString(l.Certificates[0].CertificateArn)
	}
	f.s.mu.Unlock()
	if arn == "" {
		return nil, errors.New("no HTTPS listener")
	}
	cert, err := f.s.certs.of(arn)
	if err != nil {
		return nil, err
	}
	if l.Protocol == types.ProtocolEnumTls {
		return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// newTransport speaks to targets: HTTP/1.1, or HTTP/2 with and without TLS. It believes any certificate, as AWS's does.
// A header timeout of zero waits for ever.
func newTransport(http2 bool, headerTimeout time.Duration) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetHTTP2(http2)
	protocols.SetUnencryptedHTTP2(http2)
	return &http.Transport{
		Protocols:             protocols,
		DisableCompression:    true,
		ResponseHeaderTimeout: headerTimeout,
		TLSClientConfig:       &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // a load balancer does not verify its targets' certificates
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
		},
		IdleConnTimeout:     30 * time.Second,
		MaxIdleConnsPerHost: 64,
	}
}
