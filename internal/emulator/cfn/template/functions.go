package template

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
)

func (e *Env) join(arg any, depth int) (any, error) {
	a, err := args(arg, 2, "Fn::Join")
	if err != nil {
		return nil, err
	}
	sep, ok := a[0].(string)
	if !ok {
		return nil, fail("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined")
	}
	list, err := e.list(a[1], depth, "Fn::Join")
	if err != nil {
		return nil, err
	}
	parts := make([]string, len(list))
	for i, x := range list {
		if parts[i], ok = Text(x); !ok {
			return nil, fail("Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined")
		}
	}
	return strings.Join(parts, sep), nil
}

func (e *Env) split(arg any, depth int) (any, error) {
	a, err := args(arg, 2, "Fn::Split")
	if err != nil {
		return nil, err
	}
	sep, ok := a[0].(string)
	if !ok || sep == "" {
		return nil, fail("Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.")
	}
	s, err := e.text(a[1], depth, "Fn::Split")
	if err != nil {
		return nil, err
	}
	out := []any{}
	for part := range strings.SplitSeq(s, sep) {
		out = append(out, part)
	}
	return out, nil
}

func (e *Env) pick(arg any, depth int) (any, error) {
	a, err := args(arg, 2, "Fn::Select")
	if err != nil {
		return nil, err
	}
	s, err := e.text(a[0], depth, "Fn::Select")
	if err != nil {
		return nil, err
	}
	list, err := e.list(a[1], depth, "Fn::Select")
	if err != nil {
		return nil, err
	}
	if len(list) == 1 && list[0] == Unknown {
		return Unknown, nil
	}
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 || i >= len(list) {
		return nil, fail("Template error: Fn::Select cannot select nonexistent value at index %s", s)
	}
	return list[i], nil
}

func (e *Env) findInMap(arg any, depth int) (any, error) {
	a, ok := arg.([]any)
	if !ok || len(a) < 3 || len(a) > 4 {
		return nil, fail("Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")
	}
	var keys [3]string
	for i := range keys {
		s, err := e.text(a[i], depth, "Fn::FindInMap")
		if err != nil {
			return nil, err
		}
		keys[i] = s
	}
	v, ok := e.Template.Mappings[keys[0]][keys[1]][keys[2]]
	if ok {
		return v, nil
	}
	if len(a) == 4 {
		if m, isMap := a[3].(map[string]any); isMap && m["DefaultValue"] != nil {
			return e.eval(m["DefaultValue"], depth)
		}
	}
	return nil, fail("Template error: Unable to get mapping for %s::%s::%s", keys[0], keys[1], keys[2])
}

func (e *Env) getAZs(arg any, depth int) (any, error) {
	region := ""
	if arg != nil {
		s, err := e.text(arg, depth, "Fn::GetAZs")
		if err != nil {
			return nil, err
		}
		region = s
	}
	region = cmp.Or(region, e.Region)
	if e.Zones == nil {
		return []any{region + "a", region + "b", region + "c"}, nil
	}
	out := []any{}
	for _, z := range e.Zones(region) {
		out = append(out, z)
	}
	return out, nil
}

func (e *Env) base64(arg any, depth int) (any, error) {
	s, err := e.text(arg, depth, "Fn::Base64")
	return base64.StdEncoding.EncodeToString([]byte(s)), err
}

func (e *Env) length(arg any, depth int) (any, error) {
	l, err := e.list(arg, depth, "Fn::Length")
	return json.Number(strconv.Itoa(len(l))), err
}

func (e *Env) toJSON(arg any, depth int) (any, error) {
	v, err := e.eval(arg, depth)
	if err != nil {
		return nil, err
	}
	if v == (any)(noValue{}) {
		v = nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// cidr cuts a network into count blocks with the given number of host bits (8 when left out).
func (e *Env) cidr(arg any, depth int) (any, error) {
	a, ok := arg.([]any)
	if !ok || len(a) < 2 || len(a) > 3 {
		return nil, fail("Template error: Fn::Cidr requires an IP block, a count and, if wanted, the number of host bits")
	}
	block, err := e.text(a[0], depth, "Fn::Cidr")
	if err != nil {
		return nil, err
	}
	numbers := [2]int{1, 8}
	for i, x := range a[1:] {
		s, err := e.text(x, depth, "Fn::Cidr")
		if err != nil {
			return nil, err
		}
		if numbers[i], err = strconv.Atoi(s); err != nil {
			return nil, fail("Template error: Fn::Cidr requires numbers as its second and third argument")
		}
	}
	if strings.Contains(block, Unknown) {
		out := make([]any, min(max(numbers[0], 0), 256))
		for i := range out {
			out[i] = Unknown
		}
		return out, nil
	}
	return cut(block, numbers[0], numbers[1])
}

func cut(block string, count, bits int) (any, error) {
	p, err := netip.ParsePrefix(block)
	if err != nil || !p.Addr().Is4() {
		return nil, fail("Template error: Fn::Cidr: %s is not an IPv4 block", block)
	}
	length := 32 - bits
	if count < 1 || count > 256 || bits < 1 || length < p.Bits() || (length-p.Bits() < 8 && count > 1<<(length-p.Bits())) {
		return nil, fail("Template error: Fn::Cidr: %d blocks of %d host bits do not fit into %s", count, bits, block)
	}
	first := p.Masked().Addr().As4()
	start := binary.BigEndian.Uint32(first[:])
	out := make([]any, count)
	for i := range out {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], start+uint32(i)<<bits)
		out[i] = netip.PrefixFrom(netip.AddrFrom4(b), length).String()
	}
	return out, nil
}
