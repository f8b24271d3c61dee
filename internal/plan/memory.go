package plan

import "cmp"

// Memory is what a container gets of its task's memory, in MiB.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_memory
type Memory struct {
	Reserved int // what it is sure to get
	Limit    int // where it is killed; 0 = where the instance has no more
}

// MemoryOf returns a container's range: a reservation is the lower end, a limit the upper one; with a limit alone both are
// the same, and without one the task's memory is the upper end.
func (s Service) MemoryOf(c Container) Memory {
	o := c.Options
	return Memory{Reserved: cmp.Or(o.MemoryReservation, o.Memory), Limit: cmp.Or(o.Memory, s.Manifest.Memory)}
}
