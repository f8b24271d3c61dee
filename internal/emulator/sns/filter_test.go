package sns

import (
	"encoding/json"
	"testing"
)

func TestFilterPoliciesMatchAsSNSSays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		policy, body string
		want         bool
	}{
		{`{"a":["x"]}`, `{"a":"x"}`, true},
		{`{"a":["x"]}`, `{"a":"y"}`, false},
		{`{"a":["x"]}`, `{"b":"x"}`, false},
		{`{"a":["x"]}`, `{"a":["w","x"]}`, true},
		{`{"a":["x"]}`, `no JSON`, false},
		{`{"a":["x"],"b":[1]}`, `{"a":"x","b":1.0}`, true},
		{`{"a":["x"],"b":[1]}`, `{"a":"x","b":2}`, false},
		{`{"a":[true]}`, `{"a":true}`, true},
		{`{"a":[null]}`, `{"a":null}`, true},
		{`{"a":[null]}`, `{}`, false},
		{`{"a":[{"prefix":"or"}]}`, `{"a":"order"}`, true},
		{`{"a":[{"suffix":"er"}]}`, `{"a":"order"}`, true},
		{`{"a":[{"suffix":"x"}]}`, `{"a":"order"}`, false},
		{`{"a":[{"equals-ignore-case":"ORDER"}]}`, `{"a":"order"}`, true},
		{`{"a":[{"wildcard":"o*d*r"}]}`, `{"a":"order"}`, true},
		{`{"a":[{"wildcard":"o*x*r"}]}`, `{"a":"order"}`, false},
		{`{"a":[{"wildcard":"order"}]}`, `{"a":"orders"}`, false},
		{`{"a":[{"anything-but":"x"}]}`, `{"a":"y"}`, true},
		{`{"a":[{"anything-but":"x"}]}`, `{"a":"x"}`, false},
		{`{"a":[{"anything-but":"x"}]}`, `{}`, false},
		{`{"a":[{"anything-but":["x",1]}]}`, `{"a":1}`, false},
		{`{"a":[{"anything-but":["x"]}]}`, `{"a":["x","y"]}`, false},
		{`{"a":[{"anything-but":{"prefix":"o"}}]}`, `{"a":"order"}`, false},
		{`{"a":[{"numeric":["=",5]}]}`, `{"a":5}`, true},
		{`{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":5}`, true},
		{`{"a":[{"numeric":[">",0,"<",5]}]}`, `{"a":5}`, false},
		{`{"a":[{"numeric":[">",0]}]}`, `{"a":"5"}`, false},
		{`{"a":[{"exists":true}]}`, `{"a":{}}`, true},
		{`{"a":[{"exists":true}]}`, `{}`, false},
		{`{"a":[{"exists":false}]}`, `{}`, true},
		{`{"a":[{"exists":false}]}`, `{"a":1}`, false},
		{`{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":"10.1.2.3"}`, true},
		{`{"a":[{"cidr":"10.0.0.0/8"}]}`, `{"a":"11.1.2.3"}`, false},
		{`{"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"y"}`, true},
		{`{"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"z"}`, false},
		{`{"c":[1],"$or":[{"a":["x"]},{"b":["y"]}]}`, `{"b":"y"}`, false},
		{`{"a":{"b":{"c":["x"]}}}`, `{"a":{"b":{"c":"x"}}}`, true},
		{`{"a":{"b":["x"]}}`, `{"a":[{"b":"y"},{"b":"x"}]}`, true},
		{`{"a":{"b":[{"exists":false}]}}`, `{}`, true},
		{`{"a":{"b":["x"]}}`, `{"a":"x"}`, false},
	}
	for _, tt := range tests {
		f, err := parseFilter(tt.policy, true)
		if err != nil {
			t.Errorf("%s: %v", tt.policy, err)
			continue
		}
		if got := f.matchBody(tt.body); got != tt.want {
			t.Errorf("%s with %s: %t, want %t", tt.policy, tt.body, got, tt.want)
		}
	}
}

func TestPoliciesThatSNSRefusesAreRefused(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{
		``, `[]`, `{"a":1}`, `{"a":"x"}`, `{"a":[]}`, `{"a":[[]]}`, `{"a":[{"begins":"x"}]}`, `{"a":[{"prefix":1}]}`, `{"a":[{"prefix":"x","suffix":"y"}]}`,
		`{"a":[{"exists":"x"}]}`, `{"a":[{"numeric":["!",1]}]}`, `{"a":[{"numeric":["="]}]}`, `{"a":[{"numeric":["=","1"]}]}`, `{"a":[{"anything-but":[]}]}`,
		`{"a":[{"anything-but":{"exists":false}}]}`, `{"$or":[{"a":["x"]}]}`, `{"$or":["a","b"]}`, `{"a":[{"cidr":"x"}]}`, `{"a":["x"]} {}`,
	} {
		if _, err := parseFilter(policy, true); err == nil {
			t.Errorf("%s is taken", policy)
		}
	}
	if _, err := parseFilter(`{"a":{"b":["x"]}}`, false); err == nil {
		t.Error("attributes have no keys of their own")
	}
}

func FuzzFiltersNeverPanic(f *testing.F) {
	f.Add(`{"a":[{"numeric":[">",0,"<=",5]}],"$or":[{"a":["x"]},{"b":[{"anything-but":["y"]}]}]}`, `{"a":5,"b":["x"]}`)
	f.Add(`{"a":{"b":[{"wildcard":"x*y"},{"exists":false}]}}`, `{"a":[{"b":null}]}`)
	f.Fuzz(func(t *testing.T, policy, body string) {
		for _, scope := range []bool{true, false} {
			filter, err := parseFilter(policy, scope)
			if err != nil {
				continue
			}
			if !json.Valid([]byte(policy)) {
				t.Errorf("%q is no JSON", policy)
			}
			filter.matchBody(body)
			kind := "String.Array"
			filter.matchAttributes(map[string]Attribute{"a": {DataType: &kind, StringValue: &body}})
		}
	})
}
