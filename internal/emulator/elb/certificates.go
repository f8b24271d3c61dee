package elb

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"time"
)

// certificates makes and keeps one self-signed certificate for each certificate ARN. Nothing is kept over a restart:
// a client of environment local has nothing to pin.
type certificates struct {
	mu   sync.Mutex
	made map[string]tls.Certificate
}

func (c *certificates) of(arn string) (tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cert, ok := c.made[arn]; ok {
		return cert, nil
	}
	cert, err := selfSigned(arn)
	if err != nil {
		return tls.Certificate{}, err
	}
	if c.made == nil {
		c.made = map[string]tls.Certificate{}
	}
	c.made[arn] = cert
	return cert, nil
}

func selfSigned(arn string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now() // a browser compares with its own clock
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "localhost", Organization: []string{"ferry local"}, OrganizationalUnit: []string{arn}},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
