package senders

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// table has the senders by name.
//
//nolint:gosec // names of secrets, and no secret
var table = []Sender{
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
		Name:  "linear",
		Title: "Linear",
		Docs:  "https://linear.app/developers/webhooks",
		Proof: "the package @linear/sdk of npm",

		Signature: signature.Scheme{Header: "Linear-Signature"},
		Secret:    "Signing secret of the webhook",

		DeliveryID: Place{Header: "Linear-Delivery"},
		Event:      Place{Header: "Linear-Event"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "three times: after a minute, an hour and six hours",
	},
	{
		Name:  "meta",
		Title: "Meta: WhatsApp, Messenger, Instagram",
		Docs:  "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
		Proof: "the package whatsapp-api-js of npm",

		Signature: signature.Scheme{Header: "X-Hub-Signature-256", Prefix: "sha256="},
		Secret:    "App Secret",

		Event: Place{Member: "object"},
		Handshakes: []Handshake{{
			Method: "GET", If: []Match{{Place{Parameter: "hub.mode"}, "subscribe"}}, Unsigned: true, Text: Place{Parameter: "hub.challenge"},
		}},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "for 36 hours, with growing pauses",
	},
	{
		Name:  "microsoft-graph",
		Title: "Microsoft Graph",
		Docs:  "https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks",
		Proof: "signs nothing; compare value.0.clientState in a condition",

		DeliveryID: Place{Member: "value.0.id"},
		Event:      Place{Member: "value.0.changeType"},
		Handshakes: []Handshake{{If: []Match{{Place{Parameter: "validationToken"}, ""}}, Text: Place{Parameter: "validationToken"}}},

		WaitTimeout: 2500 * time.Millisecond,
		Retries:     "for 4 hours",
	},
	{
		Name:  "paddle",
		Title: "Paddle Billing",
		Docs:  "https://developer.paddle.com/webhooks/signature-verification",
		Proof: "the package @paddle/paddle-node-sdk of npm",

		Signature: signature.Scheme{Header: "Paddle-Signature", Separator: ";", Versions: []string{"h1"}, TimestampItem: "ts", Payload: "{timestamp}:{body}"},
		Secret:    "Secret key of the notification destination",

		DeliveryID: Place{Member: "notification_id"},
		Event:      Place{Member: "event_type"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "60 times in 3 days; 3 times in the sandbox",
	},
	{
		Name:  "pagerduty",
		Title: "PagerDuty webhooks v3",
		Docs:  "https://developer.pagerduty.com/docs/webhooks-overview#webhook-signatures",
		Proof: "the example in Python of the documentation",

		Signature: signature.Scheme{Header: "X-Pagerduty-Signature", Separator: ",", Versions: []string{"v1"}},
		Secret:    "secret, in the answer that creates the subscription",

		DeliveryID: Place{Member: "event.id"},
		Event:      Place{Member: "event.event_type"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "up to 10 times in 24 hours",
	},
	{
		Name:  "sendgrid",
		Title: "SendGrid Event Webhook",
		Docs:  "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
		Proof: "the package @sendgrid/eventwebhook of npm, and the vector in its tests",

		Signature: signature.Scheme{
			Header: "X-Twilio-Email-Event-Webhook-Signature", Algorithm: signature.ECDSA, Encoding: signature.Base64,
			Payload: "{timestamp}{body}", TimestampHeader: "X-Twilio-Email-Event-Webhook-Timestamp",
		},
		Secret: "Verification Key of the Signed Event Webhook",

		DeliveryID: Place{Member: "0.sg_event_id"},
		Event:      Place{Member: "0.event"},

		Retries: "for 24 hours",
	},
	{
		Name:  "shopify",
		Title: "Shopify",
		Docs:  "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
		Proof: "the package @shopify/shopify-api of npm",

		Signature: signature.Scheme{Header: "X-Shopify-Hmac-Sha256", Encoding: signature.Base64},
		Secret:    "Client secret of the app",

		DeliveryID: Place{Header: "X-Shopify-Webhook-Id"},
		Event:      Place{Header: "X-Shopify-Topic"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "8 times in 4 hours, and then the subscription may end",
	},
	{
		Name:  "slack",
		Title: "Slack: events, commands and interactivity",
		Docs:  "https://api.slack.com/authentication/verifying-requests-from-slack",
		Proof: "the vector of the documentation; the package slack_sdk of PyPI",

		Signature: signature.Scheme{Header: "X-Slack-Signature", Prefix: "v0=", Payload: "v0:{timestamp}:{body}", TimestampHeader: "X-Slack-Request-Timestamp"},
		Secret:    "Signing Secret of the app",

		DeliveryID: Place{Member: "event_id"},
		Event:      Place{Member: "event.type"},
		Handshakes: []Handshake{{If: []Match{{Place{Member: "type"}, "url_verification"}}, Text: Place{Member: "challenge"}}},

		WaitTimeout: 2500 * time.Millisecond,
		Retries:     "three times: at once, after a minute and after five",
	},
	{
		Name:  "square",
		Title: "Square",
		Docs:  "https://developer.squareup.com/docs/webhooks/step3validate",
		Proof: "the package square of npm",

		Signature: signature.Scheme{Header: "X-Square-Hmacsha256-Signature", Encoding: signature.Base64, Payload: "{url}{body}"},
		Secret:    "Signature key of the subscription",

		DeliveryID: Place{Member: "event_id"},
		Event:      Place{Member: "type"},

		WaitTimeout: 9 * time.Second,
		Retries:     "11 times in 24 hours",
	},
	{
		Name:  "standard-webhooks",
		Title: "Standard Webhooks, and all who follow them",
		Docs:  "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
		Proof: "the vector of its libraries; the package standardwebhooks of npm and PyPI",

		Signature: signature.Scheme{
			Header: "Webhook-Signature", Separator: " ", Versions: []string{"v1"}, Encoding: signature.Base64, Payload: "{id}.{timestamp}.{body}",
			TimestampHeader: "Webhook-Timestamp", IDHeader: "Webhook-Id", SecretEncoding: signature.Base64, SecretPrefix: "whsec_",
		},
		Secret: "the secret, which begins with whsec_",

		DeliveryID: Place{Header: "Webhook-Id"},
		Event:      Place{Member: "type"},

		WaitTimeout: 14 * time.Second,
		Retries:     "as its sender likes; the specification suggests ten times in three days",
	},
	{
		Name:  "stripe",
		Title: "Stripe",
		Docs:  "https://docs.stripe.com/webhooks/signature",
		Proof: "the package stripe of npm",

		Signature: signature.Scheme{Header: "Stripe-Signature", Separator: ",", Versions: []string{"v1"}, TimestampItem: "t", Payload: "{timestamp}.{body}"},
		Secret:    "Signing secret of the endpoint, which begins with whsec_",

		DeliveryID: Place{Member: "id"},
		Event:      Place{Member: "type"},

		WaitTimeout: 9 * time.Second,
		Retries:     "for three days, with growing pauses",
	},
	{
		Name:  "svix",
		Title: "Svix, and all who send by it",
		Docs:  "https://docs.svix.com/receiving/verifying-payloads/how-manual",
		Proof: "the package svix of npm",

		Signature: signature.Scheme{
			Header: "Svix-Signature", Separator: " ", Versions: []string{"v1"}, Encoding: signature.Base64, Payload: "{id}.{timestamp}.{body}",
			TimestampHeader: "Svix-Timestamp", IDHeader: "Svix-Id", SecretEncoding: signature.Base64, SecretPrefix: "whsec_",
		},
		Secret: "Signing Secret of the endpoint, which begins with whsec_",

		DeliveryID: Place{Header: "Svix-Id"},
		Event:      Place{Member: "type"},

		WaitTimeout: 14 * time.Second,
		Retries:     "eight times in 28 hours",
	},
	{
		Name:  "telegram",
		Title: "Telegram bots",
		Docs:  "https://core.telegram.org/bots/api#setwebhook",
		Proof: "a token, which the documentation says is sent as it is",

		Signature: signature.Scheme{Header: "X-Telegram-Bot-Api-Secret-Token", Algorithm: signature.Plain},
		Secret:    "secret_token, as given to setWebhook",

		DeliveryID: Place{Member: "update_id"},

		Retries: "a reasonable number of times",
	},
	{
		Name:  "twilio",
		Title: "Twilio",
		Docs:  "https://www.twilio.com/docs/usage/security#validating-requests",
		Proof: "the vector of its libraries; the package twilio of npm",

		Signature: signature.Scheme{Header: "X-Twilio-Signature", Algorithm: signature.SHA1, Encoding: signature.Base64, Payload: "{url}{params}"},
		Secret:    "Auth Token of the account",

		DeliveryID: Place{Header: "I-Twilio-Idempotency-Token"},

		WaitTimeout: 14 * time.Second,
		Retries:     "once, unless the URL says otherwise",
	},
	{
		Name:  "typeform",
		Title: "Typeform",
		Docs:  "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
		Proof: "the example in Ruby and JavaScript of the documentation",

		Signature: signature.Scheme{Header: "Typeform-Signature", Prefix: "sha256=", Encoding: signature.Base64},
		Secret:    "Secret of the webhook",

		DeliveryID: Place{Member: "event_id"},
		Event:      Place{Member: "event_type"},

		WaitTimeout: 25 * time.Second,
		Retries:     "for ten hours, with growing pauses",
	},
	{
		Name:  "zendesk",
		Title: "Zendesk",
		Docs:  "https://developer.zendesk.com/documentation/webhooks/verifying/",
		Proof: "the example in JavaScript of the documentation",

		Signature: signature.Scheme{
			Header: "X-Zendesk-Webhook-Signature", Encoding: signature.Base64, Payload: "{timestamp}{body}", TimestampHeader: "X-Zendesk-Webhook-Signature-Timestamp",
		},
		Secret: "Signing secret of the webhook",

		DeliveryID: Place{Header: "X-Zendesk-Webhook-Invocation-Id"},
		Event:      Place{Member: "type"},

		WaitTimeout: 9 * time.Second,
		Retries:     "three times, after a status of 409, 429 or 503, or none",
	},
	{
		Name:  "zoom",
		Title: "Zoom",
		Docs:  "https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events",
		Proof: "the example in JavaScript of the documentation",

		Signature: signature.Scheme{Header: "X-Zm-Signature", Prefix: "v0=", Payload: "v0:{timestamp}:{body}", TimestampHeader: "X-Zm-Request-Timestamp"},
		Secret:    "Secret Token of the app",

		Event: Place{Member: "event"},
		Handshakes: []Handshake{{
			If: []Match{{Place{Member: "event"}, "endpoint.url_validation"}},
			JSON: []Member{
				{Name: "plainToken", Of: Place{Member: "payload.plainToken"}},
				{Name: "encryptedToken", Of: Place{Member: "payload.plainToken"}, HMAC: true},
			},
		}},

		WaitTimeout: 2500 * time.Millisecond,
		Retries:     "three times: after 5, 30 and 90 minutes",
	},
}
