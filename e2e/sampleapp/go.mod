module ferry.dev/sampleapp

go 1.26
