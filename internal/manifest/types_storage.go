package manifest

// Storage is the disks of a task.
type Storage struct {
	Ephemeral    int // GiB, 20 to 200; 20 is what Fargate gives without being asked; 0 = nothing was written
	ReadOnlyRoot bool
	Volumes      map[string]Volume // by name
}

// Volume is a volume of a task. Of the pointers at most one is set; with none it is an empty directory for the task's
// containers to share.
type Volume struct {
	Path     string // where the service's container finds it
	ReadOnly bool   // for the service's container; default true

	EFS     *EFSVolume
	EBS     *EBSVolume
	Host    *HostVolume
	Docker  *DockerVolume
	FSx     *FSxVolume
	S3Files *S3FilesVolume
}

// Empty tells whether the volume is an empty directory that ends with the task.
func (v Volume) Empty() bool {
	return v.EFS == nil && v.EBS == nil && v.Host == nil && v.Docker == nil && v.FSx == nil && v.S3Files == nil
}

// EFSVolume is a volume in Amazon EFS.
type EFSVolume struct {
	Managed     bool   // in the environment's file system
	ID          string // of a file system that exists
	Import      string // name of the CloudFormation export that holds the ID, where ID is ""
	RootDir     string // default "/"
	IAM         bool   // mounted as the task role
	AccessPoint string
	UID, GID    int // managed: owner of the directory; 0 = made from the service's name
}

// EBSVolume is an EBS volume that ECS makes for each task.
type EBSVolume struct {
	Size               int    // GiB; 0 = the snapshot's
	Type               string // default "gp3"
	IOPS               int    // 0 = the type's default
	Throughput         int    // MiB/s; 0 = the type's default
	Encrypted          bool   // default true
	KMSKey             string
	Snapshot           string
	FileSystem         string // "" = xfs, on Windows ntfs
	InitializationRate int    // MiB/s; 0 = lazily
}

// HostVolume is a directory of the container instance.
type HostVolume struct{ Path string }

// DockerVolume is a Docker volume of the container instance.
type DockerVolume struct {
	Scope           string // "task" (default) or "shared"
	Autoprovision   bool
	Driver          string // default "local"
	Options, Labels map[string]string
}

// FSxVolume is a share of FSx for Windows File Server.
type FSxVolume struct{ ID, RootDir, Credentials, Domain string }

// S3FilesVolume is an Amazon S3 Files file system.
type S3FilesVolume struct {
	FileSystem  string // ARN
	AccessPoint string // ARN
	RootDir     string // default "/"
	Port        int    // 0 = chosen by the mount helper
}
