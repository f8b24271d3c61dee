package cfn

import (
	"context"
	"os"
	"strconv"

	"ferry.dev/ferry/internal/emulator/efs"
)

// files are the types of Amazon EFS.
func (d Deps) files() map[string]provider {
	return map[string]provider{
		"AWS::EFS::FileSystem":  d.fileSystem(),
		"AWS::EFS::MountTarget": d.mountTarget(),
		"AWS::EFS::AccessPoint": d.accessPoint(),
	}
}

// efsTags are the stack's tags and those under a property of another name than Tags.
func (r request) efsTags(property string) map[string]string {
	return mergeTags(r.Tags, r.Props[property])
}

func (d Deps) fileSystem() provider {
	return provider{
		createOnly: []string{"AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode"}, tagged: true,
		properties: []string{"BackupPolicy", "BypassPolicyLockoutSafetyCheck", "FileSystemPolicy", "FileSystemProtection", "FileSystemTags", "LifecyclePolicies",
			"ProvisionedThroughputInMibps", "ReplicationConfiguration", "ThroughputMode"},
		attributes: []string{"Arn", "FileSystemId"},
		create: func(_ context.Context, r request) (string, error) {
			f, err := d.EFS.CreateFileSystem(efs.FileSystem{Encrypted: r.text("Encrypted") == "true", KMSKey: r.text("KmsKeyId"), Tags: r.efsTags("FileSystemTags")})
			return f.ID, err
		},
		update: func(_ context.Context, r request) error {
			return d.EFS.TagFileSystem(r.ID, r.efsTags("FileSystemTags"))
		},
		remove: func(_ context.Context, r request) error { return d.EFS.DeleteFileSystem(r.ID) },
		read: func(_ context.Context, r request) (map[string]any, error) {
			if _, err := d.EFS.FileSystem(r.ID); err != nil {
				return nil, err
			}
			return map[string]any{"Arn": d.Scope.ARN("elasticfilesystem", "file-system/"+r.ID), "FileSystemId": r.ID}, nil
		},
	}
}

func (d Deps) mountTarget() provider {
	return provider{
		required: []string{"FileSystemId", "SecurityGroups", "SubnetId"}, createOnly: []string{"FileSystemId", "IpAddress", "IpAddressType", "Ipv6Address", "SubnetId"},
		properties: []string{"SecurityGroups"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(_ context.Context, r request) (string, error) {
			t, err := d.EFS.CreateMountTarget(efs.MountTarget{FileSystem: r.text("FileSystemId"), Subnet: r.text("SubnetId"), SecurityGroups: r.texts("SecurityGroups")})
			return t.ID, err
		},
		update: func(_ context.Context, r request) error {
			return d.EFS.SetSecurityGroups(r.ID, r.texts("SecurityGroups"))
		},
		remove: func(_ context.Context, r request) error { return d.EFS.DeleteMountTarget(r.ID) },
	}
}

func (d Deps) accessPoint() provider {
	return provider{
		required: []string{"FileSystemId"}, createOnly: []string{"ClientToken", "FileSystemId", "PosixUser", "RootDirectory"},
		properties: []string{"AccessPointTags"}, tagged: true, attributes: []string{"AccessPointId", "Arn"},
		create: func(_ context.Context, r request) (string, error) {
			in, err := newAccessPoint(r)
			if err != nil {
				return "", err
			}
			p, err := d.EFS.CreateAccessPoint(in)
			return p.ID, err
		},
		update: func(_ context.Context, r request) error {
			return d.EFS.TagAccessPoint(r.ID, r.efsTags("AccessPointTags"))
		},
		remove: func(_ context.Context, r request) error { return d.EFS.DeleteAccessPoint(r.ID) },
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": d.Scope.ARN("elasticfilesystem", "access-point/"+r.ID), "AccessPointId": r.ID}, nil
		},
	}
}

// newAccessPoint reads the properties. Numbers of users are text in a template.
func newAccessPoint(r request) (efs.AccessPoint, error) {
	var in struct {
		FileSystemID  string
		PosixUser     *struct{ UID, GID string }
		RootDirectory struct {
			Path         string
			CreationInfo *struct{ OwnerUID, OwnerGID, Permissions string }
		}
	}
	p := efs.AccessPoint{FileSystem: r.text("FileSystemId"), Tags: r.efsTags("AccessPointTags")}
	if err := fill(&in, r.Props, nil, "AccessPointTags", "ClientToken"); err != nil {
		return p, err
	}
	p.Path = in.RootDirectory.Path
	var err error
	number := func(text, property string, base int) int {
		n, parseErr := strconv.ParseUint(text, base, 32)
		if parseErr != nil && err == nil {
			err = badProperty("#/%s: %q is no number", property, text)
		}
		return int(n)
	}
	if u := in.PosixUser; u != nil {
		p.User, p.UID, p.GID = true, number(u.UID, "PosixUser/Uid", 10), number(u.GID, "PosixUser/Gid", 10)
	}
	if c := in.RootDirectory.CreationInfo; c != nil {
		p.Owner = &efs.Owner{UID: number(c.OwnerUID, "RootDirectory/CreationInfo/OwnerUid", 10), GID: number(c.OwnerGID, "RootDirectory/CreationInfo/OwnerGid", 10),
			Permissions: os.FileMode(number(c.Permissions, "RootDirectory/CreationInfo/Permissions", 8)).Perm()}
	}
	return p, err
}
