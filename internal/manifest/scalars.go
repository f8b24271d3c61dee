package manifest

import (
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// parseBool reads a boolean in the spellings that YAML 1.1 has for it, as Copilot does.
func parseBool(s string) (value, ok bool) {
	switch s {
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y":
		return true, true
	case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N":
		return false, true
	}
	return false, false
}

// parseInt reads a whole number as YAML writes it: decimal, with underscores, 0x, 0o.
func parseInt(s string) (int64, bool) {
	s = strings.TrimPrefix(s, "+")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n, err = strconv.ParseInt(s, 0, 64)
	}
	return n, err == nil
}

// parseNumber reads what YAML took for a number.
func parseNumber(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

// parsePortRange reads 8080, 8125/udp and 7000-7010/tcp.
func parsePortRange(s string) (PortRange, bool) {
	numbers, protocol, named := strings.Cut(s, "/")
	p := PortRange{Protocol: strings.ToLower(protocol)}
	if !named {
		p.Protocol = "tcp"
	}
	first, last, isRange := strings.Cut(numbers, "-")
	if !isRange {
		last = first
	}
	from, okFrom := parseInt(first)
	to, okTo := parseInt(last)
	p.From, p.To = int(from), int(to)
	ok := okFrom && okTo && from >= 1 && to <= 65535 && from <= to && (p.Protocol == "tcp" || p.Protocol == "udp")
	return p, ok
}

// parseDuration reads Go's durations, and days: 90s, 1m30s, 250ms, 4d, 1d12h. There are no negative ones.
func parseDuration(s string) (time.Duration, error) {
	rest, days := s, time.Duration(0)
	if before, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(before, 10, 16)
		if err != nil {
			return 0, errors.New("not a duration")
		}
		days, rest = time.Duration(n)*24*time.Hour, after
		if rest == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > math.MaxInt64-days {
		return 0, errors.New("not a duration")
	}
	return days + d, nil
}

// parseCIDR reads an IPv4 or IPv6 network whose host bits are zero.
func parseCIDR(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, errors.New("not an address range")
	}
	return p, nil
}

// scalarFits tells whether a scalar can be read as one of the scalar types. A quoted scalar is text and nothing else,
// unless an interpolation made it.
func scalarFits(n *node, types []string) bool {
	for _, t := range types {
		if fits(n, t) {
			return true
		}
	}
	return false
}

func fits(n *node, t string) bool {
	if n.quoted && !n.filled && (t == typeInt || t == typePort || t == typeBool || t == typeNumber) {
		return false
	}
	switch t {
	case typeString:
		return true
	case typeInt:
		_, ok := parseInt(n.text)
		return ok
	case typePort:
		v, ok := parseInt(n.text)
		return ok && v >= 1 && v <= 65535
	case typeBool:
		_, ok := parseBool(n.text)
		return ok
	case typeDuration:
		_, err := parseDuration(n.text)
		return err == nil
	case typeCIDR:
		_, err := parseCIDR(n.text)
		return err == nil
	case typeNumber:
		f, err := strconv.ParseFloat(n.text, 64)
		return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return false
}
