package senders

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// sToZ has the last senders of the table.
//
//nolint:gosec // names of secrets, and no secret
var sToZ = []Sender{
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
		Name:  "sentry",
		Title: "Sentry integration platform",
		Docs:  "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/",
		Proof: "the example in JavaScript of the documentation",

		Signature: signature.Scheme{Header: "Sentry-Hook-Signature"},
		Secret:    "Client Secret of the integration",

		DeliveryID: Place{Header: "Request-Id"},
		Event:      Place{Header: "Sentry-Hook-Resource"},

		WaitTimeout: 900 * time.Millisecond,
		Retries:     "never",
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
		Name:  "sns",
		Title: "Amazon SNS",
		Docs:  "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
		Proof: "the package sns-validator of npm",
		Note: "SNS signs by a certificate, of version 1 and 2 of its signatures, that is fetched from `sns.<region>.amazonaws.com` alone and kept. As that signs the messages of all topics of all its " +
			"customers, `secret` is the ARN of the topic that may send here. `SubscriptionConfirmation` is an event as any other: a flow confirms by a request to `trigger.body.SubscribeURL`, as " +
			"the one below does. Raw message delivery has no signature: leave it off. `caddy kestra` cannot sign as Amazon does.",

		Signature: signature.Scheme{Algorithm: signature.SNS, Tolerance: time.Hour}, // a message has the time of its publication; by default SNS sends it again for an hour
		Secret:    "ARN of the topic",

		DeliveryID: Place{Member: "MessageId"},
		Event:      Place{Member: "Type"},
		tasks: `  - id: confirm
    type: io.kestra.plugin.core.http.Request
    runIf: "{{ trigger.event == 'SubscriptionConfirmation' }}"
    uri: "{{ trigger.body.SubscribeURL }}"
`,

		WaitTimeout: 14 * time.Second,
		Retries:     "50 times in an hour, unless the topic says otherwise; never after a status of 4xx except 429",
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
		Name:  "vercel",
		Title: "Vercel",
		Docs:  "https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks",
		Proof: "the documentation: the header x-vercel-signature \"corresponds to the sha1 of the payload body\", as HMAC by the secret",

		Signature: signature.Scheme{Header: "X-Vercel-Signature", Algorithm: signature.SHA1},
		Secret:    "Secret of the webhook, or Client Secret of the integration",

		DeliveryID: Place{Member: "id"},
		Event:      Place{Member: "type"},

		WaitTimeout: 25 * time.Second,
		Retries:     "for 24 hours, with growing pauses",
	},
	{
		Name:  "zendesk",
		Title: "Zendesk",
		Docs:  "https://developer.zendesk.com/documentation/webhooks/verifying/",
		Proof: "the example in JavaScript of the documentation",

		Signature: signature.Scheme{
			Header: "X-Zendesk-Webhook-Signature", Encoding: signature.Base64, Payload: "{timestamp}{body}", TimestampHeader: "X-Zendesk-Webhook-Signature-Timestamp",
			TimeForm: signature.RFC3339,
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
