// Package tests holds what is checked about the project as a whole: that its packages import each other in one direction
// only (architecture_test.go), that the README's tables say what the specs say (readme_test.go), and, in the folders below,
// that the built binary does what it promises.
//
//	bench         how fast the real binary is beside Caddy's respond, and expressions are beside other languages
//	conformance   the engine, against what a real Kestra answered
//	e2e           the real binary, over HTTP and HTTPS; in thirdparty a module of its own with a group of tasks, as somebody else writes one
//	tools         a module of its own that pins the tools of the build
//	xcaddybuild   builds the binary with xcaddy, as a user does, from xcaddy.json
package tests
