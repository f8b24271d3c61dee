package manifest

import (
	"slices"
	"time"

	"github.com/kballard/go-shellquote"
)

// The getters below read a resolved tree. What is missing, or was reported as unusable, reads as the zero value.

func (n *node) usable() bool { return n != nil && !n.bad && !n.open }

func (n *node) str() string {
	if !n.usable() || n.kind != scalar {
		return ""
	}
	return n.text
}

func (n *node) num() int {
	v, ok := parseInt(n.str())
	if !ok || v != int64(int(v)) {
		return 0
	}
	return int(v)
}

func (n *node) yes() bool {
	v, ok := parseBool(n.str())
	return ok && v
}

// numOrNil tells zero from nothing.
func (n *node) numOrNil() *int {
	if n.str() == "" {
		return nil
	}
	v := n.num()
	return &v
}

// yesOrNil tells false from nothing.
func (n *node) yesOrNil() *bool {
	v, ok := parseBool(n.str())
	if !ok {
		return nil
	}
	return &v
}

// elements returns the usable items of a list.
func (n *node) elements() []*node {
	if !n.usable() || n.kind != sequence {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.items), func(item *node) bool { return !item.usable() })
}

// pairs returns the entries of a map.
func (n *node) pairs() []entry {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	return n.entries
}

func (n *node) duration() time.Duration {
	d, err := parseDuration(n.str())
	if err != nil {
		return 0
	}
	return d
}

// strs reads a list, or one string as a list of one. It is nil when nothing is there.
func (n *node) strs() []string {
	if !n.usable() || n.kind == null {
		return nil
	}
	if n.kind == scalar {
		return []string{n.text}
	}
	out := make([]string, 0, len(n.items))
	for _, item := range n.items {
		if item.usable() {
			out = append(out, item.str())
		}
	}
	return out
}

// words reads a command: a list as it is, a string as a shell would split it.
func (n *node) words() []string {
	if n == nil || n.kind != scalar {
		return n.strs()
	}
	words, err := shellquote.Split(n.str())
	if err != nil {
		return nil
	}
	return words
}

// strMap reads a map of strings. It is nil when nothing is there.
func (n *node) strMap() map[string]string {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string]string, len(n.entries))
	for _, e := range n.entries {
		if e.value.usable() && e.value.kind == scalar {
			out[e.key] = e.value.text
		}
	}
	return out
}
