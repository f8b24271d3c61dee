// Command sampleapp is a small web application as users of ferry write them: it greets, says that it is well, logs JSON
// to stdout and ends gracefully. The stories and the demo deploy it.
//
// It reads PORT (default 8080) and GREETING (default "Hello"). With FERRY_QUEUE_URI it is a worker instead: it works on the
// messages of that queue.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// drainTime is less than the 30 seconds that ECS grants between SIGTERM and SIGKILL.
const drainTime = 20 * time.Second

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if err := run(log); err != nil {
		log.Error("cannot serve", "error", err.Error())
		os.Exit(1)
	}
}

func run(log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if address := os.Getenv("FERRY_QUEUE_URI"); address != "" {
		if err := validQueue(address); err != nil {
			return err
		}
		return work(ctx, log, newQueue(address))
	}
	server := &http.Server{
		Addr:              ":" + env("PORT", "8080"),
		Handler:           logged(log, routes(env("GREETING", "Hello"))),
		ReadHeaderTimeout: 5 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Info("listening", "address", server.Addr)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop() // a second signal ends it at once
	log.Info("stopping")
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	log.Info("stopped")
	return nil
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
