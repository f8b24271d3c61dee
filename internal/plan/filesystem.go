package plan

import (
	"cmp"
	"slices"
	"strconv"

	"ferry.dev/ferry/internal/manifest"
)

// OutputFileSystem is the output of an environment's stack with the ID of its file system, and OutputAccessPoint that of a
// service's with the ID of the access point.
const (
	OutputFileSystem  = "FileSystem"
	OutputAccessPoint = "AccessPoint"
)

// FileSystem is the environment's file system in EFS, in which each service that asks for one has a directory.
type FileSystem struct {
	Targets []MountTarget
}

// MountTarget is where tasks of one availability zone reach the file system.
type MountTarget struct {
	Key    string // logical ID
	Subnet Subnet
}

// ManagedFileSystem returns what the environment's stack makes; nil while no service needs it.
func (e Environment) ManagedFileSystem() *FileSystem {
	if !e.EFS {
		return nil
	}
	f := &FileSystem{}
	for i, subnet := range e.mountSubnets() {
		f.Targets = append(f.Targets, MountTarget{Key: "MountTarget" + strconv.Itoa(i+1), Subnet: subnet})
	}
	return f
}

// mountSubnets picks one subnet of each availability zone that has tasks, a private one where there is one: EFS takes one mount
// target for each zone. Where imported subnets lie is not known here, so those of one kind stand for all: a VPC has each kind
// in the same zones.
func (e Environment) mountSubnets() []Subnet {
	n := e.Network
	if !n.Own() {
		return either(n.Private, n.Public)
	}
	var subnets []Subnet
	zone := func(s Subnet) string { return cmp.Or(s.AZ, strconv.Itoa(s.AZIndex)) }
	for _, s := range slices.Concat(n.Private, n.Public) {
		if !slices.ContainsFunc(subnets, func(o Subnet) bool { return zone(o) == zone(s) }) {
			subnets = append(subnets, s)
		}
	}
	return subnets
}

// needsEFS tells whether a service has a volume in the environment's file system.
func needsEFS(w manifest.Workload) bool {
	for _, v := range w.Storage.Volumes {
		if v.EFS != nil && v.EFS.Managed {
			return true
		}
	}
	return false
}
