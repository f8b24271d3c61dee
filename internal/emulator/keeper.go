package emulator

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// stateVersion is that of the files in a state directory. Another version is refused, never misread.
const stateVersion = 2

const (
	soon   = 100 * time.Millisecond // after a call that changes state
	later  = 2 * time.Second        // after any other: tasks and deployments go on by themselves while clients look on
	always = 10 * time.Second       // without any call: tasks write log lines
)

// keeper writes the services' state to a directory, one JSON file each, shortly after it may have changed.
// A process that is killed loses at most the last moment. A nil keeper does nothing.
type keeper struct {
	dir     string
	log     *slog.Logger
	world   *Services
	written map[string][sha256.Size]byte // what the files hold
	mutated chan struct{}
	touched chan struct{}
	stop    chan struct{}
	ended   sync.Once
	done    chan struct{}
}

func newKeeper(dir string, log *slog.Logger, world *Services) *keeper {
	k := &keeper{dir: dir, log: log, world: world, written: map[string][sha256.Size]byte{},
		mutated: make(chan struct{}, 1), touched: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go k.run()
	return k
}

// called notes a call.
func (k *keeper) called(mutating bool) {
	if k == nil {
		return
	}
	c := k.touched
	if mutating {
		c = k.mutated
	}
	select {
	case c <- struct{}{}:
	default: // noted already
	}
}

func (k *keeper) run() {
	defer close(k.done)
	tick := time.NewTicker(always)
	defer tick.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-k.mutated:
			k.wait(soon, nil)
		case <-k.touched:
			k.wait(later, k.mutated)
		case <-tick.C:
		}
		if err := k.save(); err != nil {
			k.log.Error("the state could not be saved", "error", err)
		}
	}
}

// wait lets a burst of calls go by; a change or the end cuts it short.
func (k *keeper) wait(d time.Duration, change <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-change:
	case <-k.stop:
	}
}

// end stops the keeper's goroutine; save may be called afterwards.
func (k *keeper) end() {
	if k == nil {
		return
	}
	k.ended.Do(func() { close(k.stop) })
	<-k.done
}

// save writes what is not yet as the services say. Not safe for concurrent use: run, or whoever has ended it, calls it.
func (k *keeper) save() error {
	var errs []error
	for _, p := range k.world.parts {
		state, err := p.svc.Save()
		if err != nil {
			errs = append(errs, fmt.Errorf("save %s: %w", p.name, err))
			continue
		}
		sum := sha256.Sum256(state)
		if k.written[p.name] == sum {
			continue
		}
		if err := writeState(k.dir, p.name, state); err != nil {
			errs = append(errs, err)
			continue
		}
		k.written[p.name] = sum
	}
	return errors.Join(errs...)
}

type stateFile struct {
	Version int             `json:"version"`
	State   json.RawMessage `json:"state"`
}

// StateNames lists what a server writes into its state directory, for whoever removes it.
func StateNames() []string { return []string{"state", "registry"} }

func stateDir(dir string) string        { return filepath.Join(dir, "state") }
func blobDir(dir string) string         { return filepath.Join(dir, "registry") }
func objectDir(dir string) string       { return filepath.Join(dir, "objects") }
func fileDir(dir string) string         { return filepath.Join(dir, "files") }
func instanceDir(dir string) string     { return filepath.Join(dir, "instance") }
func statePath(dir, name string) string { return filepath.Join(stateDir(dir), name+".json") }

// writeState replaces one service's file at once.
func writeState(dir, name string, state []byte) error {
	data, err := json.Marshal(stateFile{Version: stateVersion, State: state})
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	path := statePath(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	next := path + ".next"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// load gives every service the state that the directory holds for it.
func load(dir string, world *Services) error {
	for _, p := range world.parts {
		data, err := os.ReadFile(statePath(dir, p.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		var f stateFile
		if err := json.Unmarshal(data, &f); err != nil {
			return fmt.Errorf("%s is damaged: %w", statePath(dir, p.name), err)
		}
		if f.Version != stateVersion {
			return fmt.Errorf("%s has version %d, not %d", statePath(dir, p.name), f.Version, stateVersion)
		}
		if err := p.svc.Load(f.State); err != nil {
			return fmt.Errorf("load %s: %w", p.name, err)
		}
	}
	return nil
}
