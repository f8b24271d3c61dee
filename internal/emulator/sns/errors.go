package sns

import (
	"fmt"

	"ferry.dev/ferry/internal/emulator/wire"
)

func fail(code, format string, args ...any) error {
	return &wire.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func notFound(what string) error {
	return &wire.Error{Code: "NotFound", Message: what + " does not exist", Status: 404}
}

func invalid(format string, args ...any) error {
	return fail("InvalidParameter", "Invalid parameter: "+format, args...)
}
