# Caddy with this module, built from this folder:
#
#   docker build -t kestra-webhook .
#   docker run -d --name hooks -p 80:80 -p 443:443 -p 443:443/udp -v kestra:/data --env-file secrets.env \
#       -v ./Caddyfile:/etc/caddy/Caddyfile:ro -v ./flows:/etc/caddy/flows:ro kestra-webhook
#
# docs/run.md says more.

FROM caddy:2.11.9-builder AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY caddymodule caddymodule
COPY engine engine
RUN xcaddy build v2.11.9 --with github.com/caddy-kestra/kestra-webhook/caddymodule --with github.com/caddy-kestra/kestra-webhook/caddymodule/tasks/all --replace github.com/caddy-kestra/kestra-webhook=/src --output /usr/bin/caddy

FROM caddy:2.11.9
COPY --from=build /usr/bin/caddy /usr/bin/caddy
# Its one right is to listen on ports below 1024, and its one place to write is /data: executions, files and certificates, for itself
# alone. What Caddy saves of its configuration, keys in flows among it, is there too.
ENV XDG_CONFIG_HOME=/data/config
RUN setcap cap_net_bind_service=+ep /usr/bin/caddy \
	&& addgroup -S -g 10001 caddy \
	&& adduser -S -D -H -h /data -u 10001 -G caddy caddy \
	&& mkdir -p /data/config/caddy \
	&& chown -R caddy:caddy /data \
	&& chmod -R 0700 /data
USER caddy
VOLUME /data

# That the store is open, and what is in it: the admin endpoint answers inside the container alone.
HEALTHCHECK --start-period=30s --interval=10s --timeout=3s CMD ["wget", "-q", "-O", "/dev/null", "http://localhost:2019/kestra/status"]
