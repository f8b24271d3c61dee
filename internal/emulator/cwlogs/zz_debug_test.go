package cwlogs_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"

	"github.com/aws/aws-sdk-go-v2/aws"
)

type dbgConn struct{ net.Conn }

func (c dbgConn) Close() error {
	fmt.Printf("CLOSE %s\n%s\n", c.LocalAddr(), debug.Stack())
	return c.Conn.Close()
}

func dbg(cfg aws.Config) {
	tr := cfg.HTTPClient.(*http.Client).Transport.(*http.Transport)
	tr.DialContext = func(ctx context.Context, n, a string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, n, a)
		return dbgConn{c}, err
	}
}
