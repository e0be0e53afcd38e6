package container

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Definition is what a task says of its container, compiled.
type Definition struct {
	m  *flow.Members // nil: nothing
	in Runner
}

// Compile checks [Properties], those of a runner, or of the older form; m is nil where none is written.
func Compile(m *flow.Members, in Runner) (*Definition, error) {
	d := &Definition{m, in}
	if m == nil {
		return d, nil
	}
	errs := []error{CheckHost(m, in)}
	for _, one := range []struct{ property, danger string }{{"volumes", Volumes}, {"deviceRequests", Devices}} {
		if m.Has(one.property) && !isEmpty(m, one.property) && !in.Allows(one.danger) {
			errs = append(errs, m.Errorf(one.property, "%w", refused(one.property, one.danger)))
		}
	}
	if (m.Bool("privileged") || m.Template("privileged") != nil) && !in.Allows(Privileged) {
		errs = append(errs, m.Errorf("privileged", "%w", refused("privileged", Privileged)))
	}
	if network, constant := setting.Of(m, "networkMode").Constant(); constant {
		if err := d.checkNetwork(network); err != nil {
			errs = append(errs, m.Errorf("networkMode", "%w", err))
		}
	}
	if how, constant := setting.Of(m, "fileHandlingStrategy").Constant(); constant && how == "MOUNT" {
		errs = append(errs, m.Errorf("fileHandlingStrategy", "%w", errMount))
	}
	for _, one := range sizes {
		if text, constant := d.setting(one.object, one.name).Constant(); constant && text != "" {
			if _, err := parseBytes(text); err != nil {
				errs = append(errs, d.object(one.object).Errorf(one.name, "%w", err))
			}
		}
	}
	if text, constant := d.setting("cpu", "cpus").Constant(); constant && text != "" {
		if _, err := parseCPUs(text); err != nil {
			errs = append(errs, d.object("cpu").Errorf("cpus", "%w", err))
		}
	}
	if ports := m.Structure("portBindings"); ports != nil {
		for _, port := range ports.Items() {
			if v, constant := port.Constant(); constant {
				if _, err := ParsePort(value.Text(v)); err != nil {
					errs = append(errs, m.Errorf("portBindings", "%w", err))
				}
			}
		}
	}
	return d, errors.Join(errs...)
}

// isEmpty reports whether a list is written and has nothing in it.
func isEmpty(m *flow.Members, property string) bool {
	v := m.Value(property)
	return len(m.Objects(property)) == 0 && (v.IsNull() || v.Kind() == value.KindList && v.List().Len() == 0)
}

var errMount = errors.New("files are copied into the container, which may be on another machine: write `VOLUME`, or leave it out")

// refused is the error of what is dangerous and not allowed.
func refused(property, danger string) error {
	return fmt.Errorf("%s gives a container power over the machine of the daemon: it needs `allow %s` in the option `docker` of the global kestra block", property, danger)
}

// CheckHost checks that a task means the daemon that there is.
func CheckHost(m *flow.Members, in Runner) error {
	if host := m.Text("host"); host != "" && in != nil && host != in.Host() {
		return m.Errorf("host", "the daemon is that of the option `docker`, %s: leave it out", in.Host())
	}
	return nil
}

// checkNetwork returns why a container may not have a network. No name of a network has a colon: what has one is the network of another
// container, or with Podman that of any process of the machine (ns:), or one that leads to the loopback of the machine by its options.
func (d *Definition) checkNetwork(network string) error {
	if (network == "host" || strings.Contains(network, ":")) && !d.in.Allows(HostNetwork) {
		return refused("networkMode "+network, HostNetwork)
	}
	return nil
}

// object returns a property that is an object; of none, that of the definition itself.
func (d *Definition) object(name string) *flow.Members {
	if d.m == nil || name == "" {
		return d.m
	}
	return d.m.Object(name)
}

func (d *Definition) setting(object, name string) setting.Setting {
	return setting.Of(d.object(object), name)
}

// sizes are the properties that are numbers of bytes.
var sizes = []struct {
	object, name string
	field        func(*Container) *int64
}{
	{"memory", "memory", func(c *Container) *int64 { return &c.Memory }},
	{"memory", "memorySwap", func(c *Container) *int64 { return &c.MemorySwap }},
	{"memory", "memoryReservation", func(c *Container) *int64 { return &c.MemoryReservation }},
	{"", "shmSize", func(c *Container) *int64 { return &c.SharedMemory }},
}

// Runner returns what runs it.
func (d *Definition) Runner() Runner { return d.in }

// Within is [Within] for the credentials of the container.
func (d *Definition) Within(c *task.Context, image string) (string, error) {
	return Within(c, d.m, image)
}

// Render returns the container of an attempt, without its folders. The image is that of the older form, or the one that is given.
func (d *Definition) Render(c *task.Context, image string) (*Container, error) {
	out := &Container{Image: image, Pull: PullIfNotPresent, Labels: labels(c.Origin), Log: func(text string) { c.Log.Log(task.Debug, text) }}
	if c.Services != nil {
		out.Owner = c.Owner
	}
	if d.m == nil {
		return out, nil
	}
	var err error
	steps := []func() error{
		func() error { return d.image(c, out) },
		func() error { return d.limits(c, out) },
		func() error { return d.surroundings(c, out) },
		func() error { return d.dangers(c, out) },
		func() error { return d.ending(c, out) },
		func() error { out.Registries, err = RenderRegistries(c, d.m, out.Image); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// labels are those of Kestra, by which the container of a task is found.
func labels(o task.Origin) map[string]string {
	return map[string]string{
		"kestra.io/namespace": o.Namespace, "kestra.io/flow-id": o.Flow, "kestra.io/execution-id": o.Execution,
		"kestra.io/task-id": o.Task, "kestra.io/taskrun-id": o.Run,
	}
}

func (d *Definition) image(c *task.Context, out *Container) error {
	image, err := d.setting("", "image").Trimmed(c)
	if err != nil {
		return err
	}
	if image != "" {
		out.Image = image
	}
	pull, err := d.setting("", "pullPolicy").Trimmed(c)
	switch {
	case err != nil:
		return err
	case pull == "":
	case !slices.Contains(PullPolicies, pull):
		return fmt.Errorf("pullPolicy must be one of %s", strings.Join(PullPolicies, ", "))
	default:
		out.Pull = pull
	}
	return nil
}

func (d *Definition) limits(c *task.Context, out *Container) error {
	for _, one := range sizes {
		text, err := d.setting(one.object, one.name).Trimmed(c)
		if err == nil && text != "" {
			*one.field(out), err = parseBytes(text)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	cpus, err := d.setting("cpu", "cpus").Trimmed(c)
	if err == nil && cpus != "" {
		out.NanoCPUs, err = parseCPUs(cpus)
	}
	if err != nil {
		return fmt.Errorf("cpus: %w", err)
	}
	swappiness, err := d.setting("memory", "memorySwappiness").Trimmed(c)
	if err != nil {
		return err
	}
	if swappiness != "" {
		n, err := strconv.ParseInt(swappiness, 10, 64)
		if err != nil || n < 0 || n > 100 {
			return errors.New("memorySwappiness must be from 0 to 100")
		}
		out.Swappiness = &n
	}
	if s := d.setting("memory", "oomKillDisable"); s.Written() {
		disable, err := s.OnOff(c, false)
		out.KeepOnOOM = &disable
		return err
	}
	return nil
}

func (d *Definition) surroundings(c *task.Context, out *Container) (err error) {
	if out.User, err = d.setting("", "user").Trimmed(c); err != nil {
		return err
	}
	for _, one := range []struct {
		name  string
		field *[]string
	}{{"entryPoint", &out.EntryPoint}, {"extraHosts", &out.ExtraHosts}, {"portBindings", &out.Ports}, {"volumes", &out.Volumes}} {
		if *one.field, err = setting.Texts(c, one.name, d.m.Structure(one.name)); err != nil {
			return err
		}
	}
	for _, port := range out.Ports {
		if _, err := ParsePort(port); err != nil {
			return err
		}
	}
	return nil
}

// dangers renders what may be refused, and refuses it here where it was no constant.
func (d *Definition) dangers(c *task.Context, out *Container) (err error) {
	if out.Network, err = d.setting("", "networkMode").Trimmed(c); err != nil {
		return err
	}
	if err := d.checkNetwork(out.Network); err != nil {
		return err
	}
	if out.Privileged, err = d.setting("", "privileged").OnOff(c, false); err != nil {
		return err
	}
	for _, m := range d.m.Objects("deviceRequests") {
		one, err := device(c, m)
		if err != nil {
			return err
		}
		out.Devices = append(out.Devices, one)
	}
	return nil
}

func device(c *task.Context, m *flow.Members) (out Device, err error) {
	if out.Driver, err = setting.Of(m, "driver").Trimmed(c); err != nil {
		return out, err
	}
	count, err := setting.Of(m, "count").Trimmed(c)
	if err == nil && count != "" {
		out.Count, err = strconv.Atoi(count)
	}
	if err != nil {
		return out, fmt.Errorf("count of deviceRequests must be a whole number: %w", err)
	}
	if out.IDs, err = setting.Texts(c, "deviceIds", m.Structure("deviceIds")); err != nil {
		return out, err
	}
	if s := m.Structure("capabilities"); s != nil {
		v, err := s.RenderJSON(c.Pebble)
		if err != nil {
			return out, err
		}
		for _, item := range v.List().All() {
			var all []string
			for _, name := range item.List().All() {
				all = append(all, value.Text(name))
			}
			out.Capabilities = append(out.Capabilities, all)
		}
	}
	options, err := setting.Map(c, "options", m.Structure("options"))
	if err != nil {
		return out, err
	}
	for name, v := range options.All() {
		if out.Options == nil {
			out.Options = map[string]string{}
		}
		out.Options[name] = value.Text(v)
	}
	return out, nil
}

func (d *Definition) ending(c *task.Context, out *Container) error {
	wait, err := d.setting("", "wait").OnOff(c, true)
	if err != nil {
		return err
	}
	remove, err := d.setting("", "delete").OnOff(c, true)
	if err != nil {
		return err
	}
	how, err := d.setting("", "fileHandlingStrategy").Trimmed(c)
	if err == nil && how == "MOUNT" {
		err = errMount
	}
	out.Detach, out.Keep, out.Grace = !wait, !remove, d.m.Duration("killGracePeriod")
	return err
}
