package engine

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/caddy-kestra/kestra-webhook/engine/flow"
	"github.com/caddy-kestra/kestra-webhook/engine/signature"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook"
	"github.com/caddy-kestra/kestra-webhook/engine/webhook/senders"
)

// senderCase is a request of a sender's and what the flow sees of it.
type senderCase struct {
	sender    string
	header    http.Header
	body      string
	event, id string
}

var senderCases = []senderCase{
	{"alertmanager", nil, `{"status":"firing","alerts":[]}`, "firing", ""},
	{"azure-event-grid", nil, `[{"id":"831e","eventType":"Microsoft.Storage.BlobCreated","data":{}}]`, "Microsoft.Storage.BlobCreated", "831e"},
	{"bitbucket", http.Header{"X-Event-Key": {"repo:push"}, "X-Request-Uuid": {"9a7b"}}, `{"push":{}}`, "repo:push", "9a7b"},
	{"box", http.Header{"Box-Delivery-Id": {"f96bb54b"}}, `{"trigger":"FILE.UPLOADED"}`, "FILE.UPLOADED", "f96bb54b"},
	{"calendly", nil, `{"event":"invitee.created","payload":{}}`, "invitee.created", ""},
	{"cloudevents", http.Header{"Ce-Type": {"com.example.someevent"}, "Ce-Id": {"A234-1234-1234"}, "Ce-Source": {"/mycontext"}}, `{"id":"of the data"}`, "com.example.someevent", "/mycontext A234-1234-1234"},
	{"cloudevents", http.Header{"Content-Type": {"application/cloudevents+json"}}, `{"specversion":"1.0","type":"com.example.other","source":"/s","id":"C234","data":{}}`, "com.example.other", "/s C234"},
	{"datadog", nil, `{"id":"1","alert_transition":"Triggered"}`, "Triggered", ""},
	{"discord", nil, `{"id":"846462639134605312","type":2,"data":{"name":"greet"}}`, "2", "846462639134605312"},
	{"docker-hub", nil, `{"push_data":{"tag":"latest"},"repository":{"repo_name":"a/b"}}`, "latest", ""},
	{"docusign", nil, `{"event":"envelope-completed","data":{"envelopeId":"e1"}}`, "envelope-completed", ""},
	{"dropbox", nil, `{"list_folder":{"accounts":["dbid:AAH4"]}}`, "", ""},
	{"eventbridge", nil, `{"id":"6a7e","detail-type":"EC2 Instance State-change Notification","detail":{}}`, "EC2 Instance State-change Notification", "6a7e"},
	{"gitea", http.Header{"X-Gitea-Event": {"push"}, "X-Gitea-Delivery": {"f6266f16"}}, `{"ref":"refs/heads/main"}`, "push", "f6266f16"},
	{"github", http.Header{"X-Github-Event": {"push"}, "X-Github-Delivery": {"72d3162e"}}, `{"ref":"refs/heads/main"}`, "push", "72d3162e"},
	{"gitlab", http.Header{"X-Gitlab-Event": {"Push Hook"}, "Idempotency-Key": {"f5e5f430"}}, `{"object_kind":"push"}`, "Push Hook", "f5e5f430"},
	{"grafana", nil, `{"status":"firing","alerts":[]}`, "firing", ""},
	{"heroku", nil, `{"id":"cac9","action":"update","webhook_metadata":{"event":{"include":"api:release"}}}`, "api:release", "cac9"},
	{"hubspot", nil, `[{"eventId":1,"subscriptionType":"contact.creation"}]`, "contact.creation", ""},
	{"intercom", nil, `{"type":"notification_event","id":"notif_78c1","topic":"user.created"}`, "user.created", "notif_78c1"},
	{"jira", http.Header{"X-Atlassian-Webhook-Identifier": {"5c1e"}}, `{"webhookEvent":"jira:issue_created"}`, "jira:issue_created", "5c1e"},
	{"linear", http.Header{"Linear-Event": {"Issue"}, "Linear-Delivery": {"234d1a4e"}}, `{"action":"create"}`, "Issue", "234d1a4e"},
	{"mailgun", nil, `{"signature":{"token":"e0b5477167110d68991efc6b9f89f0a11066af27834600e123"},"event-data":{"event":"opened"}}`, "opened", "e0b5477167110d68991efc6b9f89f0a11066af27834600e123"},
	{"meta", nil, `{"object":"whatsapp_business_account","entry":[]}`, "whatsapp_business_account", ""},
	{"microsoft-graph", nil, `{"value":[{"id":"lsgTZ","changeType":"created"}]}`, "created", "lsgTZ"},
	{"paddle", nil, `{"event_type":"transaction.paid","notification_id":"ntf_01"}`, "transaction.paid", "ntf_01"},
	{"pagerduty", nil, `{"event":{"id":"5ac6","event_type":"incident.triggered"}}`, "incident.triggered", "5ac6"},
	{"sendgrid", nil, "[{\"event\":\"delivered\",\"sg_event_id\":\"ZGVs\"}]\r\n", "delivered", "ZGVs"},
	{"sentry", http.Header{"Sentry-Hook-Resource": {"issue"}, "Request-Id": {"4d5a"}}, `{"action":"created"}`, "issue", "4d5a"},
	{"shopify", http.Header{"X-Shopify-Topic": {"orders/create"}, "X-Shopify-Webhook-Id": {"b54557e4"}}, `{"id":820982911946154508}`, "orders/create", "b54557e4"},
	{"slack", nil, `{"type":"event_callback","event_id":"Ev08","event":{"type":"app_mention"}}`, "app_mention", "Ev08"},
	{"slack", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "command=%2Fdeploy&text=now", "", ""},
	{"sns", http.Header{"Content-Type": {"text/plain; charset=UTF-8"}}, `{"Type":"Notification","MessageId":"165545c9","Message":"Hello"}`, "Notification", "165545c9"},
	{"sns", nil, `{"Type":"SubscriptionConfirmation","MessageId":"165545d0","Message":"Hello","Token":"t","SubscribeURL":"https://sns.us-east-2.amazonaws.com/"}`, "SubscriptionConfirmation", "165545d0"},
	{"square", nil, `{"type":"payment.created","event_id":"13b8"}`, "payment.created", "13b8"},
	{"standard-webhooks", http.Header{"Webhook-Id": {"msg_2"}}, `{"type":"contact.created"}`, "contact.created", "msg_2"},
	{"stripe", nil, `{"id":"evt_1","type":"charge.succeeded"}`, "charge.succeeded", "evt_1"},
	{"svix", http.Header{"Svix-Id": {"msg_3"}}, `{"type":"user.created"}`, "user.created", "msg_3"},
	{"telegram", nil, `{"update_id":10000,"message":{"text":"hi"}}`, "", "10000"},
	{"twilio", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "I-Twilio-Idempotency-Token": {"c1"}}, "MessageSid=SM1&Body=hi", "", "c1"},
	{"typeform", nil, `{"event_id":"LtWX","event_type":"form_response"}`, "form_response", "LtWX"},
	{"vercel", nil, `{"id":"uev_1","type":"deployment.created"}`, "deployment.created", "uev_1"},
	{"zendesk", http.Header{"X-Zendesk-Webhook-Invocation-Id": {"01F1"}}, `{"type":"zen:event-type:user.created"}`, "zen:event-type:user.created", "01F1"},
	{"zoom", nil, `{"event":"meeting.started","payload":{}}`, "meeting.started", ""},
}

// senderSecret is a secret that all senders may have whose secret is a text.
const senderSecret = "c2VjcmV0IG9mIHRoaXMgdGVzdA=="

// senderSite returns a site with a flow for a sender, with these further lines in its trigger, and how to sign a request for it, and so
// make its body.
func senderSite(t testing.TB, e *Engine, s *senders.Sender, lines string) (*Site, func(r *webhook.Request, body string)) {
	t.Helper()
	secret, private := senderSecret, senderSecret
	switch s.Signature.Algorithm {
	case signature.Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		private, secret = keyPair(t, key, err)
	case signature.ECDSA:
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		private, secret = keyPair(t, key, err)
	case signature.SNS:
		secret = topic
	default: // the same for both
	}
	if s.Signs() {
		lines = "secret: \"{{ secret('S') }}\"\n" + lines
	}
	set := loadFlows(t, taskFlow("f", "- {id: ret, type: io.kestra.plugin.core.debug.Return, format: \"{{ trigger.event ?? '' }}|{{ trigger.deliveryId ?? '' }}\"}",
		"sender: "+s.Name+"\nwait: true\nreturnOutputs: true\n"+lines, "outputs: [{id: seen, type: STRING, value: \"{{ outputs.ret.value }}\"}]"))
	environ := []string{"SECRET_S=" + base64.StdEncoding.EncodeToString([]byte(secret))}
	site, found := openSite(t, e, set, SiteOptions{Environ: environ, Logger: zap.NewNop(), BaseURL: "https://example.com"})
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return site, func(r *webhook.Request, body string) {
		if !s.Signs() {
			return
		}
		if s.Signature.Algorithm == signature.SNS {
			setBody(r, amazonMessage(t, e, body))
			return
		}
		form, err := s.Signature.Compile()
		if err != nil {
			t.Fatal(err)
		}
		m := &signature.Message{Method: r.Method, Header: r.Header, URL: func() string { return "https://example.com" + r.URI }}
		signed, err := form.SignBody(m, []byte(body), private, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		setBody(r, signed)
	}
}

// setBody gives a request another body.
func setBody(r *webhook.Request, body []byte) {
	r.ContentLength = int64(len(body))
	r.ReadBody = func(int64, webhook.Account) ([]byte, error) {
		if r.Hash != nil {
			_, _ = r.Hash.Write(body)
		}
		return bytes.Clone(body), nil
	}
}

// keyPair returns a private key in PEM, and its public one in DER in Base64.
func keyPair(t testing.TB, key crypto.Signer, err error) (private, public string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	closed, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: closed})), base64.StdEncoding.EncodeToString(open)
}

func (c *senderCase) request(body string) *webhook.Request {
	r := newRequest("f", body)
	r.URI = r.Path
	maps.Copy(r.Header, c.header)
	return r
}

// TestSenders sends a request of every sender of the table, and again: it is signed, its event and its id are seen, and it runs once.
func TestSenders(t *testing.T) {
	e := openEngine(t)
	missing := senders.Names()
	for _, c := range senderCases {
		missing = deleted(missing, c.sender)
		t.Run(c.sender, func(t *testing.T) {
			s := senders.ByName(c.sender)
			site, sign := senderSite(t, e, s, "")
			send := func() webhook.Response {
				r := c.request(c.body)
				sign(r, c.body)
				return sendRequest(site, r)
			}
			first := send()
			first.Body = bytes.Clone(first.Body)
			again := send()
			if want := `{"seen":"` + c.event + `|` + c.id + `"}`; first.Status != http.StatusOK || string(first.Body) != want {
				t.Errorf("%d %s, want %s", first.Status, first.Body, want)
			}
			if c.id != "" {
				if again.ExecutionID != first.ExecutionID || !again.Replayed || !bytes.Equal(again.Body, first.Body) {
					t.Errorf("again: %s %s after %s %s", again.ExecutionID, again.Body, first.ExecutionID, first.Body)
				}
			} else if again.ExecutionID == first.ExecutionID {
				t.Error("without an id it is taken for the same delivery")
			}
			if s.Signs() {
				if r := sendRequest(site, c.request(c.body)); r.Status != http.StatusUnauthorized {
					t.Errorf("without a signature: %d %s", r.Status, r.Body)
				}
			}
		})
	}
	if len(missing) > 0 {
		t.Errorf("no request of %v is sent", missing)
	}
}

func deleted(names []string, name string) []string {
	var others []string
	for _, other := range names {
		if other != name {
			others = append(others, other)
		}
	}
	return others
}

// TestHandshakes asks what senders ask before they send anything, and what is nearly that.
func TestHandshakes(t *testing.T) {
	e := openEngine(t)
	get := func(query url.Values) func(*webhook.Request) {
		return func(r *webhook.Request) { r.Method, r.RawQuery = http.MethodGet, query.Encode() }
	}
	post := func(*webhook.Request) {}
	tests := []struct {
		name, sender, body string
		change             func(*webhook.Request)
		unsigned           bool
		status             int
		kind, want         string // "" of kind: an execution
	}{
		{"Slack", "slack", `{"type":"url_verification","challenge":"3eZb"}`, post, false, 200, "text/plain; charset=utf-8", "3eZb"},
		{"Slack without a signature", "slack", `{"type":"url_verification","challenge":"3eZb"}`, post, true, 401, "application/json", `{"message":"Invalid webhook signature."}`},
		{"markup is text", "slack", `{"type":"url_verification","challenge":"<script>"}`, post, false, 200, "text/plain; charset=utf-8", "<script>"},
		{"Meta", "meta", "", get(url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {"1158"}}), true, 200, "text/plain; charset=utf-8", "1158"},
		{"Meta, another mode", "meta", "", get(url.Values{"hub.mode": {"other"}, "hub.challenge": {"1158"}}), true, 401, "application/json", `{"message":"Invalid webhook signature."}`},
		{"Meta by POST", "meta", "", func(r *webhook.Request) { r.RawQuery = "hub.mode=subscribe&hub.challenge=1158" }, true, 401, "application/json", `{"message":"Invalid webhook signature."}`},
		{"Dropbox", "dropbox", "", get(url.Values{"challenge": {"tEsT"}}), true, 200, "text/plain; charset=utf-8", "tEsT"},
		{"Graph", "microsoft-graph", "", func(r *webhook.Request) { r.RawQuery = "validationToken=Validation%3a+Testing" }, true, 200, "text/plain; charset=utf-8", "Validation: Testing"},
		{"Event Grid", "azure-event-grid", `[{"id":"2d","data":{"validationCode":"512d"}}]`, func(r *webhook.Request) { r.Header.Set("Aeg-Event-Type", "SubscriptionValidation") }, true, 200, "application/json", `{"validationResponse":"512d"}`},
		{"Event Grid, a notification", "azure-event-grid", `[{"id":"2d","data":{"validationCode":"512d"}}]`, func(r *webhook.Request) { r.Header.Set("Aeg-Event-Type", "Notification") }, true, 200, "", ""},
		{"Discord", "discord", `{"type":1}`, post, false, 200, "application/json", `{"type":1}`},
		{"Discord without a signature", "discord", `{"type":1}`, post, true, 401, "application/json", `{"message":"Invalid webhook signature."}`},
		{
			"Zoom", "zoom", `{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}`, post, false, 200, "application/json",
			`{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"` + macOf(senderSecret, "qgg8vlvZRS6UYooatFL8Aw") + `"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site, sign := senderSite(t, e, senders.ByName(test.sender), "")
			r := newRequest("f", test.body, test.change)
			if !test.unsigned {
				sign(r, test.body)
			}
			got := sendRequest(site, r)
			if got.Status != test.status || (test.kind == "") != (got.ExecutionID != "") {
				t.Errorf("%d %s %s", got.Status, got.ExecutionID, got.Body)
			}
			if test.kind != "" && (got.ContentType != test.kind || string(got.Body) != test.want) {
				t.Errorf("%s %s, want %s %s", got.ContentType, got.Body, test.kind, test.want)
			}
		})
	}
}

// macOf returns the HMAC-SHA256 of a text in hex.
func macOf(secret, text string) string {
	form, err := signature.Scheme{Header: "X"}.Compile()
	if err != nil {
		panic(err)
	}
	v, err := form.With(secret)
	if err != nil {
		panic(err)
	}
	return v.MAC(text)
}

// TestSenderOverrides checks what a flow says beside its sender, and what it must not leave out.
func TestSenderOverrides(t *testing.T) {
	const github, secret = "sender: github\n", "secret: s\n"
	tests := []struct{ lines, want string }{
		{github + secret, ""},
		{github + "signature: {secrets: [old, new]}", ""},
		{github + secret + "signature: {header: X-Other}", ""},
		{github + secret + "deduplicate: {window: PT1H}", ""},
		{"sender: meta\n" + secret + "deduplicate: {key: '{{ trigger.body.x }}'}", ""},
		{"sender: eventbridge\nsignature: {header: X, secret: s}", ""},
		{github, "sender: needs `secret`: GitHub signs its requests, by what it calls Secret of the webhook"},
		{github + "signature: {header: X-Other}", "signature.secret: is missing: without it no signature can be checked"},
		{github + secret + "signature: {secret: t}", "secret: stands in `signature` as well: one of them is enough"},
		{github + secret + "signature: {payload: '{timestamp}{body}'}", "signature.payload: has {timestamp}, so timestampHeader or timestampItem must say where it is"},
		{secret, "secret: has no meaning without `sender`: `signature` has a secret of its own"},
		{"sender: eventbridge\n" + secret, "secret: has no meaning here: Amazon EventBridge API destinations signs nothing"},
		{"sender: githup\n" + secret, "sender: must be one of " + strings.Join(senders.Names(), ", ")},
		{"sender: meta\n" + secret + "deduplicate: {window: PT1H}", "deduplicate.key: is missing"},
	}
	for _, test := range tests {
		_, found := Core().Load([]*flow.Source{flow.NewSource("test", []byte(webhookFlow("f", test.lines)))})
		got := ""
		for _, d := range found.Errors() {
			got += strings.TrimPrefix(d.Path, "triggers[0].") + ": " + d.Message
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.lines, diff)
		}
	}
}
