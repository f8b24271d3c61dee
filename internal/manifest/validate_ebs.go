package manifest

// ebsLimits is what a type of EBS volume allows.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
type ebsLimits struct {
	minSize, maxSize int // GiB
	minIOPS, maxIOPS int // 0 = they cannot be chosen
	perGiB           int // operations per second for each GiB at most; 0 = not bound to the size
}

func ebsTypes() map[string]ebsLimits {
	return map[string]ebsLimits{
		"gp2":      {minSize: 1, maxSize: 16384},
		"gp3":      {minSize: 1, maxSize: 16384, minIOPS: 3000, maxIOPS: 16000, perGiB: 500},
		"io1":      {minSize: 4, maxSize: 16384, minIOPS: 100, maxIOPS: 64000, perGiB: 50},
		"io2":      {minSize: 4, maxSize: 16384, minIOPS: 100, maxIOPS: 256000, perGiB: 1000},
		"st1":      {minSize: 125, maxSize: 16384},
		"sc1":      {minSize: 125, maxSize: 16384},
		"standard": {minSize: 1, maxSize: 1024},
	}
}

func (v validator) ebs(p path, e *EBSVolume, w Workload) {
	v.needsFargate14(w, p, "EBS")
	limits, ok := ebsTypes()[e.Type]
	if !ok || !v.sure(p.with("type")) {
		return // reported by the table
	}
	switch {
	case w.Capacity.LaunchType == LaunchExternal:
		v.badKey(p, "leave it away", "an external instance has no EBS volumes")
	case w.Capacity.Daemon():
		v.badKey(p, "write host: {path: …} for a directory of the instance", "a daemon's tasks cannot have EBS volumes")
	}
	if e.Type == "standard" && w.Capacity.Fargate() {
		v.bad(p.with("type"), "write type: gp3", "Fargate has no magnetic volumes")
	}
	v.ebsSize(p, e, limits)
	v.ebsSpeed(p, e, limits)
	if e.KMSKey != "" && !e.Encrypted {
		v.bad(p.with("encrypted"), "remove it", "kms_key names a key to encrypt the volume with")
	}
	if fs := p.with("filesystem"); v.fromUser(fs) && (e.FileSystem == "ntfs") != w.Platform.Windows() {
		hint := "write ext3, ext4 or xfs"
		if w.Platform.Windows() {
			hint = "write ntfs"
		}
		v.bad(fs, hint, "%s tasks cannot mount %s", map[bool]string{true: "Windows", false: "Linux"}[w.Platform.Windows()], e.FileSystem)
	}
}

func (v validator) ebsSize(p path, e *EBSVolume, limits ebsLimits) {
	size, snapshot := p.with("size"), p.with("snapshot")
	switch {
	case e.Size == 0 && e.Snapshot == "" && v.sure(size, snapshot):
		v.bad(p, "for example size: 50", "must have a size or a snapshot")
	case e.Size != 0 && (e.Size < limits.minSize || e.Size > limits.maxSize):
		v.bad(size, "", "a volume of type %s has %d to %d GiB, not %d", e.Type, limits.minSize, limits.maxSize, e.Size)
	}
	if rate := p.with("initialization_rate"); e.InitializationRate != 0 && e.Snapshot == "" {
		v.bad(rate, "remove it", "only a volume with a snapshot is initialized")
	}
}

func (v validator) ebsSpeed(p path, e *EBSVolume, limits ebsLimits) {
	iops, throughput := p.with("iops"), p.with("throughput")
	switch {
	case e.IOPS == 0 && (e.Type == "io1" || e.Type == "io2") && v.sure(iops):
		v.bad(p, "for example iops: 1000", "a volume of type %s must say its iops", e.Type)
	case e.IOPS == 0:
	case limits.maxIOPS == 0:
		v.bad(iops, "remove it, or write type: gp3", "a volume of type %s has no iops to choose", e.Type)
	case e.IOPS < limits.minIOPS || e.IOPS > limits.maxIOPS:
		v.bad(iops, "", "a volume of type %s has %d to %d iops, not %d", e.Type, limits.minIOPS, limits.maxIOPS, e.IOPS)
	case e.Size != 0 && e.IOPS > e.Size*limits.perGiB && e.IOPS > limits.minIOPS:
		v.bad(iops, "make the volume larger", "a volume of type %s has at most %d iops for each GiB, and this one has %d GiB", e.Type, limits.perGiB, e.Size)
	}
	if e.Throughput == 0 {
		return
	}
	if e.Type != "gp3" {
		v.bad(throughput, "remove it, or write type: gp3", "a volume of type %s has no throughput to choose", e.Type)
	} else if most := max(e.IOPS, 3000) / 4; e.Throughput > most {
		v.bad(throughput, "write more iops", "%d iops carry at most %d MiB/s", max(e.IOPS, 3000), most)
	}
}
