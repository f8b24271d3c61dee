package elb

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// serverName is what the load balancer itself answers as.
const serverName = "awselb/2.0"

// refuse is the load balancer's own answer.
func refuse(w http.ResponseWriter, code int) {
	title := strconv.Itoa(code) + " " + map[int]string{502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}[code]
	h := w.Header()
	h.Set("Server", serverName)
	h.Set("Content-Type", "text/html")
	w.WriteHeader(code)
	fmt.Fprintf(w, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n</html>\r\n", title, title)
}

func fixed(w http.ResponseWriter, c *types.FixedResponseActionConfig) {
	code, err := strconv.Atoi(aws.ToString(c.StatusCode))
	if err != nil {
		code = http.StatusInternalServerError
	}
	w.Header().Set("Server", serverName)
	kind := cmp.Or(aws.ToString(c.ContentType), "text/plain")
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.WriteHeader(code)
	io.WriteString(w, aws.ToString(c.MessageBody))
}

// redirect fills in the request's own parts. A port that this load balancer listens on becomes the loopback port, as
// there is nobody at the other one.
func redirect(w http.ResponseWriter, r *http.Request, d decision) {
	c := d.action.RedirectConfig
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	own := strings.NewReplacer("#{protocol}", scheme, "#{host}", hostOf(r.Host), "#{port}", strconv.Itoa(int(d.port)),
		"#{path}", strings.TrimPrefix(r.URL.Path, "/"), "#{query}", r.URL.RawQuery)
	protocol, port := strings.ToLower(own.Replace(aws.ToString(c.Protocol))), own.Replace(aws.ToString(c.Port))
	if d.ports[port] && portIn(r.Host) == int32(d.listen) {
		port = strconv.Itoa(d.listen)
	}
	to := url.URL{Scheme: protocol, Host: net.JoinHostPort(own.Replace(aws.ToString(c.Host)), port), Path: own.Replace(aws.ToString(c.Path)), RawQuery: own.Replace(aws.ToString(c.Query))}
	code := http.StatusFound
	if c.StatusCode == types.RedirectActionStatusCodeEnumHttp301 {
		code = http.StatusMovedPermanently
	}
	w.Header().Set("Server", serverName)
	w.Header().Set("Location", to.String())
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(code)
}
