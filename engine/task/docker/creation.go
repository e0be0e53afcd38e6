package docker

import (
	"cmp"
	"maps"
	"net/netip"

	api "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/container"
)

// creation returns what the daemon is asked for.
func creation(c *container.Container, command *task.Command) (client.ContainerCreateOptions, error) {
	config := &api.Config{
		Image: c.Image, Cmd: command.Args, Entrypoint: c.EntryPoint, Env: command.Env, WorkingDir: command.Dir, User: c.User,
		Labels: maps.Clone(c.Labels), AttachStdout: true, AttachStderr: true,
	}
	host := &api.HostConfig{
		NetworkMode: api.NetworkMode(c.Network), ExtraHosts: c.ExtraHosts, Binds: c.Volumes, Privileged: c.Privileged, ShmSize: c.SharedMemory,
		Resources: api.Resources{
			NanoCPUs: c.NanoCPUs, Memory: c.Memory, MemorySwap: c.MemorySwap, MemoryReservation: c.MemoryReservation, MemorySwappiness: c.Swappiness,
			OomKillDisable: c.KeepOnOOM,
		},
	}
	if config.Labels == nil {
		config.Labels = map[string]string{}
	}
	if !c.Detach && c.Owner != "" {
		config.Labels[ownerLabel] = c.Owner
	}
	if !c.Keep && !c.Detach { // what it prints is read, and may be more than the daemon has room for
		host.LogConfig.Type = "none"
	}
	if c.Keep {
		config.Labels[keepLabel] = "true"
	}
	for _, one := range c.Devices {
		host.DeviceRequests = append(host.DeviceRequests, api.DeviceRequest{Driver: one.Driver, Count: one.Count, DeviceIDs: one.IDs, Capabilities: one.Capabilities, Options: one.Options})
	}
	for _, text := range c.Ports {
		p, err := container.ParsePort(text)
		if err != nil {
			return client.ContainerCreateOptions{}, err
		}
		inside, err := network.ParsePort(p.Container)
		if err != nil {
			return client.ContainerCreateOptions{}, err
		}
		if config.ExposedPorts == nil {
			config.ExposedPorts, host.PortBindings = network.PortSet{}, network.PortMap{}
		}
		config.ExposedPorts[inside] = struct{}{}
		address, err := netip.ParseAddr(cmp.Or(p.Address, "0.0.0.0"))
		if err != nil {
			return client.ContainerCreateOptions{}, err
		}
		host.PortBindings[inside] = append(host.PortBindings[inside], network.PortBinding{HostIP: address, HostPort: p.Host})
	}
	return client.ContainerCreateOptions{Config: config, HostConfig: host}, nil
}
