package senders

import (
	"time"

	"github.com/caddy-kestra/kestra-webhook/engine/signature"
)

// hToR has the senders of the table in the middle.
//
//nolint:gosec // names of secrets, and no secret
var hToR = []Sender{
	{
		Name:  "heroku",
		Title: "Heroku app webhooks",
		Docs:  "https://devcenter.heroku.com/articles/app-webhooks#securing-webhook-requests",
		Proof: "the example in Ruby of the documentation: Base64 of OpenSSL::HMAC.digest of the raw body by SHA-256",

		Signature: signature.Scheme{Header: "Heroku-Webhook-Hmac-Sha256", Encoding: signature.Base64},
		Secret:    "secret of the webhook",

		DeliveryID: Place{Member: "id"},
		Event:      Place{Member: "webhook_metadata.event.include"},

		WaitTimeout: 9 * time.Second,
		Retries:     "for 72 hours if its level is sync; never if it is notify",
	},
	{
		Name:  "hubspot",
		Title: "HubSpot, signature v3",
		Docs:  "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
		Proof: "the package @hubspot/api-client of npm",
		Note:  "The URL is signed: set `base_url` if the server is called by another name than it sees. The `eventId` of an event need not be the only one, so deliveries have no id.",

		Signature: signature.Scheme{
			Header: "X-Hubspot-Signature-V3", Encoding: signature.Base64, Payload: "{method}{decodedUrl}{body}{timestamp}", TimestampHeader: "X-Hubspot-Request-Timestamp",
			TimeForm: signature.Milliseconds,
		},
		Secret: "Client secret of the app",

		Event: Place{Member: "0.subscriptionType"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "up to 10 times in 24 hours",
	},
	{
		Name:  "intercom",
		Title: "Intercom",
		Docs:  "https://developers.intercom.com/docs/webhooks/webhook-notifications",
		Proof: "the documentation: \"the hexadecimal (40-byte) representation of a SHA-1 signature computed using the HMAC algorithm\", \"starts with the string sha1=\"",

		Signature: signature.Scheme{Header: "X-Hub-Signature", Prefix: "sha1=", Algorithm: signature.SHA1},
		Secret:    "client_secret of the app",

		DeliveryID: Place{Member: "id"},
		Event:      Place{Member: "topic"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "once, after a minute",
	},
	{
		Name:  "jira",
		Title: "Jira Cloud and Data Center",
		Docs:  "https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks",
		Proof: "the documentation of Data Center, https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html: \"The default for this algorithm is HMACSha256. " +
			"The header X-Hub-Signature is defined and contains the HMAC\", written as sha256= and hex",

		Signature: signature.Scheme{Header: "X-Hub-Signature", Prefix: "sha256="},
		Secret:    "Secret of the webhook",

		DeliveryID: Place{Header: "X-Atlassian-Webhook-Identifier"},
		Event:      Place{Member: "webhookEvent"},

		WaitTimeout: 9 * time.Second,
		Retries:     "up to 5 times, after a status of 408, 409, 425, 429 or 5xx, or none",
	},
	{
		Name:  "linear",
		Title: "Linear",
		Docs:  "https://linear.app/developers/webhooks",
		Proof: "the package @linear/sdk of npm",

		Signature: signature.Scheme{Header: "Linear-Signature", TimestampMember: "webhookTimestamp", TimeForm: signature.Milliseconds},
		Secret:    "Signing secret of the webhook",

		DeliveryID: Place{Header: "Linear-Delivery"},
		Event:      Place{Header: "Linear-Event"},

		WaitTimeout: 4500 * time.Millisecond,
		Retries:     "three times: after a minute, an hour and six hours",
	},
	{
		Name:  "mailgun",
		Title: "Mailgun",
		Docs:  "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
		Proof: "the package mailgun-js of npm; the documentation: \"Concatenate timestamp and token values together with no separator\", \"Compare the resulting hexdigest to the signature\"",
		Note: "Mailgun signs the time and a token, and not the rest of the body. So whoever has seen one request can send another body with its signature, but not for long, and not twice: " +
			"the token is the delivery id.",

		Signature: signature.Scheme{
			SignatureMember: "signature.signature", TimestampMember: "signature.timestamp", IDMember: "signature.token", Payload: "{timestamp}{id}", Bodiless: true,
			Tolerance: 8 * time.Hour, // it may send again for as long
		},
		Secret: "HTTP webhook signing key of the account",

		DeliveryID: Place{Member: "signature.token"},
		Event:      Place{Member: "event-data.event"},

		WaitTimeout: 9 * time.Second,
		Retries:     "for 8 hours, after a status other than 200 and 406",
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
}
