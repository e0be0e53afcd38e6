package senders

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// aToG has the first senders of the table.
//
//nolint:gosec // names of secrets, and no secret
var aToG = []Sender{
	{
		Name:  "alertmanager",
		Title: "Prometheus Alertmanager",
		Docs:  "https://prometheus.io/docs/alerting/latest/configuration/#webhook_config",
		Proof: "signs nothing",
		Note:  ownHeader("http_config.authorization of its webhook_config"),

		Event: Place{Member: "status"},

		Retries: "after a status of 5xx or none, with growing pauses",
	},
	{
		Name:  "azure-event-grid",
		Title: "Azure Event Grid",
		Docs:  "https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema",
		Proof: "signs nothing",

		DeliveryID: Place{Member: "0.id"},
		Event:      Place{Member: "0.eventType"},
		Handshakes: []Handshake{{
			If:   []Match{{Place{Header: "Aeg-Event-Type"}, "SubscriptionValidation"}},
			JSON: []Member{{Name: "validationResponse", Of: Place{Member: "0.data.validationCode"}}},
		}},

		WaitTimeout: 25 * time.Second,
		Retries:     "for 24 hours, up to 30 times",
	},
	{
		Name:  "bitbucket",
		Title: "Bitbucket Cloud",
		Docs:  "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks",
		Proof: "the vector of the documentation",

		Signature: signature.Scheme{Header: "X-Hub-Signature", Prefix: "sha256="},
		Secret:    "Secret of the webhook",

		DeliveryID: Place{Header: "X-Request-Uuid"},
		Event:      Place{Header: "X-Event-Key"},

		WaitTimeout: 9 * time.Second,
		Retries:     "twice, after a status of 5xx or none",
	},
	{
		Name:  "box",
		Title: "Box webhooks v2",
		Docs:  "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
		Proof: "the package box-node-sdk of npm, and the vector in its tests",
		Note:  "Of the two signatures of a request the one by the primary key is checked. While keys change, name both in `signature.secrets`.",

		Signature: signature.Scheme{
			Header: "Box-Signature-Primary", Encoding: signature.Base64, Payload: "{body}{timestamp}", TimestampHeader: "Box-Delivery-Timestamp", TimeForm: signature.RFC3339,
		},
		Secret: "Primary key of the application's webhooks",

		DeliveryID: Place{Header: "Box-Delivery-Id"},
		Event:      Place{Member: "trigger"},

		WaitTimeout: 25 * time.Second,
		Retries:     "up to 12 times, with growing pauses",
	},
	{
		Name:  "calendly",
		Title: "Calendly",
		Docs:  "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
		Proof: "the example in JavaScript of the documentation: the text \"timestamp, a dot, the body\", HMAC-SHA256 in hex",

		Signature: signature.Scheme{
			Header: "Calendly-Webhook-Signature", Separator: ",", Versions: []string{"v1"}, TimestampItem: "t", Payload: "{timestamp}.{body}",
		},
		Secret: "signing_key of the webhook subscription",

		Event: Place{Member: "event"},

		WaitTimeout: 9 * time.Second,
		Retries:     "for 24 hours, with growing pauses",
	},
	{
		Name:  "cloudevents",
		Title: "CloudEvents over HTTP",
		Docs:  "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md",
		Proof: "signs nothing",
		Note: "The question that a sender asks first, OPTIONS with `WebHook-Request-Origin`, is answered for every webhook. The specification wants a bearer token, and " +
			"leaves signatures to senders. " + ownHeader("the header Authorization that the specification asks for"),

		DeliveryID: Place{Header: "Ce-Id", Member: "id"},
		IDWithin:   Place{Header: "Ce-Source", Member: "source"},
		Event:      Place{Header: "Ce-Type", Member: "type"},

		Retries: "as its sender likes",
	},
	{
		Name:  "datadog",
		Title: "Datadog webhooks",
		Docs:  "https://docs.datadoghq.com/integrations/webhooks/",
		Proof: "signs nothing",
		Note:  "Its author writes the body: put `$ID` and `$ALERT_TRANSITION` into it as `id` and `alert_transition`. " + ownHeader("Custom Headers of the webhook"),

		Event: Place{Member: "alert_transition"},

		WaitTimeout: 14 * time.Second,
		Retries:     "up to 5 times, after a status of 5xx or none",
	},
	{
		Name:  "discord",
		Title: "Discord interactions",
		Docs:  "https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint",
		Proof: "the package discord-interactions of npm",

		Signature: signature.Scheme{
			Header: "X-Signature-Ed25519", Algorithm: signature.Ed25519, Payload: "{timestamp}{body}", TimestampHeader: "X-Signature-Timestamp",
		},
		Secret: "Public Key of the application",

		DeliveryID: Place{Member: "id"},
		Event:      Place{Member: "type"},
		Handshakes: []Handshake{{If: []Match{{Place{Member: "type"}, "1"}}, JSON: []Member{{Name: "type", Number: 1}}}},

		WaitTimeout: 2500 * time.Millisecond,
		Retries:     "never",
	},
	{
		Name:  "docker-hub",
		Title: "Docker Hub",
		Docs:  "https://docs.docker.com/docker-hub/repos/manage/webhooks/",
		Proof: "signs nothing",

		Event: Place{Member: "push_data.tag"},

		Retries: "never",
	},
	{
		Name:  "docusign",
		Title: "DocuSign Connect",
		Docs:  "https://developers.docusign.com/platform/webhooks/connect/hmac/",
		Proof: "the article https://www.docusign.com/blog/developers/manually-authenticating-hmac-signatures-docusign-connect-webhook-configurations: " +
			"\"Docusign uses Base64 encoding for the signature\", HMAC-SHA256 of the body of the request",
		Note: "A request has a signature by each key of the account, X-DocuSign-Signature-1 by the first one.",

		Signature: signature.Scheme{Header: "X-Docusign-Signature-1", Encoding: signature.Base64},
		Secret:    "Connect Key of the account",

		Event: Place{Member: "event"},

		WaitTimeout: 25 * time.Second,
		Retries:     "for 15 days, with growing pauses",
	},
	{
		Name:  "dropbox",
		Title: "Dropbox",
		Docs:  "https://www.dropbox.com/developers/reference/webhooks",
		Proof: "the example in Python of the documentation",

		Signature: signature.Scheme{Header: "X-Dropbox-Signature"},
		Secret:    "App secret",

		Handshakes: []Handshake{{Method: "GET", If: []Match{{Place{Parameter: "challenge"}, ""}}, Unsigned: true, Text: Place{Parameter: "challenge"}}},

		WaitTimeout: 9 * time.Second,
		Retries:     "with growing pauses",
	},
	{
		Name:  "eventbridge",
		Title: "Amazon EventBridge API destinations",
		Docs:  "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html",
		Proof: "signs nothing",

		DeliveryID: Place{Member: "id"},
		Event:      Place{Member: "detail-type"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "for 24 hours, up to 185 times",
	},
	{
		Name:  "gitea",
		Title: "Gitea",
		Docs:  "https://docs.gitea.com/usage/webhooks",
		Proof: "the package github.com/go-playground/webhooks/v6 of Go",

		Signature: signature.Scheme{Header: "X-Gitea-Signature"},
		Secret:    "Secret of the webhook",

		DeliveryID: Place{Header: "X-Gitea-Delivery"},
		Event:      Place{Header: "X-Gitea-Event"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "never; a person may ask for a redelivery",
		ByHand:      true,
	},
	{
		Name:  "github",
		Title: "GitHub",
		Docs:  "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
		Proof: "the vector of the documentation; the package @octokit/webhooks-methods of npm",

		Signature: signature.Scheme{Header: "X-Hub-Signature-256", Prefix: "sha256="},
		Secret:    "Secret of the webhook",

		DeliveryID: Place{Header: "X-Github-Delivery"},
		Event:      Place{Header: "X-Github-Event"},

		WaitTimeout: 9 * time.Second,
		Retries:     "never; a person may ask for a redelivery in the next 3 days",
		ByHand:      true,
	},
	{
		Name:  "gitlab",
		Title: "GitLab",
		Docs:  "https://docs.gitlab.com/user/project/integrations/webhooks/",
		Proof: "a token, which the documentation says is sent as it is",

		Signature: signature.Scheme{Header: "X-Gitlab-Token", Algorithm: signature.Plain},
		Secret:    "Secret token of the webhook",

		DeliveryID: Place{Header: "Idempotency-Key"},
		Event:      Place{Header: "X-Gitlab-Event"},

		WaitTimeout: 9 * time.Second,
		Retries:     "never, but a webhook that fails often is switched off; a person may ask for a redelivery",
		ByHand:      true,
	},
	{
		Name:  "grafana",
		Title: "Grafana Alerting, contact point of type webhook",
		Docs:  "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/",
		Proof: "the documentation: \"sent as a hex-encoded string\"; \"calculated just from the request body\", or as HMAC(timestamp + \":\" + body)",
		Note: "Only with a Timestamp Header among the contact point's settings, for which Grafana has no name of its own, is a request known that somebody sends again: then write " +
			"`signature: {timestampHeader: X-Grafana-Alerting-Timestamp, payload: \"{timestamp}:{body}\"}` beside `sender`, with the same name.",

		Signature: signature.Scheme{Header: "X-Grafana-Alerting-Signature"},
		Secret:    "Secret of the HMAC Signature settings of the contact point",

		Event: Place{Member: "status"},

		WaitTimeout: 25 * time.Second,
		Retries:     "as long as the alert is due, after a status other than 2xx",
	},
}
