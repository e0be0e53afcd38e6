package container

import (
	"slices"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
)

// RegistryProperties are those that say who asks a registry of images, of any task that uses the daemon.
func RegistryProperties(variables ...string) []flow.Property {
	text := texts(variables)
	return []flow.Property{
		{Name: "host", Type: flow.String, Summary: "The address of the daemon: that of the option `docker`, or nothing."},
		{Name: "config", Type: flow.Any, Dynamic: true, Summary: "The configuration of Docker's client, a map or JSON text, of which `auths` counts: users and passwords of registries."},
		{Name: "credentials", Type: flow.Object, Summary: "Who asks a registry.", Properties: []flow.Property{
			text("registry", "The registry, as in `ghcr.io`; without it, that of the image."),
			text("username", "The user."),
			text("password", "The password."),
			text("registryToken", "A token that is sent to the registry."),
			text("identityToken", "A token by which one is fetched."),
			text("auth", "User and password in one: base64 of `user:password`."),
		}},
	}
}

func texts(variables []string) func(name, summary string) flow.Property {
	return func(name, summary string) flow.Property {
		return flow.Property{Name: name, Type: flow.String, Dynamic: true, Variables: variables, Summary: summary}
	}
}

// Properties are those of a container, of a runner of scripts and of the task that runs one. Their expressions see variables beside the others.
func Properties(variables ...string) []flow.Property {
	text := texts(variables)
	list := func(name, summary string) flow.Property {
		return flow.Property{Name: name, Type: flow.StringList, Dynamic: true, JSONText: true, Variables: variables, Summary: summary}
	}
	onOff := func(name, summary string) flow.Property {
		return flow.Property{Name: name, Type: flow.Boolean, Dynamic: true, Variables: variables, Summary: summary}
	}
	pull := text("pullPolicy", "When the image is pulled.")
	pull.Values, pull.Default = PullPolicies, PullIfNotPresent
	cpus := text("cpus", "How many processors it may use at most, as in `1.5`.")
	cpus.Required = true
	return slices.Concat(RegistryProperties(variables...), []flow.Property{
		text("user", "The user in the container, by name or number. Without it, that of the image."),
		list("entryPoint", "The program before the command; empty: none."),
		list("extraHosts", "Names of hosts that the container knows, as in `name:10.0.0.1`."),
		text("networkMode", "The network, as in `bridge` or `none`. `host`, and what has a colon, as that of another container, needs `allow host_network` of the option `docker`."),
		list("portBindings", "Ports that the machine of the daemon has for it, as in `127.0.0.1:8080:80/tcp`."),
		list("volumes", "Folders or volumes of the machine of the daemon, as in `/srv/data:/data`. They need `allow volumes` of the option `docker`."),
		pull,
		{Name: "deviceRequests", Type: flow.Objects, Summary: "Devices, as graphics processors. They need `allow devices` of the option `docker`.", Properties: []flow.Property{
			text("driver", "The driver, as in `nvidia`."),
			{Name: "count", Type: flow.Integer, Dynamic: true, Variables: variables, Summary: "How many; -1 is all."},
			list("deviceIds", "Which, by their ids."),
			{Name: "capabilities", Type: flow.Any, Dynamic: true, Variables: variables, Summary: "What they must be able to do: a list of lists, of one of which all are needed."},
			{Name: "options", Type: flow.Map, Dynamic: true, JSONText: true, Texts: true, Variables: variables, Summary: "Options of the driver."},
		}},
		{Name: "cpu", Type: flow.Object, Summary: "Limits the use of processors.", Properties: []flow.Property{cpus}},
		{Name: "memory", Type: flow.Object, Summary: "Limits memory. Sizes are as in `512MB`, where K, M and G are 1024 of the one before.", Properties: []flow.Property{
			text("memory", "How much it may have at most."),
			text("memorySwap", "How much it may have with what is swapped out; -1 is any amount."),
			text("memorySwappiness", "How willingly the kernel swaps its memory out: from 0 to 100."),
			text("memoryReservation", "How much it is held to when memory is short."),
			{Name: "kernelMemory", Type: flow.String, NotYet: true, Summary: "Docker has that limit no more."},
			onOff("oomKillDisable", "Whether the kernel kills nothing in it when memory is short."),
		}},
		text("shmSize", "The size of /dev/shm, as in `256MB`."),
		onOff("privileged", "Whether it may do what root of the daemon's machine may. That needs `allow privileged` of the option `docker`."),
	})
}

// RunnerProperties are those of a Docker runner of scripts, beside its type.
func RunnerProperties(variables ...string) []flow.Property {
	return slices.Concat(Properties(variables...), []flow.Property{
		{Name: "fileHandlingStrategy", Type: flow.String, Dynamic: true, Values: []string{"MOUNT", "VOLUME"}, Default: "VOLUME", Summary: "How files get into the container. There is `VOLUME`: they are copied."},
		{Name: "delete", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether the container is removed when it has ended."},
		{Name: "wait", Type: flow.Boolean, Dynamic: true, Default: "true", Summary: "Whether the task lasts until the container has ended. One that nobody waits for is removed by nobody."},
		{Name: "killGracePeriod", Type: flow.Duration, Default: "0s", Summary: "How long the container may go on when the task is killed, after it was asked to end."},
		{Name: "resume", Type: flow.Boolean, Dynamic: true, Summary: "Has no effect: containers of a server that has ended are removed, and the attempt is made again."},
	})
}

// OlderProperties are those of `docker` and `dockerOptions`, the older form of a Docker runner.
func OlderProperties(variables ...string) []flow.Property {
	image := texts(variables)("image", "The image.")
	return slices.Concat([]flow.Property{image}, Properties(variables...), []flow.Property{
		{Name: "configPath", Type: flow.String, NotYet: true, Summary: "A file with what `config` has."},
	})
}
