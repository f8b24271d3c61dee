// Command ferry takes a container from a laptop to Amazon ECS and keeps it well there.
package main

import (
	"os"

	_ "ferry.dev/ferry/cmd/ferry/early" // answers --version before anything else is set up
	"ferry.dev/ferry/internal/cli"
	"ferry.dev/ferry/internal/emulator/runtime/process"
)

func main() {
	process.MaybeInit() // a task of environment local begins as this program: then it becomes the task's, and is no command
	os.Exit(cli.Main(os.Args[1:]))
}
