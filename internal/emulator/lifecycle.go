package emulator

import (
	"errors"
	"fmt"
	"os"
	"time"

	"ferry.dev/ferry/internal/emulator/runtime"
)

var errNotStoppable = errors.New("this endpoint is stopped by whoever started it")

// Reset stops everything that runs and starts from nothing: no state in memory, none in the directory.
func (s *Server) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeper.end()
	err := s.world.close()
	if s.o.Dir != "" {
		err = errors.Join(err, os.RemoveAll(stateDir(s.o.Dir)), os.RemoveAll(blobDir(s.o.Dir)), os.RemoveAll(objectDir(s.o.Dir)),
			os.RemoveAll(fileDir(s.o.Dir)), os.RemoveAll(instanceDir(s.o.Dir)))
	}
	s.world = newServices(s.o)
	if s.keeper != nil {
		s.keeper = newKeeper(s.o.Dir, s.o.Log, s.world)
	}
	return err
}

// drainLimit is how long Close waits for requests whose connections have been closed already.
const drainLimit = 5 * time.Second

// drain waits for the requests that are being served.
func (s *Server) drain() {
	ended := make(chan struct{})
	go func() {
		s.active.Wait()
		close(ended)
	}()
	t := time.NewTimer(drainLimit)
	defer t.Stop()
	select {
	case <-ended:
	case <-t.C:
		s.o.Log.Error("a request did not end")
	}
}

// Close saves the state, stops every task and releases everything. Nobody may send requests any more.
func (s *Server) Close() error {
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	var saved error
	if s.keeper != nil {
		s.keeper.end()
		saved = s.keeper.save() // before the tasks end, so that what ends them badly loses nothing
	}
	err := closeWorld(s.world, s.o.Runtime)
	if s.keeper != nil {
		saved = errors.Join(saved, s.keeper.save())
	}
	return errors.Join(saved, err)
}

func closeWorld(world *Services, rt runtime.Runtime) error {
	return errors.Join(world.close(), rt.Close())
}

// giveUp gives up a server that could not be made.
func giveUp(err error, world *Services, rt runtime.Runtime) error {
	return errors.Join(fmt.Errorf("the state of environment local cannot be read: %w", err), closeWorld(world, rt))
}
