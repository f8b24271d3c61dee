package process

import (
	"fmt"
	"net"
	"os"
	goruntime "runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The addresses between a task and its annex, and those that stand for names. The range is for tests of network devices, so
// that no machine has it: https://www.rfc-editor.org/rfc/rfc2544#appendix-C.2.2
const (
	taskAddress  = "198.19.0.1/30"
	annexAddress = "198.19.0.2/30"
	nameRange    = "198.18.0.0/16"
)

// annex is a second network beside a task's own, in which the sandbox listens for what the task's programs find under names. It
// cannot listen in theirs: a program that listens on port 8080 has it on every address there, and calls port 8080 of others.
type annex struct {
	do chan func() // what runs in the annex's thread
}

// newAnnex makes the network and joins it with the calling process's by a pair of virtual Ethernet devices.
func newAnnex() (*annex, error) {
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, err
	}
	defer home.Close()
	a, made := &annex{do: make(chan func())}, make(chan error)
	go func() {
		goruntime.LockOSThread() // and never unlocked: the thread stays in the annex
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			err = furnish(int(home.Fd()))
		}
		made <- err
		for f := range a.do {
			f()
		}
	}()
	if err = <-made; err == nil {
		err = openDoor()
	}
	if err != nil {
		return nil, fmt.Errorf("making a network for the names of other tasks: %w", err)
	}
	return a, nil
}

// The names of the two devices.
const (
	annexDevice = "task"
	taskDevice  = "names"
)

// furnish makes the devices, one of them in the task's network, and gives the annex every address that stands for a name.
func furnish(home int) error {
	pair := &netlink.Veth{LinkAttrs: netlink.NewLinkAttrs(), PeerName: taskDevice, PeerNamespace: netlink.NsFd(home)}
	pair.Name = annexDevice
	if err := netlink.LinkAdd(pair); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	if err := address(annexDevice, annexAddress); err != nil {
		return err
	}
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return route(lo, netlink.Route{Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST})
}

// openDoor leads the task's network to the annex.
func openDoor() error {
	if err := address(taskDevice, taskAddress); err != nil {
		return err
	}
	link, err := netlink.LinkByName(taskDevice)
	if err != nil {
		return err
	}
	return route(link, netlink.Route{Scope: netlink.SCOPE_LINK})
}

// address gives a device an address and brings it up.
func address(device, cidr string) error {
	link, err := netlink.LinkByName(device)
	if err != nil {
		return err
	}
	addr, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, addr); err != nil {
		return err
	}
	return netlink.LinkSetUp(link)
}

// route leads the addresses of names to a device.
func route(link netlink.Link, r netlink.Route) error {
	_, to, err := net.ParseCIDR(nameRange)
	if err != nil {
		return err
	}
	r.Dst, r.LinkIndex = to, link.Attrs().Index
	return netlink.RouteAdd(&r)
}

// listen listens on an address of the annex.
func (a *annex) listen(address string) (l net.Listener, err error) {
	done := make(chan struct{})
	a.do <- func() {
		defer close(done)
		l, err = net.Listen("tcp", address)
	}
	<-done
	return l, err
}
