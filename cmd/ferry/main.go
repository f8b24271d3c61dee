// Command ferry takes a container from a laptop to Amazon ECS and keeps it well there.
package main

func main() {}
