// Package efs is the part of Amazon EFS that stacks and tasks need: file systems, which are directories of this machine,
// their mount targets and access points. It makes, changes and deletes them for CloudFormation and says to ECS which directory
// a volume is.
//
// It has no API of its own: nothing here but templates makes file systems, and its protocol is not one that package wire
// reads. Throughput, lifecycle, backup and policies are kept and mean nothing.
package efs

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Deps are what the service stands on.
type Deps struct {
	Scope ids.Scope
	Dir   string                                     // where file systems have their directories; "" = a temporary one, gone with Close
	Zone  func(subnet string) (zone string, ok bool) // the availability zone of a subnet; nil = every subnet exists, in a zone of its own
}

// FileSystem is one file system.
type FileSystem struct {
	ID        string
	Encrypted bool
	KMSKey    string
	Tags      map[string]string
}

// MountTarget is where a file system can be reached from an availability zone.
type MountTarget struct {
	ID, FileSystem, Subnet, Zone string
	SecurityGroups               []string
}

// AccessPoint is a door to one directory of a file system, for one user.
type AccessPoint struct {
	ID, FileSystem string
	Path           string // "/" = the root
	UID, GID       int    // as whom everything is written; both 0 without User
	User           bool
	Owner          *Owner // of the directory, where it is missing; nil: then mounting fails
	Tags           map[string]string
}

// Owner is to whom a directory is given when it is made.
type Owner struct {
	UID, GID    int
	Permissions os.FileMode
}

// Service is EFS. It is safe for concurrent use.
type Service struct {
	deps Deps

	mu    sync.Mutex
	state state
	temp  string // the temporary directory, once it is needed
}

type state struct {
	FileSystems  map[string]FileSystem
	MountTargets map[string]MountTarget
	AccessPoints map[string]AccessPoint
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{deps: d, state: state{FileSystems: map[string]FileSystem{}, MountTargets: map[string]MountTarget{}, AccessPoints: map[string]AccessPoint{}}}
}

// fail is an error of EFS's: its types have names alone.
func fail(code, format string, args ...any) error {
	status := http.StatusBadRequest
	switch code {
	case "FileSystemNotFound", "MountTargetNotFound", "AccessPointNotFound":
		status = http.StatusNotFound
	case "FileSystemInUse", "MountTargetConflict":
		status = http.StatusConflict
	}
	return &wire.Error{Code: code, Message: fmt.Sprintf(format, args...), Status: status}
}

// CreateFileSystem makes a file system and its directory.
func (s *Service) CreateFileSystem(f FileSystem) (FileSystem, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.ID = ids.NewEC2("fs")
	dir, err := s.dir(f.ID)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return FileSystem{}, fail("InternalServerError", "%v", err)
	}
	s.state.FileSystems[f.ID] = f
	return f, nil
}

// FileSystem returns one file system.
func (s *Service) FileSystem(id string) (FileSystem, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fileSystem(id)
}

func (s *Service) fileSystem(id string) (FileSystem, error) {
	f, ok := s.state.FileSystems[id]
	if !ok {
		return f, fail("FileSystemNotFound", "File system '%s' does not exist.", id)
	}
	return f, nil
}

// TagFileSystem replaces a file system's tags.
func (s *Service) TagFileSystem(id string, tags map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.fileSystem(id)
	if err == nil {
		f.Tags = tags
		s.state.FileSystems[id] = f
	}
	return err
}

// DeleteFileSystem deletes a file system with all that is in it, unless it still has mount targets.
func (s *Service) DeleteFileSystem(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.fileSystem(id); err != nil {
		return err
	}
	if len(s.targets(id)) > 0 {
		return fail("FileSystemInUse", "File system '%s' has mount targets created in it.", id)
	}
	dir, err := s.dir(id)
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		return fail("InternalServerError", "%v", err)
	}
	delete(s.state.FileSystems, id)
	maps.DeleteFunc(s.state.AccessPoints, func(_ string, p AccessPoint) bool { return p.FileSystem == id })
	return nil
}

func (s *Service) targets(fileSystem string) []MountTarget {
	var all []MountTarget
	for _, t := range s.state.MountTargets {
		if t.FileSystem == fileSystem {
			all = append(all, t)
		}
	}
	return all
}

// CreateMountTarget makes a mount target. A file system has one for each availability zone.
func (s *Service) CreateMountTarget(t MountTarget) (MountTarget, error) {
	zone, known := t.Subnet, true
	if s.deps.Zone != nil { // asked before the lock is taken: it is another service's
		zone, known = s.deps.Zone(t.Subnet)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.fileSystem(t.FileSystem); err != nil {
		return t, err
	}
	if !known {
		return t, fail("SubnetNotFound", "The subnet ID '%s' does not exist", t.Subnet)
	}
	if slices.ContainsFunc(s.targets(t.FileSystem), func(o MountTarget) bool { return o.Zone == zone }) {
		return t, fail("MountTargetConflict", "mount target already exists in this AZ")
	}
	if len(t.SecurityGroups) > 5 {
		return t, fail("SecurityGroupLimitExceeded", "The maximum number of security groups per interface is 5")
	}
	t.ID, t.Zone = ids.NewEC2("fsmt"), zone
	s.state.MountTargets[t.ID] = t
	return t, nil
}

// SetSecurityGroups replaces a mount target's security groups.
func (s *Service) SetSecurityGroups(id string, groups []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.state.MountTargets[id]
	if !ok {
		return fail("MountTargetNotFound", "Mount target '%s' does not exist.", id)
	}
	t.SecurityGroups = groups
	s.state.MountTargets[id] = t
	return nil
}

// DeleteMountTarget deletes a mount target.
func (s *Service) DeleteMountTarget(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.state.MountTargets[id]; !ok {
		return fail("MountTargetNotFound", "Mount target '%s' does not exist.", id)
	}
	delete(s.state.MountTargets, id)
	return nil
}

// Close removes what an endpoint without a directory has made.
func (s *Service) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.temp == "" {
		return nil
	}
	dir := s.temp
	s.temp = ""
	return os.RemoveAll(dir)
}

// dir is a file system's directory. The caller holds the lock.
func (s *Service) dir(id string) (string, error) {
	if s.deps.Dir != "" {
		return filepath.Join(s.deps.Dir, id), nil
	}
	if s.temp == "" {
		temp, err := os.MkdirTemp("", "ferry-efs-")
		if err != nil {
			return "", err
		}
		s.temp = temp
	}
	return filepath.Join(s.temp, id), nil
}

// Save returns the service's state. Files are not part of it: they lie in their directories.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// Load takes what Save returned, and makes the directories that are missing.
func (s *Service) Load(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(data, &s.state); err != nil {
		return err
	}
	var errs []error
	for id := range s.state.FileSystems {
		dir, err := s.dir(id)
		if err == nil {
			err = os.MkdirAll(dir, 0o755)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Tagged lists the file systems and access points with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for id, f := range s.state.FileSystems {
		all = append(all, ids.Tagged{ARN: s.deps.Scope.ARN("elasticfilesystem", "file-system/"+id), Tags: f.Tags})
	}
	for id, p := range s.state.AccessPoints {
		all = append(all, ids.Tagged{ARN: s.deps.Scope.ARN("elasticfilesystem", "access-point/"+id), Tags: p.Tags})
	}
	return all
}
