package process_test

import (
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/runtime"
)

func TestATaskFindsOthersUnderNamesOnThePortsThatItHasItself(t *testing.T) {
	t.Parallel()
	r, img := isolated(t), app(t)
	api := task(t, r, "api")
	start(t, api, runtime.ContainerSpec{Name: "api", Image: img, Command: []string{"serve", "8080"}, Env: []string{"GREETING=from api"}, Ports: []int{8080}})
	answers(t, api, 8080, "from api")
	dial := func() (net.Conn, error) {
		address, err := api.Address(t.Context(), 8080)
		if err != nil {
			return nil, err
		}
		return net.Dial("tcp", address)
	}
	web := task(t, r, "web")
	start(t, web, runtime.ContainerSpec{Name: "web", Image: img, Command: []string{"serve", "8080"}, Env: []string{"GREETING=from web"}, Ports: []int{8080}})
	answers(t, web, 8080, "from web")
	get := func(url string) string {
		out := newOutput()
		ends(t, start(t, web, runtime.ContainerSpec{Name: "get", Image: img, Command: []string{"get", url}, Output: out}))
		if _, after, ok := strings.Cut(out.String(), "lookup "); ok { // which name server was asked differs
			name, _, _ := strings.Cut(after, " ")
			return "no " + name
		}
		return strings.TrimSpace(out.String())
	}
	resolve := func(names ...runtime.Name) {
		if err := web.Resolve(names); err != nil {
			t.Fatal(err)
		}
	}
	resolve(runtime.Name{Host: "api", Port: 8080, Dial: dial}, runtime.Name{Host: "api.test.local", Port: 80, Dial: dial})
	got := []string{get("http://api:8080"), get("http://api.test.local"), get("http://localhost:8080")}
	resolve(runtime.Name{Host: "other", Port: 8080, Dial: dial}, runtime.Name{Host: "api.test.local", Port: 81, Dial: dial})
	got = append(got, get("http://api:8080"), get("http://api.test.local:81"), get("http://other:8080"))
	want := []string{"from api", "from api", "from web", "no api", "from api", "from api"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
