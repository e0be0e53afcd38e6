package container

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/pebble"
	"github.com/caddy-kestra/kestra-webhook/engine/task"
	"github.com/caddy-kestra/kestra-webhook/engine/task/setting"
	"github.com/caddy-kestra/kestra-webhook/engine/value"
)

// Registries has the credentials of registries by their hosts; that of Docker Hub is [Hub].
type Registries map[string]Credentials

// Credentials say who asks a registry.
type Credentials struct {
	Address                      string // as it was written
	Username, Password           string
	RegistryToken, IdentityToken string
}

// Hub is the host of Docker Hub in the names of images.
const Hub = "docker.io"

// RenderRegistries returns what `config` and `credentials` say. Credentials without a registry are for that of an image.
func RenderRegistries(c *task.Context, m *flow.Members, image string) (Registries, error) {
	all := Registries{}
	if s := m.Structure("config"); s != nil {
		if err := readConfig(c, s.RenderJSON, all); err != nil {
			return nil, err
		}
	}
	own := m.Object("credentials")
	if own == nil {
		return all, nil
	}
	var texts [6]string
	for i, name := range []string{"registry", "username", "password", "registryToken", "identityToken", "auth"} {
		var err error
		if texts[i], err = setting.Of(own, name).Text(c); err != nil {
			return nil, err
		}
	}
	one := Credentials{Address: texts[0], Username: texts[1], Password: texts[2], RegistryToken: texts[3], IdentityToken: texts[4]}
	if texts[5] != "" {
		if err := one.decode(texts[5]); err != nil {
			return nil, err
		}
	}
	host := Domain(image)
	if one.Address != "" {
		host = registryHost(one.Address)
	} else {
		one.Address = host
	}
	all[host] = one
	return all, nil
}

// readConfig reads the configuration of Docker's client.
func readConfig(c *task.Context, render func(*pebble.Context) (value.Value, error), into Registries) error {
	v, err := render(c.Pebble)
	if err == nil && v.Kind() == value.KindString {
		if err = c.Pebble.ChargeJSON(v.Str()); err == nil {
			v, err = value.DecodeJSONText(v.Str())
		}
	}
	if err == nil && v.Kind() != value.KindMap {
		err = errors.New("it must be a map, or JSON text of one")
	}
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	for _, name := range []string{"credsStore", "credHelpers"} {
		if v, _ := v.Map().Get(name); !v.IsNull() && v.Map().Len()+len(v.Str()) > 0 {
			return fmt.Errorf("config: %s names programs that have the passwords, which are not called here: write `auths`", name)
		}
	}
	auths, _ := v.Map().Get("auths")
	for address, entry := range auths.Map().All() {
		text := func(name string) string {
			v, _ := entry.Map().Get(name)
			return value.Text(v)
		}
		one := Credentials{Address: address, Username: text("username"), Password: text("password"), IdentityToken: text("identitytoken"), RegistryToken: text("registrytoken")}
		if auth := text("auth"); auth != "" {
			if err := one.decode(auth); err != nil {
				return fmt.Errorf("config: %w", err)
			}
		}
		into[registryHost(address)] = one
	}
	return nil
}

// decode reads user and password from one text.
func (c *Credentials) decode(auth string) error {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(auth))
	name, password, found := strings.Cut(string(raw), ":")
	if err != nil || !found { // not quoted: it is a secret
		return errors.New("auth must be base64 of user:password")
	}
	c.Username, c.Password = name, strings.TrimRight(password, "\x00")
	return nil
}

// registryHost returns the host of a registry whose address is written as a URL or as in names of images.
func registryHost(address string) string {
	host := address
	if strings.Contains(address, "://") {
		if u, err := url.Parse(address); err == nil {
			host = u.Host
		}
	}
	host, _, _ = strings.Cut(host, "/")
	switch host {
	case "registry-1.docker.io", "index.docker.io":
		return Hub
	}
	return host
}

// Domain returns the host of the registry of an image.
func Domain(image string) string {
	first, _, found := strings.Cut(image, "/")
	if !found || !strings.ContainsAny(first, ".:") && first != "localhost" && first == strings.ToLower(first) {
		return Hub
	}
	return registryHost(first)
}

// For returns the credentials for the registry of an image.
func (r Registries) For(image string) (Credentials, bool) {
	one, ok := r[Domain(image)]
	return one, ok
}

// Within returns the name of an image with the registry of `credentials` before it, as Kestra names it, unless that is Docker Hub or it is there.
func Within(c *task.Context, m *flow.Members, image string) (string, error) {
	own := m.Object("credentials")
	if own == nil {
		return image, nil
	}
	address, err := setting.Of(own, "registry").Trimmed(c)
	if err != nil || address == "" {
		return image, err
	}
	if host := registryHost(address); host != Hub && !strings.HasPrefix(image, host) {
		return host + "/" + image, nil
	}
	return image, nil
}
