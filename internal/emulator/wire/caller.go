package wire

import "context"

type callerKey struct{}

// WithCaller returns a context that carries the access key which signed the request.
func WithCaller(ctx context.Context, accessKey string) context.Context {
	return context.WithValue(ctx, callerKey{}, accessKey)
}

// Caller returns the access key that signed the request, or "" for a call from inside the process.
func Caller(ctx context.Context) string {
	key, _ := ctx.Value(callerKey{}).(string)
	return key
}
