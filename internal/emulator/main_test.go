package emulator_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain proves that every emulator of this package's tests ended with all its goroutines.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
