package image

import (
	"fmt"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// Host is this machine's platform in the manifest's words. It may be one that ECS does not have: "DARWIN".
func Host() manifest.Platform {
	p := manifest.Platform{OS: strings.ToUpper(runtime.GOOS), Arch: "X86_64"}
	if runtime.GOARCH == "arm64" {
		p.Arch = "ARM64"
	}
	return p
}

// platformOf translates ECS's words to those of images. An empty platform is linux/amd64, as on Fargate.
func platformOf(p manifest.Platform) v1.Platform {
	out := v1.Platform{OS: "linux", Architecture: "amd64"}
	switch os := strings.ToUpper(p.OS); {
	case strings.HasPrefix(os, "WINDOWS"):
		out.OS = "windows"
	case os == "DARWIN":
		out.OS = "darwin"
	}
	if strings.EqualFold(p.Arch, "ARM64") {
		out.Architecture = "arm64"
	}
	return out
}

// checkPlatform refuses an image that the task could not run: ECS would say so only after the deployment has begun,
// with "exec format error".
func checkPlatform(service string, img v1.Image, want v1.Platform) error {
	cfg, err := img.ConfigFile()
	if err != nil {
		return fmt.Errorf("reading the image's configuration: %w", err)
	}
	if cfg.OS == want.OS && cfg.Architecture == want.Architecture {
		return nil
	}
	return &fault.Error{
		Code: fault.Refused,
		What: fmt.Sprintf("%s: the image is built for %s/%s, the task runs on %s/%s", service, cfg.OS, cfg.Architecture, want.OS, want.Architecture),
		Hint: fmt.Sprintf("set platform: %s/%s in the manifest, or build for the other one (a FROM --platform in the Dockerfile decides, too)", cfg.OS, manifestArch(cfg.Architecture)),
	}
}

// manifestArch is an architecture in the manifest's words.
func manifestArch(arch string) string {
	if arch == "amd64" {
		return "x86_64"
	}
	return arch
}
