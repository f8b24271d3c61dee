package process

import "time"

// whileBusy repeats the start of a program that was unpacked a moment ago: a process that is being forked elsewhere in
// this program may hold the file open for writing until it has become another program.
// https://github.com/golang/go/issues/22315
func whileBusy(start func() error) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := start()
		if err == nil || !isBusy(err) || wait > time.Second {
			return err
		}
		time.Sleep(wait)
	}
}
