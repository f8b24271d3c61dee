package plan

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// volumePolicies is what the application may do with the file systems that its containers mount: no more than mounting them,
// and writing where a container may write.
func (s Service) volumePolicies() []Policy {
	var statements []Statement
	for _, v := range s.Volumes() {
		switch {
		case v.EFS != nil && v.EFS.IAM:
			statements = append(statements, s.mountEFS(v))
		case v.S3Files != nil:
			statements = append(statements, s.mountS3Files(v))
		}
	}
	if len(statements) == 0 {
		return nil
	}
	return []Policy{{Name: "volumes", Statements: statements}}
}

// mountEFS: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
func (s Service) mountEFS(v Volume) Statement {
	m := s.Manifest.Storage.Volumes[v.Name].EFS
	id, point := escapeSub(m.ID), ""
	switch {
	case m.Managed:
		id, point = ImportText(s.EnvStack+"-"+OutputFileSystem), substARN("elasticfilesystem", "access-point/${AccessPoint}")
	case m.Import != "":
		id = ImportText(m.Import)
	}
	if m.AccessPoint != "" {
		point = substARN("elasticfilesystem", "access-point/"+escapeSub(m.AccessPoint))
	}
	return s.mount("elasticfilesystem", v.Name, substARN("elasticfilesystem", "file-system/"+id), point)
}

// mountS3Files: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-prereq-policies.html
func (s Service) mountS3Files(v Volume) Statement {
	return s.mount("s3files", v.Name, escapeSub(v.S3Files.FileSystem), escapeSub(v.S3Files.AccessPoint))
}

// mount allows mounting one file system, through one access point where there is one.
func (s Service) mount(service, volume, fileSystem, accessPoint string) Statement {
	st := Statement{Actions: []string{service + ":ClientMount"}, Resources: []string{fileSystem}}
	if s.writes(volume) {
		st.Actions = append(st.Actions, service+":ClientWrite")
	}
	if accessPoint != "" {
		st.Conditions = map[string]map[string][]string{"StringEquals": {service + ":AccessPointArn": {accessPoint}}}
	}
	return st
}

// writes tells whether a container of the task may write to a volume.
func (s Service) writes(volume string) bool {
	return slices.ContainsFunc(s.Containers(), func(c Container) bool {
		return slices.ContainsFunc(c.MountPoints, func(p MountPoint) bool { return p.Volume == volume && !p.ReadOnly })
	})
}

// shareAccess adds the credentials with which shares of FSx are mounted.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html
func (s Service) shareAccess(a *Access) {
	for _, v := range s.Manifest.Storage.Volumes {
		switch {
		case v.FSx == nil:
		case strings.Contains(v.FSx.Credentials, ":secretsmanager:"):
			a.Secrets = append(a.Secrets, secretResources(v.FSx.Credentials)...)
		default:
			a.Parameters = append(a.Parameters, escapeSub(v.FSx.Credentials))
		}
	}
}

// VolumeRole is the role with which ECS makes, attaches and deletes the tasks' EBS volumes.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
type VolumeRole struct {
	Name     string
	Policies []Policy // beside AWS's own, for a key of the user's
}

// OutputVolumeRole is the output of a service's stack with the ARN of that role.
const OutputVolumeRole = "VolumeRoleArn"

// EBSRole returns that role; nil without an EBS volume.
func (s Service) EBSRole() *VolumeRole {
	for _, v := range s.Manifest.Storage.Volumes {
		if v.EBS != nil {
			return &VolumeRole{Name: shorten(s.Stack+"-volumes", maxRoleName), Policies: keyPolicies(v.EBS)}
		}
	}
	if s.KeepVolumeRole {
		return &VolumeRole{Name: shorten(s.Stack+"-volumes", maxRoleName)}
	}
	return nil
}

// keyPolicies lets the role use the key that the manifest names, for EBS only.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-kms-encryption.html
func keyPolicies(v *manifest.EBSVolume) []Policy {
	if v.KMSKey == "" {
		return nil
	}
	resource, conditions := keyResource(v.KMSKey)
	conditions["StringEquals"] = map[string][]string{"kms:ViaService": {"ec2.${AWS::Region}.${AWS::URLSuffix}"}}
	grant := map[string]map[string][]string{"Bool": {"kms:GrantIsForAWSResource": {"true"}}}
	for operator, keys := range conditions {
		grant[operator] = keys
	}
	return []Policy{{Name: "key", Statements: []Statement{
		{Sid: "UseKey", Actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
			Resources: []string{resource}, Conditions: conditions},
		{Sid: "GrantKey", Actions: []string{"kms:CreateGrant"}, Resources: []string{resource}, Conditions: grant},
	}}}
}

// keyResource names a key in a policy. An alias cannot be a resource: there a condition names it.
func keyResource(key string) (string, map[string]map[string][]string) {
	_, alias, isARN := strings.Cut(key, ":alias/")
	if !isARN {
		alias, isARN = strings.CutPrefix(key, "alias/")
	}
	switch {
	case isARN:
		return substARN("kms", "key/*"), map[string]map[string][]string{"ForAnyValue:StringEquals": {"kms:ResourceAliases": {escapeSub("alias/" + alias)}}}
	case strings.HasPrefix(key, "arn:"):
		return escapeSub(key), map[string]map[string][]string{}
	}
	return substARN("kms", "key/"+escapeSub(key)), map[string]map[string][]string{}
}
