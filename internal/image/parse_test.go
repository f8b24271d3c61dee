package image

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheFinalStageOfADockerfileTellsPortsAndHealthCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src  string
		want finalStage
	}{
		"a plain one": {"FROM alpine\nEXPOSE 8080\n", finalStage{Ports: []int{8080}}},
		"several ports, UDP and ranges": {
			"FROM alpine\nEXPOSE 80/tcp 53/udp\nEXPOSE 9000-9010 80\n", finalStage{Ports: []int{80, 9000}},
		},
		"only the last stage": {"FROM golang AS build\nEXPOSE 1\nFROM scratch\nEXPOSE 2\n", finalStage{Ports: []int{2}}},
		"what the last stage is based on": {
			"FROM alpine AS base\nEXPOSE 1\nHEALTHCHECK CMD true\nFROM alpine AS other\nEXPOSE 3\nFROM base\nEXPOSE 2\n",
			finalStage{Ports: []int{1, 2}, HealthCheck: true},
		},
		"a health check taken back": {"FROM a AS b\nHEALTHCHECK CMD true\nFROM b\nHEALTHCHECK NONE\n", finalStage{}},
		"arguments and variables": {
			"ARG BASE=final\nARG PORT=7000\nFROM alpine AS final\nARG PORT\nENV P2=$PORT\nEXPOSE ${P2} ${P3:-7001}\nFROM ${BASE}\n",
			finalStage{Ports: []int{7000, 7001}},
		},
		"an argument of another stage": {"FROM a AS b\nARG P=1\nFROM a\nEXPOSE $P 5\n", finalStage{Ports: []int{5}}},
		"another escape character":     {"# escape=`\nFROM a\nEXPOSE 80 `\n 81\n", finalStage{Ports: []int{80, 81}}},
		"no port at all":               {"FROM scratch\n", finalStage{}},
		"what is no port":              {"FROM a\nEXPOSE 0 65536 http -1\n", finalStage{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseDockerfile([]byte(tt.src))
			check(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestADockerfileThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"", "# nothing\n", "RUN true\n", "FROM\n", "FROM a\nNOSUCH x\n"} {
		if _, err := parseDockerfile([]byte(src)); err == nil {
			t.Errorf("%q: no error", src)
		}
	}
}

func FuzzParseDockerfile(f *testing.F) {
	f.Add([]byte("ARG P=1\nFROM a AS b\nARG P\nENV X=${P:-2}\nEXPOSE $X/tcp 80-90\nHEALTHCHECK CMD x\nFROM b\nRUN <<EOF\nx\nEOF\n"))
	f.Add([]byte("# escape=`\nFROM a\nEXPOSE 80 `\n 81\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		stage, err := parseDockerfile(src)
		if err == nil {
			for _, p := range stage.Ports {
				if p < 1 || p > 65535 {
					t.Errorf("port %d", p)
				}
			}
		}
	})
}

func FuzzBuiltOnLinux(f *testing.F) {
	f.Add([]byte("//go:build ignore && !linux\npackage main\n"))
	f.Fuzz(func(_ *testing.T, src []byte) { builtOnLinux(src) })
}
