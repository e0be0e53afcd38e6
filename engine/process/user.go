package process

import (
	"fmt"
	"os/user"
	"strconv"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
)

// LookupUser returns a user of the machine by name or number.
func LookupUser(name string) (*task.User, error) {
	found, err := user.Lookup(name)
	if err != nil {
		if found, err = user.LookupId(name); err != nil {
			return nil, fmt.Errorf("there is no user %q on this machine", name)
		}
	}
	u := &task.User{Name: found.Username, Home: found.HomeDir}
	uid, err := strconv.Atoi(found.Uid)
	if err != nil {
		return nil, fmt.Errorf("user %q has no number: its commands cannot run on this system", name)
	}
	gid, err := strconv.Atoi(found.Gid)
	if err != nil {
		return nil, fmt.Errorf("user %q has no group with a number: its commands cannot run on this system", name)
	}
	u.UID, u.GID = uid, gid
	groups, err := found.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("the groups of user %q cannot be read: %w", name, err)
	}
	for _, text := range groups {
		if id, err := strconv.Atoi(text); err == nil {
			u.Groups = append(u.Groups, id)
		}
	}
	return u, nil
}
