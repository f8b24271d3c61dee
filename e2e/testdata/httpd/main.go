// Command httpd-foreground serves the directory that the official sample task definition writes its page into, on the port
// that it maps. It stands in for Apache's, whose image cannot be pulled without a network.
package main

import (
	"log"
	"net/http"
	"time"
)

func main() {
	s := &http.Server{Addr: ":80", Handler: http.FileServer(http.Dir("/usr/local/apache2/htdocs")), ReadHeaderTimeout: time.Second}
	log.Fatal(s.ListenAndServe())
}
