package cli

import (
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/deploy"
)

// volumeRows say what each volume is and where containers find it.
func volumeRows(row func(name, value string), volumes []deploy.VolumeUse) {
	title := "Volumes"
	for _, v := range volumes {
		var at []string
		for _, m := range v.Mounts {
			access := "read and write"
			if m.ReadOnly {
				access = "read-only"
			}
			at = append(at, fmt.Sprintf("%s:%s %s", m.Container, m.Path, access))
		}
		row(title, fmt.Sprintf("%s = %s; %s", v.Name, v.Source, strings.Join(at, ", ")))
		title = " "
	}
}
