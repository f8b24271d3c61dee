package s3

import (
	"encoding/xml"
	"net/http"

	"ferry.dev/ferry/internal/emulator/wire"
)

// fail makes an error of S3's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func fail(status int, code, message string) *wire.Error {
	return &wire.Error{Status: status, Code: code, Message: message}
}

func noSuchBucket() error {
	return fail(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
}

func noSuchKey() error {
	return fail(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

func preconditionFailed() error {
	return fail(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

func malformedXML() error {
	return fail(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

func invalidArgument(message string) error {
	return fail(http.StatusBadRequest, "InvalidArgument", message)
}

// Refuse answers with an error, as S3 does: no body for HEAD.
func (s *Service) Refuse(w http.ResponseWriter, r *http.Request, id string, e *wire.Error) {
	type body struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		Resource  string
		RequestID string `xml:"RequestId"`
	}
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	w.Header().Set("x-amz-request-id", id)
	if r.Method == http.MethodHead || status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	answer(w, status, body{Code: e.Code, Message: e.Message, Resource: r.URL.Path, RequestID: id})
}

// answer writes a document.
func answer(w http.ResponseWriter, status int, v any) {
	data, err := xml.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	w.Write(append([]byte(xml.Header), data...)) //nolint:errcheck // a client that went away is nobody's error
}
