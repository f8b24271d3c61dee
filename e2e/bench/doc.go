// Package bench owns the measurements that `make bench` prints next to their targets: start-up, offline rendering, and
// the AWS calls and round trips of a deploy, counted by the endpoint that answers them.
package bench
