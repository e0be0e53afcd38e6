package process

import "fmt"

// Check returns which of the options a system does not have, named as Go names it: on Windows and macOS commands run as the server does, and
// what they take of memory and processors has no limit.
func (o *Options) Check(system string) error {
	name := map[string]string{"windows": "Windows", "darwin": "macOS"}[system]
	if name == "" {
		return nil
	}
	for _, one := range []struct {
		option  string
		written bool
	}{{"run_as", o.User != nil}, {"memory", o.Memory > 0}, {"cpu", o.CPU > 0}} {
		if one.written {
			return fmt.Errorf("%s is not there on %s, where commands run as the server does and without limits: leave it out", one.option, name)
		}
	}
	return nil
}
