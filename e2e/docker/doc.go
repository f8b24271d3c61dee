// Package docker owns the runs that a Docker engine proves: an image built from a Dockerfile, pushed to a registry that
// asks for a password, run as a task of environment local, and answering through the load balancer.
package docker
