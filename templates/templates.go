// Package templates holds the CloudFormation of an environment and of a service, as text/template, readable on its own.
//
// What exists and with which values, package plan decides; package render fills these in. The templates hold literals
// and no parameters, so that a linter sees what CloudFormation will see. They carry no ferry: tags: package stack puts
// those on the stack, and CloudFormation on everything in it.
package templates

import "embed"

// FS holds environment.stack.yml, service.stack.yml and site.stack.yml, and the parts that they take in: <stack>.<part>.part.yml.
//
//go:embed *.yml
var FS embed.FS
