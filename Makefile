# Everything here needs only Go and make, but for the two e2e runs, which say what they look for.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X ferry.dev/ferry/internal/version.linked=$(VERSION)
FUZZTIME ?= 20s

# Tools are run at a fixed version and stay out of go.mod, so that what ferry is built from is only what it needs.
GOLANGCI   := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULN     := golang.org/x/vuln/cmd/govulncheck@v1.9.0
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GORELEASER := github.com/goreleaser/goreleaser/v2@v2.15.4

.PHONY: help build demo test race lint vuln fuzz bench e2e-moto e2e-docker check

help: ## Show this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/ferry
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ferry ./cmd/ferry

demo: build ## Show the main job on environment local: build, push, deploy, request, logs
	@$(GO) run ./e2e/demo -ferry bin/ferry

test: ## Pass all tests that need only Go
	@$(GO) test -timeout 30m ./...
	@cd e2e/sampleapp && $(GO) test ./...

race: ## The same under the race detector (needs a C compiler)
	@CGO_ENABLED=1 $(GO) test -race -timeout 45m ./...

lint: ## gofmt, vet, golangci-lint, actionlint, goreleaser check
	@test -z "$$(gofmt -l cmd internal templates manifests e2e | tee /dev/stderr)"
	@$(GO) vet ./...
	@$(GO) run $(GOLANGCI) run
	@$(GO) run $(ACTIONLINT)
	@$(GO) run $(GORELEASER) check --quiet

vuln: ## govulncheck: known vulnerabilities in what ferry calls (asks vuln.go.dev)
	@.ci/vuln $(GOVULN)

fuzz: ## Fuzz every parser for FUZZTIME (20s) each
	@.ci/fuzz $(FUZZTIME)

bench: build ## Measure the targets: start-up, rendering, AWS calls and round trips
	@$(GO) test ./e2e/bench -run '^$$' -bench . -benchtime 1x -ferry "$(CURDIR)/bin/ferry"

e2e-moto: ## Play the stories on moto (needs moto_server and the aws CLI)
	@FERRY_E2E=1 $(GO) test ./e2e/moto -count=1 -v -timeout 40m

e2e-docker: ## Build, push, run and answer with a Docker engine (needs dockerd or an engine, and docker-registry)
	@FERRY_E2E=1 $(GO) test ./e2e/docker ./internal/emulator/runtime/docker -count=1 -v -timeout 20m

check: test race lint vuln ## All that a change must pass, but for the e2e runs
