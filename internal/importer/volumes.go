package importer

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// volumes writes the task's volumes, each with where the workload's own container has it.
func (t *task) volumes() {
	mounts := map[string]value{}
	for _, m := range t.main.get("mountPoints").items() {
		mounts[m.get("sourceVolume").text()] = m
	}
	for _, v := range t.root.get("volumes").items() {
		name := v.get("name").text()
		d := newDraft()
		if m, ok := mounts[name]; ok {
			d.set(m.get("containerPath").text(), "path")
			d.set(m.get("readOnly").yes(), "read_only")
		}
		efs(v.get("efsVolumeConfiguration"), d)
		fsx(v.get("fsxWindowsFileServerVolumeConfiguration"), d)
		docker(v.get("dockerVolumeConfiguration"), d)
		d.set(v.get("host").get("sourcePath").text(), "host", "path")
		if s := v.get("s3filesVolumeConfiguration"); s.there() {
			d.set(s.get("fileSystemArn").text(), "s3files", "file_system")
			d.set(s.get("accessPointArn").text(), "s3files", "access_point")
			d.set(s.get("rootDirectory").text(), "s3files", "root_dir")
			d.set(number(s.get("transitEncryptionPort")), "s3files", "port")
		}
		if v.get("configuredAtLaunch").yes() {
			t.root.s.note(v, "write storage.volumes."+name+".ebs: {size: …}", "the size of an EBS volume is the service's to say, and not in a task definition")
			d.set(20, "ebs", "size")
		}
		if len(d.root.Content) == 0 {
			d.root.Style = yaml.FlowStyle
			t.draft.put(d.root, "storage", "volumes", name)
			continue
		}
		t.draft.set(d, "storage", "volumes", name)
	}
}

// put sets a value even when there is nothing in it.
func (d draft) put(n *yaml.Node, keys ...string) {
	at := d.root
	for _, k := range keys[:len(keys)-1] {
		at = under(at, k)
	}
	at.Content = append(at.Content, keyNode(keys[len(keys)-1]), n)
}

func efs(e value, d draft) {
	if !e.there() {
		return
	}
	d.set(e.get("fileSystemId").text()+e.get("filesystemId").text(), "efs", "id")
	d.set(e.get("rootDirectory").text(), "efs", "root_dir")
	auth := e.get("authorizationConfig")
	d.set(strings.EqualFold(auth.get("iam").text(), "ENABLED"), "efs", "auth", "iam")
	d.set(auth.get("accessPointId").text(), "efs", "auth", "access_point_id")
	if strings.EqualFold(e.get("transitEncryption").text(), "DISABLED") {
		e.s.note(e.get("transitEncryption"), "", "ferry encrypts what goes to and from EFS")
	}
}

func fsx(f value, d draft) {
	d.set(f.get("fileSystemId").text(), "fsx", "id")
	d.set(f.get("rootDirectory").text(), "fsx", "root_dir")
	d.set(f.get("authorizationConfig").get("credentialsParameter").text(), "fsx", "credentials")
	d.set(f.get("authorizationConfig").get("domain").text(), "fsx", "domain")
}

func docker(v value, d draft) {
	d.set(v.get("scope").text(), "docker", "scope")
	if v.get("autoprovision").yes() {
		d.set(true, "docker", "autoprovision")
	}
	d.set(v.get("driver").text(), "docker", "driver")
	for _, f := range []rename{{"driverOpts", "options"}, {"labels", "labels"}} {
		m := newDraft()
		for _, e := range v.get(f.from).entries() {
			m.set(e.value.text(), e.key)
		}
		d.set(m, "docker", f.to)
	}
}
