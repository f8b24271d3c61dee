package cloudfront

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

// rewrite is what a function does to a request's path.
type rewrite func(uri string) string

// recognised finds what a function's code does, by the digest of the code without white space. Code that is not known is
// refused when the function is made: a function that is not run would be a lie.
func recognised(code string) (rewrite, bool) {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(code), "")))
	f, ok := map[string]rewrite{
		directoryIndexDigest: directoryIndex,
	}[hex.EncodeToString(sum[:])]
	return f, ok
}

// directoryIndexDigest is of the function that ferry's templates hold: index.html for a path that ends in a slash or whose
// last part has no dot.
const directoryIndexDigest = "afb5ce4eb0f5db1247dfe021e9c2b5ec817631124298777f64d48527eb2da9e4"

func directoryIndex(uri string) string {
	switch {
	case strings.HasSuffix(uri, "/"):
		return uri + "index.html"
	case !strings.Contains(path.Base(uri), "."):
		return uri + "/index.html"
	}
	return uri
}

// CreateFunction makes a function and publishes it.
func (s *Service) CreateFunction(f Function) error {
	if err := runnable(f); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Functions[f.Name] != nil {
		return fail(http.StatusConflict, "FunctionAlreadyExists", "A function with the same name already exists in this AWS account.")
	}
	s.state.Functions[f.Name] = &f
	return nil
}

// UpdateFunction replaces a function's code.
func (s *Service) UpdateFunction(f Function) error {
	if err := runnable(f); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Functions[f.Name] == nil {
		return noSuchFunction()
	}
	s.state.Functions[f.Name] = &f
	return nil
}

func noSuchFunction() error {
	return fail(http.StatusNotFound, "NoSuchFunctionExists", "The function does not exist.")
}

func runnable(f Function) error {
	if f.Runtime != "cloudfront-js-1.0" && f.Runtime != "cloudfront-js-2.0" {
		return fail(http.StatusBadRequest, "InvalidArgument", "The runtime %s is not valid.", f.Runtime)
	}
	if _, ok := recognised(f.Code); !ok {
		return fail(http.StatusBadRequest, "InvalidArgument", "The code of function %s is not known on this endpoint, which runs no JavaScript.", f.Name)
	}
	return nil
}

// DeleteFunction removes a function that no distribution uses.
func (s *Service) DeleteFunction(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Functions[name] == nil {
		return noSuchFunction()
	}
	if s.used(func(b Behavior) bool {
		for _, a := range b.FunctionAssociations {
			if strings.HasSuffix(a.FunctionARN, "/"+name) {
				return true
			}
		}
		return false
	}, nil) {
		return fail(http.StatusConflict, "FunctionInUse", "The function is attached to one or more distributions.")
	}
	delete(s.state.Functions, name)
	return nil
}

// FunctionARN names a function.
func (s *Service) FunctionARN(name string) string { return s.arn("function/" + name) }
