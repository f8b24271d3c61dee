package emulator

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/emulator/wire"
)

func TestAnOperationThatPanicsIsAFailureOfItsServiceAlone(t *testing.T) {
	t.Parallel()
	s := &Server{o: Options{}.withDefaults(), world: &Services{wire: map[string]*wire.Service{}}}
	s.world.serve(wire.Service{Name: "ecs", Protocol: wire.JSON11, TargetPrefix: "T", Operations: map[string]wire.Operation{
		"Op": wire.Op(func(context.Context, *struct{}) (*struct{}, error) { panic("a bug") }),
	}})
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader("{}"))
	r.Header.Set("X-Amz-Target", "T.Op")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"__type":"InternalFailure"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
