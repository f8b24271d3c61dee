// Package ui owns everything that a person sees or is asked: the streams, the mode in which a run shows its progress
// (live view, plain lines, JSON), tables, errors, prompts and the spinner. It is the only importer of survey and spinner.
//
// Rules:
//   - stdout carries results and nothing else; progress, prompts, remarks and errors go to stderr.
//   - The mode is decided once, from the streams and the environment, before the first event.
//   - The three renderers take the same event stream. What an event means is said once, in narrator.go.
//   - A string that came over the network goes through Sanitize before it reaches a terminal.
//   - Nothing prompts without a terminal: Refuse names the flag that answers instead.
//
// It knows no AWS and no deploy line: it renders package event and nothing else.
package ui
