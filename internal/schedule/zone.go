package schedule

import (
	"time"
	_ "time/tzdata" // what a manifest says must mean the same on a machine without a database of time zones
)

// Zone returns the time zone of a name of the IANA's, UTC for "".
func Zone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, bad(0, "", "Local is another time zone on every machine")
	}
	return time.LoadLocation(name)
}
