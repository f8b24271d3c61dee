package image

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// tagLength is how many hexadecimal digits of the digest make the tag: 128 bits, short enough to read aloud.
const tagLength = 32

// fingerprint is the digest of named inputs, in the order in which they are added.
type fingerprint struct{ h hash.Hash }

func newFingerprint() *fingerprint { return &fingerprint{sha256.New()} }

// add mixes in one input. Every part is preceded by its length, so that no two lists of parts look alike.
func (f *fingerprint) add(name string, parts ...string) {
	f.write(name)
	_ = binary.Write(f.h, binary.BigEndian, uint64(len(parts))) // a hash never fails
	for _, p := range parts {
		f.write(p)
	}
}

func (f *fingerprint) write(s string) {
	_ = binary.Write(f.h, binary.BigEndian, uint64(len(s)))
	_, _ = io.WriteString(f.h, s)
}

func (f *fingerprint) tag() string { return hex.EncodeToString(f.h.Sum(nil))[:tagLength] }

// input is one file, directory or symbolic link that goes into an image.
type input struct {
	name string // with slashes, relative to what it is an input of
	path string // where it is on this machine
	mode fs.FileMode
	text string // a symbolic link's target
	sum  [sha256.Size]byte
}

// addTree mixes in files, whose sums are known, by name, mode and content. Modification times and owners stay out: engines
// ignore them, too.
func (f *fingerprint) addTree(name string, files []input) {
	f.add(name)
	for _, in := range files {
		f.add(in.name, kindAndMode(in.mode), in.text, string(in.sum[:]))
	}
}

// kindAndMode is what of a mode reaches an image. On Windows files have no modes, and engines give all of them 0755.
func kindAndMode(m fs.FileMode) string {
	kind := m.Type()
	perm := m & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	if runtime.GOOS == "windows" {
		perm = 0o755
	}
	if kind&fs.ModeSymlink != 0 {
		perm = 0 // its own mode means nothing and differs between systems
	}
	return kind.String() + " " + perm.String()
}

// sumFiles sorts files by name and reads the regular ones among them, several at a time.
func sumFiles(files []input) error {
	slices.SortFunc(files, func(a, b input) int { return strings.Compare(a.name, b.name) })
	var g errgroup.Group
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range files {
		if !files[i].mode.IsRegular() {
			continue
		}
		g.Go(func() error {
			sum, err := sumFile(files[i].path)
			files[i].sum = sum
			return err
		})
	}
	return g.Wait()
}

func sumFile(path string) (sum [sha256.Size]byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}
