package workspace

// ScaffoldRequest holds the wizard's answers.
type ScaffoldRequest struct {
	App  string
	Name string // the service
	Type string // manifest.LoadBalancedWebService or manifest.BackendService
	Env  string // "" or "local": no environment manifest is written

	Image      string // an existing image; else Dockerfile or Go
	Dockerfile string // relative to the project, for example ./Dockerfile
	Go         bool   // build with the built-in Go builder
	GoPackage  string // the main package, default "."
	Port       int    // 0 = none

	Account, Region string // of the environment
}

// File is one file to be written.
type File struct {
	Path string // absolute
	Data []byte
}

// Scaffold says which files the request makes in the project directory dir. It writes nothing.
func Scaffold(dir string, r ScaffoldRequest) ([]File, error) { return nil, nil }

// Write writes the files, each whole or not at all. A file that exists with other content is overwritten only if
// overwrite agrees; all questions are asked before the first write, and an error from overwrite writes nothing.
// It returns the paths written.
func Write(files []File, overwrite func(path string) (bool, error)) ([]string, error) { return nil, nil }
