package efs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"ferry.dev/ferry/internal/emulator/ids"
)

// CreateAccessPoint makes an access point. Its directory is made when it is first mounted.
func (s *Service) CreateAccessPoint(p AccessPoint) (AccessPoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.fileSystem(p.FileSystem); err != nil {
		return p, err
	}
	if p.Path == "" {
		p.Path = "/"
	}
	if !strings.HasPrefix(p.Path, "/") || len(p.Path) > 100 {
		return p, fail("BadRequest", "Value for 'rootDirectory.path' must begin with '/' and have at most 100 characters")
	}
	p.ID = ids.NewEC2("fsap")
	s.state.AccessPoints[p.ID] = p
	return p, nil
}

// TagAccessPoint replaces an access point's tags.
func (s *Service) TagAccessPoint(id string, tags map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.state.AccessPoints[id]
	if !ok {
		return fail("AccessPointNotFound", "Access point '%s' does not exist.", id)
	}
	p.Tags = tags
	s.state.AccessPoints[id] = p
	return nil
}

// DeleteAccessPoint deletes an access point. Its directory stays, with all that is in it.
func (s *Service) DeleteAccessPoint(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.state.AccessPoints[id]; !ok {
		return fail("AccessPointNotFound", "Access point '%s' does not exist.", id)
	}
	delete(s.state.AccessPoints, id)
	return nil
}

// Mount returns the directory of this machine that is a file system, or a directory of it, through an access point where one
// is named. It makes what an access point makes. An error says in the mount helper's words why it cannot be mounted.
func (s *Service) Mount(fileSystem, accessPoint, rootDir string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.fileSystem(fileSystem); err != nil || len(s.targets(fileSystem)) == 0 {
		return "", errors.New("Failed to resolve \"" + fileSystem + ".efs." + s.deps.Scope.Region + ".amazonaws.com\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID.") //nolint:staticcheck // the mount helper's words
	}
	point := AccessPoint{Path: rootDir}
	if accessPoint != "" {
		var ok bool
		if point, ok = s.state.AccessPoints[accessPoint]; !ok || point.FileSystem != fileSystem {
			return "", errors.New("mount.nfs4: access denied by server while mounting 127.0.0.1:/")
		}
	}
	base, err := s.dir(fileSystem)
	if err != nil {
		return "", err
	}
	return directory(base, point)
}

// directory finds a directory in a file system, never outside of it, whatever links tasks have made there.
func directory(base string, point AccessPoint) (string, error) {
	below := strings.TrimPrefix(path.Clean("/"+point.Path), "/")
	if below == "" {
		return base, nil
	}
	root, err := os.OpenRoot(base)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }() // it was only read
	info, err := root.Stat(filepath.FromSlash(below))
	switch {
	case err == nil && info.IsDir():
		return filepath.Join(base, filepath.FromSlash(below)), nil
	case err == nil || !errors.Is(err, fs.ErrNotExist) || point.Owner == nil:
		return "", errors.New("mount.nfs4: mounting 127.0.0.1:/" + below + " failed, reason given by server: No such file or directory")
	}
	if err := give(root, filepath.FromSlash(below), point); err != nil {
		return "", err
	}
	return filepath.Join(base, filepath.FromSlash(below)), nil
}

// give makes an access point's directory. EFS writes everything as the access point's user, so whoever mounts it may write;
// here tasks keep their own users, and so the directory is open to all of them.
func give(root *os.Root, below string, point AccessPoint) error {
	if err := root.MkdirAll(below, 0o755); err != nil {
		return err
	}
	mode := point.Owner.Permissions
	if point.User {
		mode |= 0o777
	}
	if err := root.Chmod(below, mode); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return nil // only root can give things away
	}
	return root.Chown(below, point.Owner.UID, point.Owner.GID)
}
