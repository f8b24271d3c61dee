package template

import (
	"math/rand"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	files, _ := filepath.Glob("../../../render/testdata/*/*.stack.yml")
	var seeds [][]byte
	for _, f := range files {
		b, _ := os.ReadFile(f)
		seeds = append(seeds, b)
	}
	slow := time.Duration(0)
	end := time.Now().Add(10 * time.Second)
	n := 0
	for time.Now().Before(end) {
		b := append([]byte(nil), seeds[rand.Intn(len(seeds))]...)
		for range 1 + rand.Intn(5) {
			switch rand.Intn(3) {
			case 0:
				b[rand.Intn(len(b))] = byte(rand.Intn(256))
			case 1:
				i := rand.Intn(len(b))
				b = append(b[:i], b[min(len(b), i+rand.Intn(20)):]...)
			case 2:
				i, j := rand.Intn(len(b)), rand.Intn(len(b))
				c := append([]byte(nil), b[j:min(len(b), j+rand.Intn(50))]...)
				b = append(b[:i], append(c, b[i:]...)...)
			}
		}
		done := make(chan bool)
		start := time.Now()
		go func() { Parse(string(b)); close(done) }()
		select {
		case <-done:
		case <-time.After(3 * time.Second):
			os.WriteFile("/tmp/slow.yml", b, 0o600)
			t.Fatal("slow")
		}
		if d := time.Since(start); d > slow {
			slow = d
		}
		n++
	}
	t.Log(n, slow)
}
