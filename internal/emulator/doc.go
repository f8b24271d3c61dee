// Package emulator owns the AWS endpoint behind environment local: one http.Handler that tells services apart by their
// signature, runs their operations, records every call, injects faults and latency, and keeps the state in a directory.
//
// It leaves the wire protocols to package wire, what each service does to the service's own package, and the background
// process to package daemon. It is reached from this machine only; its control API lives under /_ferry/.
package emulator
