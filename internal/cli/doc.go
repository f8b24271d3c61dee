// Package cli owns ferry's commands: it turns flags into one call and a result into an exit code.
//
// One file holds one command, in three parts: its options, the constructor of the cobra command, and a run function that
// has no cobra in it. What a command does is done in package deploy and below; what it shows is shown by package ui.
//
// Rules:
//   - Every prompt has a flag. Without a terminal nothing prompts: the error names the flag, exit 2.
//   - Environment local is another endpoint in the AWS configuration, chosen in target.go and known nowhere else.
//   - Every command has an example and says its exit codes; tests walk the tree to see that it does.
package cli
