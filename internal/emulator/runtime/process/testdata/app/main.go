// Command app is what the tests run in containers.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "serve": // port [file to show]
		serve()
	case "exit":
		n, _ := strconv.Atoi(os.Args[2])
		fmt.Println("leaving")
		os.Exit(n)
	case "sleep":
		fmt.Println("asleep")
		time.Sleep(time.Hour)
	case "deaf": // to SIGTERM
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("deaf")
		time.Sleep(time.Hour)
	case "eat": // memory
		var all [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			all = append(all, b)
		}
	case "write": // file, text
		if err := os.WriteFile(os.Args[2], []byte(os.Args[3]), 0o644); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("written")
	case "read": // file
		text, err := os.ReadFile(os.Args[2])
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(string(text))
	case "look":
		look()
	case "get": // url
		r, err := http.Get(os.Args[2])
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		defer r.Body.Close()
		io.Copy(os.Stdout, r.Body)
	}
}

func serve() {
	port := os.Args[2]
	if v := os.Getenv("PORT"); v != "" {
		port = v
	}
	fmt.Println("listening")
	http.ListenAndServe(":"+port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, os.Getenv("GREETING"))
	}))
}

// look says what the container looks like from inside.
func look() {
	host, _ := os.Hostname()
	wd, _ := os.Getwd()
	names := func(dir string) string {
		var out []string
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return strings.Join(out, " ")
	}
	_, null := os.Open("/dev/null")
	fmt.Printf("ppid %d uid %d gid %d\n", os.Getppid(), os.Getuid(), os.Getgid())
	fmt.Printf("host %s wd %s home %s\n", host[:3], wd, os.Getenv("HOME"))
	fmt.Printf("root %s\n", names("/"))
	write := os.WriteFile("/written", nil, 0o600)
	fmt.Printf("null %v write %v\n", null, write != nil)
}
