package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"ferry.dev/ferry/internal/emulator"
)

// stopLimit bounds how long an endpoint may take to stop its tasks and save its state.
const stopLimit = time.Minute

// Stop stops the endpoint of the directory and returns when it has stopped its tasks and saved its state. That none runs
// is ErrNotRunning.
func Stop(ctx context.Context, dir string) error {
	e, err := Find(ctx, dir)
	if err != nil {
		return err
	}
	if err := e.call(ctx, http.MethodPost, "/_ferry/stop", nil); err != nil {
		return fmt.Errorf("stop the local endpoint (process %d): %w", e.PID, err)
	}
	return awaitEnd(ctx, dir, e)
}

// awaitEnd waits until the process has let go of the directory: only then are its tasks stopped and its files its last.
func awaitEnd(ctx context.Context, dir string, e Endpoint) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(servingFile(dir)).Lock()
		if err == nil {
			unlock()
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the local endpoint (process %d) is still stopping: %w", e.PID, ctx.Err())
	}
}

// Reset stops the endpoint and removes everything that it and its runtime left in the directory, and the directory when
// nothing else is in it. Files that are not ferry's are left alone, whatever the directory was set to.
func Reset(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := Stop(ctx, dir); err != nil && !errors.Is(err, ErrNotRunning) {
		return err
	}
	unlock, err := lockedfile.MutexAt(lockFile(dir)).Lock() // nobody starts it again in between
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range append(emulator.StateNames(), filepath.Base(RunDir(dir)), filepath.Base(endpointFile(dir)),
		filepath.Base(portFile(dir)), filepath.Base(logFile(dir))) {
		errs = append(errs, removeAll(filepath.Join(dir, name)))
	}
	unlock()
	errs = append(errs, os.Remove(lockFile(dir)), removeAll(servingFile(dir)))
	if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
		errs = append(errs, os.Remove(dir))
	}
	return errors.Join(errs...)
}

// removeAll removes a tree in which an image may have left directories that nobody may write to.
func removeAll(path string) error {
	err := os.RemoveAll(path)
	if err == nil || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	_ = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(p, 0o700) // before it is read: the walk calls first with the directory itself
		}
		return nil
	})
	return os.RemoveAll(path)
}
