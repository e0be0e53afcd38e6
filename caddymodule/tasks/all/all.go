package all

import (
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/compress"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/discord"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/docker"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/email"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/git"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/github"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/postgresql"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/serdes"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/slack"
	_ "github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/ssh"
)
