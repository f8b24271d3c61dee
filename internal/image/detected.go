package image

// Detected is what a directory offers to the wizard.
type Detected struct {
	Dockerfiles []Dockerfile // shallowest first, then by name
	Go          *GoModule    // nil: no Go module with a main package
}

// Dockerfile is one that was found.
type Dockerfile struct {
	Path  string // relative to the directory, with slashes: "api/Dockerfile"
	Ports []int  // what its final stage exposes, in the order written; empty where it exposes nothing or cannot be read
	// HealthCheck tells whether the final stage has a HEALTHCHECK of its own.
	HealthCheck bool
}

// GoModule is a Go module with something to run in it.
type GoModule struct {
	Dir   string   // of go.mod, relative to the directory: "."
	Path  string   // module path
	Mains []string // main packages relative to Dir: ".", "./cmd/api"
}
