// Package daemon owns the background process behind environment local: starting one when none answers, finding the one
// that runs, stopping it, and removing everything that it left.
//
// What the endpoint answers belongs to package emulator, and where tasks run to the caller, who hands a runtime in.
// Everything lives in one directory, and the endpoint listens on loopback only.
package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"ferry.dev/ferry/internal/emulator"
)

// Endpoint is a running endpoint, as its file in the state directory describes it.
type Endpoint struct {
	PID     int       `json:"pid"`
	URL     string    `json:"url"`   // http://127.0.0.1:<port>
	Token   string    `json:"token"` // what changing control requests carry
	Version string    `json:"version"`
	Runtime string    `json:"runtime"` // process, docker or virtual
	Started time.Time `json:"started"`
}

// ErrNotRunning says that no endpoint runs for the state directory.
var ErrNotRunning = errors.New("the local endpoint is not running")

// Dir returns the state directory: $FERRY_LOCAL_DIR, or ferry/local below the user's directory for state.
func Dir(getenv func(string) string) (string, error) {
	if dir := getenv("FERRY_LOCAL_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ferry", "local"), nil
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		dir, err := os.UserCacheDir()
		return filepath.Join(dir, "ferry", "local"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "ferry", "local"), err
}

// The entries of a state directory that are this package's; the others are the emulator's.
func endpointFile(dir string) string { return filepath.Join(dir, "endpoint.json") }
func portFile(dir string) string     { return filepath.Join(dir, "port") }
func lockFile(dir string) string     { return filepath.Join(dir, "lock") }    // held while an endpoint is started or reset
func servingFile(dir string) string  { return filepath.Join(dir, "serving") } // locked by the process that serves, for its life
func logFile(dir string) string      { return filepath.Join(dir, "serve.log") }

// RunDir is the directory below the state directory that is the runtime's.
func RunDir(dir string) string { return filepath.Join(dir, "run") }

// Find returns the endpoint that runs for the directory, or ErrNotRunning. A file that a killed endpoint left behind
// does not count: the endpoint has to answer, and as the process that the file names.
func Find(ctx context.Context, dir string) (Endpoint, error) {
	e, err := read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Endpoint{}, ErrNotRunning
	}
	if err != nil {
		return Endpoint{}, err
	}
	if health, err := e.health(ctx); err != nil || health.PID != e.PID {
		return Endpoint{}, errors.Join(ErrNotRunning, ctx.Err())
	}
	return e, nil
}

func read(dir string) (Endpoint, error) {
	data, err := os.ReadFile(endpointFile(dir))
	if err != nil {
		return Endpoint{}, err
	}
	var e Endpoint
	if err := json.Unmarshal(data, &e); err != nil {
		// Only a full disk or a hand can do this: the file is written at once. Nobody can be found by it.
		return Endpoint{}, fs.ErrNotExist
	}
	return e, nil
}

// healthLimit is long enough for an endpoint on a busy machine and short enough for a person who waits.
const healthLimit = 5 * time.Second

func (e Endpoint) health(ctx context.Context) (emulator.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	var health emulator.Health
	return health, e.call(ctx, http.MethodGet, "/_ferry/health", &health)
}

// call sends one control request. The answer is decoded into out unless that is nil.
func (e Endpoint) call(ctx context.Context, method, path string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, e.URL+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set(emulator.TokenHeader, e.Token)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy, and nothing stays open
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s answered %s", method, path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
