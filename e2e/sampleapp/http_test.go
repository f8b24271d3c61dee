package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestItGreetsAndSaysThatItIsWell(t *testing.T) {
	t.Parallel()
	tests := []struct {
		target string
		status int
		body   string
	}{
		{"/", http.StatusOK, "Ahoy, world!\n"},
		{"/?name=ferry", http.StatusOK, "Ahoy, ferry!\n"},
		{"/healthz", http.StatusOK, "ok\n"},
		{"/elsewhere", http.StatusNotFound, "404 page not found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			routes("Ahoy").ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.target, nil))
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("%s: got %d %q, want %d %q", tt.target, w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}

func TestItLogsRequestsAsJSONButNoHealthChecks(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := logged(slog.New(slog.NewJSONHandler(&out, nil)), routes("Hello"))
	for _, target := range []string{"/healthz", "/missing"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, target, nil))
	}
	var entry struct {
		Msg, Method, Path string
		Status            int
	}
	if err := json.Unmarshal(out.Bytes(), &entry); err != nil {
		t.Fatalf("one line of JSON expected: %v\n%s", err, out.String())
	}
	want := entry
	want.Msg, want.Method, want.Path, want.Status = "request", "GET", "/missing", 404
	if entry != want {
		t.Errorf("got %+v, want %+v", entry, want)
	}
}
