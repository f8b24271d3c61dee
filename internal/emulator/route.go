package emulator

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"ferry.dev/ferry/internal/emulator/wire"
)

// credential is who signed a request, and for which service.
type credential struct {
	AccessKey string
	Service   string
}

// signer reads the credential scope from the SigV4 header or from a presigned URL. The signature is not checked:
// whoever reaches loopback may act. ok is false for an unsigned request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func signer(r *http.Request) (credential, bool) {
	scope := r.URL.Query().Get("X-Amz-Credential")
	if header := r.Header.Get("Authorization"); strings.HasPrefix(header, "AWS4-HMAC-SHA256") {
		_, rest, _ := strings.Cut(header, "Credential=")
		scope, _, _ = strings.Cut(rest, ",")
	}
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if len(parts) != 5 || parts[4] != "aws4_request" || parts[3] == "" {
		return credential{}, false
	}
	return credential{AccessKey: parts[0], Service: parts[3]}, true
}

// refuse answers a request that reaches no service, in the protocol that its client seems to speak.
func refuse(w http.ResponseWriter, r *http.Request, id string, e *wire.Error) {
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		s := wire.Service{Protocol: wire.JSON11}
		s.WriteError(w, id, e)
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		s := wire.Service{Protocol: wire.CBOR}
		s.WriteError(w, id, e)
	case r.Header.Get("Content-Type") == "application/json":
		w.Header().Set("x-amzn-ErrorType", e.Code)
		writeJSON(w, e.Status, map[string]string{"message": e.Message})
	default:
		w.Header().Set("Content-Type", "text/xml")
		w.Header().Set("x-amzn-RequestId", id)
		w.WriteHeader(e.Status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>",
			e.Code, escape(e.Message), id)
	}
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) //nolint:errcheck // a strings.Builder takes everything
	return b.String()
}
