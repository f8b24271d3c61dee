package elb

import (
	"crypto/tls"
	"io"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// pipe is a network load balancer: bytes both ways to one target of the listener with the lowest port. TLS ends here, with a
// self-made certificate.
func (f *front) pipe(raw net.Conn) {
	defer f.disown(raw)
	defer raw.Close()
	g, t, address, secure := f.s.tcpTarget(f.arn)
	if t == nil {
		return
	}
	defer f.s.finish(g, t)
	conn := raw
	if secure {
		conn = tls.Server(raw, &tls.Config{GetConfigForClient: f.tlsConfig, MinVersion: tls.VersionTLS12})
	}
	up, err := new(net.Dialer).DialContext(f.s.ctx, "tcp", address)
	if err != nil || !f.own(up) {
		return
	}
	defer f.disown(up)
	defer up.Close()
	both := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{up, conn}, {conn, up}} {
		f.s.wg.Go(func() {
			_, _ = io.Copy(way[0], way[1])                             // either end may go whenever it likes
			if w, ok := way[0].(interface{ CloseWrite() error }); ok { // TCP and TLS
				_ = w.CloseWrite()
			}
			both <- struct{}{}
		})
	}
	<-both
	<-both
}

// tcpTarget picks the target of a network load balancer's connection.
func (s *Service) tcpTarget(arn string) (g *targetGroup, t *target, address string, secure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.chooseLocked(arn, 0, func(l *listener) bool {
		return l.Protocol == types.ProtocolEnumTcp || l.Protocol == types.ProtocolEnumTls
	})
	if l == nil || len(l.DefaultActions) == 0 {
		return nil, nil, "", false
	}
	for _, name := range groupsOf(l.DefaultActions) {
		if g, err := s.groupLocked(&name); err == nil {
			if t := g.pick(); t != nil {
				t.flight++
				return g, t, s.addressLocked(aws.ToString(t.Id), aws.ToInt32(t.Port)), l.Protocol == types.ProtocolEnumTls
			}
		}
	}
	return nil, nil, "", false
}
