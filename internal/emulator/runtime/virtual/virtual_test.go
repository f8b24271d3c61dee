package virtual_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

func newTask(t *testing.T, scripts ...string) runtime.Task {
	t.Helper()
	r := virtual.New(clock.Scaled(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), 1000))
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, text := range scripts {
		var s virtual.Script
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		r.Script(s)
	}
	task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: "1", Family: "web"})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func start(t *testing.T, task runtime.Task, image string, out io.Writer) runtime.Container {
	t.Helper()
	c, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "web", ImageRef: image, Ports: []int{80}, Output: out})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAContainerEndsAsItsScriptSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scripts []string
		want    runtime.Exit
	}{
		"exit code":            {[]string{`{"exitCode":3,"exitAfter":"1s"}`}, runtime.Exit{Code: 3}},
		"out of memory":        {[]string{`{"outOfMemory":true}`}, runtime.Exit{Code: 137, OutOfMem: true}},
		"the last script wins": {[]string{`{"exitCode":3}`, `{"image":"web:","exitCode":4}`, `{"image":"other","exitCode":5}`}, runtime.Exit{Code: 4}},
		"another family's":     {[]string{`{"exitCode":3}`, `{"family":"api","exitCode":4}`, `{"container":"db","exitCode":5}`}, runtime.Exit{Code: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := start(t, newTask(t, c.scripts...), "web:1", nil)
			<-run.Done()
			if diff := cmp.Diff(c.want, run.Exit()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAScriptHoldsForSoManyContainers(t *testing.T) {
	t.Parallel()
	task := newTask(t, `{"exitCode":1,"times":1}`)
	first, second := start(t, task, "web:1", nil), start(t, task, "web:1", nil)
	<-first.Done()
	if err := second.Stop(t.Context(), time.Second); err != nil || second.Exit().Code != 143 {
		t.Errorf("the second ended with %+v, %v", second.Exit(), err)
	}
}

func TestAnAddressAnswersOnceTheContainerIsReady(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	task := newTask(t, `{"logs":["one","two"],"body":"hello"}`, `{"image":"slow","readyAfter":"1h"}`)
	run := start(t, task, "web:1", &out)
	address, err := task.Address(t.Context(), 80)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := fetch(t, address); status != 200 || body != "hello" || out.String() != "one\ntwo\n" {
		t.Errorf("it answers %d %q and wrote %q", status, body, out.String())
	}
	if code, err := run.Exec(t.Context(), nil); code != 0 || err != nil {
		t.Errorf("its health check ended with %d, %v", code, err)
	}
	slow := newTask(t, `{"readyAfter":"1h"}`)
	run = start(t, slow, "web:1", nil)
	if address, err = slow.Address(t.Context(), 80); err != nil {
		t.Fatal(err)
	}
	if status, _ := fetch(t, address); status != 503 {
		t.Errorf("it answers %d", status)
	}
	if code, err := run.Exec(t.Context(), nil); code != 1 || err != nil {
		t.Errorf("its health check ended with %d, %v", code, err)
	}
}

func TestOneThatIgnoresSIGTERMIsKilled(t *testing.T) {
	t.Parallel()
	run := start(t, newTask(t, `{"ignoreSigterm":true}`), "web:1", nil)
	if err := run.Stop(t.Context(), 10*time.Millisecond); err != nil || run.Exit().Code != 137 {
		t.Errorf("it ended with %+v, %v", run.Exit(), err)
	}
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}
