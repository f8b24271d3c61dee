package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func volumes(v map[string]manifest.Volume) func(*manifest.Workload) {
	return func(w *manifest.Workload) { w.Storage.Volumes = v }
}

func managed(uid, gid int) *manifest.EFSVolume {
	return &manifest.EFSVolume{Managed: true, RootDir: "/", IAM: true, UID: uid, GID: gid}
}

func TestAManagedVolumeHasADirectoryOfTheServiceAndAnOwnerMadeFromItsName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		efs  *manifest.EFSVolume
		want *plan.AccessPoint
	}{
		"by itself":  {managed(0, 0), &plan.AccessPoint{Path: "/web", UID: 365508689, GID: 365508689}},
		"by request": {managed(1000, 2000), &plan.AccessPoint{Path: "/web", UID: 1000, GID: 2000}},
		"elsewhere":  {&manifest.EFSVolume{ID: "fs-1"}, nil},
		"not at all": {nil, nil},
	} {
		got := service(volumes(map[string]manifest.Volume{"data": {Path: "/data", EFS: c.efs}})).ManagedAccessPoint()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOnlyAManagedVolumeNeedsTheEnvironmentsFileSystemAndWhatStandsStays(t *testing.T) {
	t.Parallel()
	needs := func(efs *manifest.EFSVolume) bool {
		return plan.NeedsOf(web(volumes(map[string]manifest.Volume{"data": {EFS: efs}}))).EFS
	}
	got := []bool{
		needs(managed(0, 0)), needs(&manifest.EFSVolume{ID: "fs-1"}), needs(nil),
		plan.LiveNeeds(map[string]string{"FileSystem": "fs-1"}).Union(plan.Needs{}).EFS, plan.LiveNeeds(nil).EFS,
	}
	if diff := cmp.Diff([]bool{true, false, false, true, false}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEachZoneHasOneMountTarget(t *testing.T) {
	t.Parallel()
	az := func(zones ...string) []manifest.Subnet {
		var out []manifest.Subnet
		for _, z := range zones {
			out = append(out, manifest.Subnet{CIDR: "10.0.0.0/24", AZ: z})
		}
		return out
	}
	imported := func(ids ...string) []manifest.Subnet {
		var out []manifest.Subnet
		for _, id := range ids {
			out = append(out, manifest.Subnet{ID: id})
		}
		return out
	}
	for name, c := range map[string]struct {
		network manifest.EnvNetwork
		want    []string
	}{
		"private ones first":           {manifest.EnvNetwork{Public: az("a", "b"), Private: az("a", "b")}, []string{"PrivateSubnet1", "PrivateSubnet2"}},
		"two in one zone":              {manifest.EnvNetwork{Private: az("a", "b", "a")}, []string{"PrivateSubnet1", "PrivateSubnet2"}},
		"public ones where no other":   {manifest.EnvNetwork{Public: az("a", "b", "c"), Private: az("a", "b")}, []string{"PrivateSubnet1", "PrivateSubnet2", "PublicSubnet3"}},
		"zones by number":              {manifest.EnvNetwork{Public: az("", "", ""), Private: az("", "")}, []string{"PrivateSubnet1", "PrivateSubnet2", "PublicSubnet3"}},
		"imported private ones":        {manifest.EnvNetwork{ID: "vpc-1", Public: imported("a"), Private: imported("b", "c")}, []string{"b", "c"}},
		"imported, with none of these": {manifest.EnvNetwork{ID: "vpc-1", Public: imported("a", "b")}, []string{"a", "b"}},
	} {
		e := plan.NewEnvironment(app(), env(func(e *manifest.Environment) { e.Network = c.network }), plan.Needs{EFS: true})
		var got []string
		for _, target := range e.ManagedFileSystem().Targets {
			if target.Subnet.ID != "" {
				got = append(got, target.Subnet.ID)
			} else {
				got = append(got, target.Subnet.Key)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if f := plan.NewEnvironment(app(), env(), plan.Needs{}).ManagedFileSystem(); f != nil {
		t.Errorf("a file system that nobody needs: %+v", f)
	}
}

func TestTheTaskRoleMayOnlyMountWhatItsVolumesNameAndWriteWhereAContainerMay(t *testing.T) {
	t.Parallel()
	got := service(volumes(map[string]manifest.Volume{
		"a": {Path: "/a", ReadOnly: true, EFS: &manifest.EFSVolume{ID: "fs-1", IAM: true}},
		"b": {Path: "/b", EFS: &manifest.EFSVolume{ID: "fs-2", IAM: true, AccessPoint: "fsap-1"}},
		"c": {EFS: &manifest.EFSVolume{ID: "fs-3"}},
		"d": {Path: "/d"},
		"e": {Path: "/e", S3Files: &manifest.S3FilesVolume{FileSystem: "arn:aws:s3files:us-east-1:1:file-system/fs-4"}},
	})).TaskPolicies()
	const arn = "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:"
	want := []plan.Policy{{Name: "volumes", Statements: []plan.Statement{
		{Actions: []string{"elasticfilesystem:ClientMount"}, Resources: []string{arn + "file-system/fs-1"}},
		{Actions: []string{"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}, Resources: []string{arn + "file-system/fs-2"},
			Conditions: map[string]map[string][]string{"StringEquals": {"elasticfilesystem:AccessPointArn": {arn + "access-point/fsap-1"}}}},
		{Actions: []string{"s3files:ClientMount", "s3files:ClientWrite"}, Resources: []string{"arn:aws:s3files:us-east-1:1:file-system/fs-4"}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAKeyOfTheUsersIsNamedInTheRoleForVolumes(t *testing.T) {
	t.Parallel()
	const any = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/"
	for key, want := range map[string]string{
		"0a1b2c3d": any + "0a1b2c3d", "alias/volumes": any + "*", "arn:aws:kms:us-east-1:1:alias/volumes": any + "*",
		"arn:aws:kms:us-east-1:1:key/0a1b": "arn:aws:kms:us-east-1:1:key/0a1b",
	} {
		role := service(volumes(map[string]manifest.Volume{"d": {EBS: &manifest.EBSVolume{Size: 1, KMSKey: key}}})).EBSRole()
		for _, s := range role.Policies[0].Statements {
			if diff := cmp.Diff([]string{want}, s.Resources); diff != "" {
				t.Errorf("%s: %s", key, diff)
			}
		}
	}
	role := service(volumes(map[string]manifest.Volume{"d": {EBS: &manifest.EBSVolume{Size: 1}}})).EBSRole()
	if diff := cmp.Diff(&plan.VolumeRole{Name: "demo-test-web-volumes"}, role); diff != "" {
		t.Error(diff)
	}
	kept := service()
	kept.KeepVolumeRole = true
	if diff := cmp.Diff(&plan.VolumeRole{Name: "demo-test-web-volumes"}, kept.EBSRole()); diff != "" {
		t.Errorf("tasks that still run lose their volumes' role: %s", diff)
	}
	if role := service().EBSRole(); role != nil {
		t.Errorf("a role for no volume: %+v", role)
	}
}

func TestAContainerIsToldWhereItsVolumesAre(t *testing.T) {
	t.Parallel()
	s := service(volumes(map[string]manifest.Volume{"b": {Path: "/b"}, "a": {Path: "/a", ReadOnly: true}}))
	if got := s.Variables()["FERRY_MOUNT_POINTS"]; got != `{"a":"/a","b":"/b"}` {
		t.Errorf("got %s", got)
	}
	if _, told := service().Variables()["FERRY_MOUNT_POINTS"]; told {
		t.Error("a service without volumes is told of some")
	}
}
