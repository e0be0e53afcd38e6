//go:build unix

package caddymodule

import (
	"io/fs"
	"slices"
	"syscall"

	"github.com/caddy-kestra/kestra-webhook/engine"
)

// passes reports whether a user may pass through a folder.
func passes(info fs.FileInfo, u *engine.User) bool {
	const owner, group, others = 0o100, 0o010, 0o001
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && int(stat.Uid) == u.UID:
		return info.Mode()&owner != 0
	case ok && (int(stat.Gid) == u.GID || slices.Contains(u.Groups, int(stat.Gid))):
		return info.Mode()&group != 0
	default:
		return info.Mode()&others != 0
	}
}
