// Package moto plays stories in an account: environment test, on moto, a simulator of AWS that we did not write. What ferry
// leaves there is read back with the aws command line and compared as a whole.
//
// It proves what moto can prove (that requests are valid, that what exists is wired and named as meant, who may do what) and
// asserts nothing about deployments' progress, tasks, health and events, which moto does not simulate.
package moto
