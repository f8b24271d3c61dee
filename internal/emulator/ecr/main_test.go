package ecr_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain proves that everything that this package's tests started has ended.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
