package elb

import (
	"io"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// pipe is a network load balancer: bytes both ways to one target of the listener with the lowest port.
func (f *front) pipe(conn net.Conn) {
	defer f.disown(conn)
	defer conn.Close()
	g, t, address := f.s.tcpTarget(f.arn)
	if t == nil {
		return
	}
	defer f.s.finish(g, t)
	up, err := new(net.Dialer).DialContext(f.s.ctx, "tcp", address)
	if err != nil || !f.own(up) {
		return
	}
	defer f.disown(up)
	defer up.Close()
	both := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{up, conn}, {conn, up}} {
		f.s.wg.Go(func() {
			_, _ = io.Copy(way[0], way[1]) // either end may go whenever it likes
			if w, ok := way[0].(*net.TCPConn); ok {
				_ = w.CloseWrite()
			}
			both <- struct{}{}
		})
	}
	<-both
	<-both
}

// tcpTarget picks the target of a network load balancer's connection.
func (s *Service) tcpTarget(arn string) (*targetGroup, *target, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.chooseLocked(arn, 0, func(l *listener) bool {
		return l.Protocol == types.ProtocolEnumTcp || l.Protocol == types.ProtocolEnumTls
	})
	if l == nil || len(l.DefaultActions) == 0 {
		return nil, nil, ""
	}
	for _, name := range groupsOf(l.DefaultActions) {
		if g, err := s.groupLocked(&name); err == nil {
			if t := g.pick(); t != nil {
				t.flight++
				return g, t, s.addressLocked(aws.ToString(t.Id), aws.ToInt32(t.Port))
			}
		}
	}
	return nil, nil, ""
}
