// Package ids owns the names that the emulator gives to things: ARNs and random identifiers of the shapes that AWS uses.
package ids

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// Scope is the account and region that an emulator plays.
type Scope struct {
	Account string // twelve digits
	Region  string // such as us-east-1
}

// Default is the scope of environment local: an account that nobody can own.
func Default() Scope { return Scope{Account: "000000000000", Region: "us-east-1"} }

// ARN returns arn:aws:<service>:<region>:<account>:<resource>. IAM and STS have no region.
func (s Scope) ARN(service, resource string) string {
	region := s.Region
	if service == "iam" || service == "sts" {
		region = ""
	}
	return "arn:aws:" + service + ":" + region + ":" + s.Account + ":" + resource
}

// NewHex returns n random lower-case hexadecimal digits.
func NewHex(n int) string {
	b := make([]byte, (n+1)/2)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails: it ends the process instead
	return hex.EncodeToString(b)[:n]
}

// NewUUID returns a random UUID (version 4), as request IDs and change set IDs are.
func NewUUID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the process instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// New returns prefix followed by n random characters of A–Z and 2–7, as IAM's unique IDs are (AROA…, AKIA…).
func New(prefix string, n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails: it ends the process instead
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return prefix + string(b)
}

// NewEC2 returns an EC2 style identifier: the prefix, a dash and 17 hexadecimal digits (vpc-0a1b…).
func NewEC2(prefix string) string { return prefix + "-0" + NewHex(16) }

// Word tells whether a name has 1 to most characters, all of them ASCII letters, digits, hyphens and underscores: what most
// services take. A regular expression that counts that far takes a part of a millisecond to compile, in every run of the program.
func Word(name string, most int) bool {
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		default:
			return false
		}
	}
	return name != "" && len(name) <= most
}

// Tagged is a resource with its tags, as the resource groups tagging API lists it.
type Tagged struct {
	ARN  string
	Tags map[string]string
}
