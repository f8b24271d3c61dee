package render

import (
	"cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

type ephemeral struct {
	SizeInGiB int `json:"sizeInGiB"`
}

// volume is one of a task definition.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html
type volume struct {
	Name               string         `json:"name"`
	Host               *hostVolume    `json:"host,omitempty"`
	EFS                *efsVolume     `json:"efsVolumeConfiguration,omitempty"`
	Docker             *dockerVolume  `json:"dockerVolumeConfiguration,omitempty"`
	FSx                *fsxVolume     `json:"fsxWindowsFileServerVolumeConfiguration,omitempty"`
	S3Files            *s3filesVolume `json:"s3filesVolumeConfiguration,omitempty"`
	ConfiguredAtLaunch bool           `json:"configuredAtLaunch,omitempty"`
}

type hostVolume struct {
	SourcePath string `json:"sourcePath,omitempty"`
}

type efsVolume struct {
	FileSystemID        string           `json:"fileSystemId"`
	RootDirectory       string           `json:"rootDirectory"`
	TransitEncryption   string           `json:"transitEncryption"`
	AuthorizationConfig efsAuthorization `json:"authorizationConfig"`
}

type efsAuthorization struct {
	AccessPointID string `json:"accessPointId,omitempty"`
	IAM           string `json:"iam"`
}

type dockerVolume struct {
	Scope         string            `json:"scope"`
	Autoprovision bool              `json:"autoprovision,omitempty"`
	Driver        string            `json:"driver"`
	DriverOpts    map[string]string `json:"driverOpts,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
}

type fsxVolume struct {
	FileSystemID        string           `json:"fileSystemId"`
	RootDirectory       string           `json:"rootDirectory"`
	AuthorizationConfig fsxAuthorization `json:"authorizationConfig"`
}

type fsxAuthorization struct {
	CredentialsParameter string `json:"credentialsParameter"`
	Domain               string `json:"domain"`
}

type s3filesVolume struct {
	FileSystemArn         string `json:"fileSystemArn"`
	AccessPointArn        string `json:"accessPointArn,omitempty"`
	RootDirectory         string `json:"rootDirectory"`
	TransitEncryptionPort int    `json:"transitEncryptionPort,omitempty"`
}

func ephemeralStorage(s plan.Service) *ephemeral {
	if size := s.Ephemeral(); size > 0 {
		return &ephemeral{size}
	}
	return nil
}

func volumes(s plan.Service) []volume {
	var out []volume
	for _, v := range s.Volumes() {
		out = append(out, newVolume(v))
	}
	return out
}

func newVolume(v plan.Volume) volume {
	out := volume{Name: v.Name, ConfiguredAtLaunch: v.EBS != nil}
	switch {
	case v.EFS != nil:
		out.EFS = &efsVolume{
			FileSystemID: v.EFS.FileSystem, RootDirectory: v.EFS.RootDir,
			TransitEncryption:   "ENABLED", // IAM and access points need it, and nothing speaks against it
			AuthorizationConfig: efsAuthorization{AccessPointID: v.EFS.AccessPoint, IAM: enabled(v.EFS.IAM)},
		}
	case v.Host != nil:
		out.Host = &hostVolume{v.Host.Path}
	case v.Docker != nil:
		d := v.Docker
		out.Docker = &dockerVolume{Scope: d.Scope, Autoprovision: d.Autoprovision, Driver: d.Driver, DriverOpts: d.Options, Labels: d.Labels}
	case v.FSx != nil:
		f := v.FSx
		out.FSx = &fsxVolume{FileSystemID: f.ID, RootDirectory: f.RootDir, AuthorizationConfig: fsxAuthorization{f.Credentials, f.Domain}}
	case v.S3Files != nil:
		f := v.S3Files
		out.S3Files = &s3filesVolume{FileSystemArn: f.FileSystem, AccessPointArn: f.AccessPoint, RootDirectory: f.RootDir, TransitEncryptionPort: f.Port}
	}
	return out
}

// volumeConfiguration is what a service says of a volume that is configured at launch.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html
type volumeConfiguration struct {
	Name             string     `json:"name"`
	ManagedEBSVolume managedEBS `json:"managedEBSVolume"`
}

type managedEBS struct {
	RoleArn                  string                `json:"roleArn"`
	Encrypted                bool                  `json:"encrypted"`
	KmsKeyID                 string                `json:"kmsKeyId,omitempty"`
	VolumeType               string                `json:"volumeType"`
	SizeInGiB                int                   `json:"sizeInGiB,omitempty"`
	SnapshotID               string                `json:"snapshotId,omitempty"`
	VolumeInitializationRate int                   `json:"volumeInitializationRate,omitempty"`
	Iops                     int                   `json:"iops,omitempty"`
	Throughput               int                   `json:"throughput,omitempty"`
	FilesystemType           string                `json:"filesystemType"`
	TagSpecifications        []ebsTagSpecification `json:"tagSpecifications"`
}

type ebsTagSpecification struct {
	ResourceType  string `json:"resourceType"`
	PropagateTags string `json:"propagateTags"`
}

// volumeConfigurations is never nil: an empty list takes away what an update would else keep.
func volumeConfigurations(s plan.Service) []volumeConfiguration {
	out := []volumeConfiguration{}
	for _, v := range s.Volumes() {
		if v.EBS != nil {
			out = append(out, volumeConfiguration{v.Name, newManagedEBS(s, v.EBS)})
		}
	}
	return out
}

func newManagedEBS(s plan.Service, e *manifest.EBSVolume) managedEBS {
	fs := "xfs"
	if s.Windows() {
		fs = "ntfs"
	}
	return managedEBS{
		RoleArn: s.RoleARN(s.EBSRole().Name), Encrypted: e.Encrypted, KmsKeyID: e.KMSKey, VolumeType: e.Type, SizeInGiB: e.Size,
		SnapshotID: e.Snapshot, VolumeInitializationRate: e.InitializationRate, Iops: e.IOPS, Throughput: e.Throughput,
		FilesystemType:    cmp.Or(e.FileSystem, fs),
		TagSpecifications: []ebsTagSpecification{{ResourceType: "volume", PropagateTags: "SERVICE"}},
	}
}
