// Package crash tests what becomes of executions when something goes wrong around the server: its process, its disk, a second server.
// It knows the binary by its URLs and output alone.
package crash
