package senders

// sampleBody is a body, and headers beside those of the table, that a sender sends with an event: short, and of the shape that its
// documentation shows.
type sampleBody struct {
	event  string
	body   string
	form   bool // the body is one; else it is JSON
	header map[string]string
}

// samples are requests by the names of senders, the first one for whoever names no event. What the table says of the event and the
// delivery id is put in. Of a sender that is not here, a request has nothing else.
var samples = map[string][]sampleBody{
	"azure-event-grid": {{event: "Microsoft.Storage.BlobCreated", header: map[string]string{"Aeg-Event-Type": "Notification"}, body: `[{"id": "", "topic": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/company", "subject": "/blobServices/default/containers/reports/blobs/report.csv", "eventType": "", "eventTime": "2026-01-01T12:00:00Z", "data": {"api": "PutBlob", "contentType": "text/csv", "url": "https://company.blob.core.windows.net/reports/report.csv"}, "dataVersion": "", "metadataVersion": "1"}]`}},
	"bitbucket": {
		{event: "repo:push", body: `{"actor": {"display_name": "Ada"}, "repository": {"full_name": "company/shop"}, "push": {"changes": [{"new": {"type": "branch", "name": "main"}}]}}`},
		{event: "pullrequest:created", body: `{"actor": {"display_name": "Ada"}, "repository": {"full_name": "company/shop"}, "pullrequest": {"id": 7, "title": "Add a test", "state": "OPEN"}}`},
	},
	"box":         {{event: "FILE.UPLOADED", header: map[string]string{"Box-Signature-Version": "1", "Box-Signature-Algorithm": "HmacSHA256"}, body: `{"type": "webhook_event", "id": "eb0c4e06-751f-442c-86f8-fd5bb404dbec", "created_at": "2026-01-01T04:00:00-08:00", "trigger": "", "webhook": {"id": "53", "type": "webhook"}, "source": {"type": "file", "id": "73835521473", "name": "report.pdf"}}`}},
	"discord":     {{event: "2", body: `{"id": "", "application_id": "1", "type": 2, "data": {"id": "3", "name": "deploy", "type": 1, "options": [{"name": "version", "type": 3, "value": "1.2.3"}]}, "member": {"user": {"id": "4", "username": "ada"}}, "token": "sample", "version": 1}`}},
	"dropbox":     {{body: `{"list_folder": {"accounts": ["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]}, "delta": {"users": [12345678]}}`}},
	"eventbridge": {{event: "EC2 Instance State-change Notification", body: `{"version": "0", "id": "", "detail-type": "", "source": "aws.ec2", "account": "111122223333", "time": "2026-01-01T12:00:00Z", "region": "eu-central-1", "resources": ["arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0"], "detail": {"instance-id": "i-0123456789abcdef0", "state": "stopped"}}`}},
	"gitea": {
		{event: "push", body: `{"ref": "refs/heads/main", "before": "28e1879d029cb852e4844d9c718537df08844e03", "after": "bffeb74224043ba2feb48d137756c8a9331c449a", "commits": [{"id": "bffeb74224043ba2feb48d137756c8a9331c449a", "message": "Add a test"}], "repository": {"full_name": "company/shop"}, "pusher": {"login": "ada"}}`},
	},
	"github": {
		{event: "push", body: `{"ref": "refs/heads/main", "before": "a10867b14bb761a232cd80139fbd4c0d33264240", "after": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "compare": "https://github.com/company/shop/compare/a10867b14bb7...6dcb09b5b578", "repository": {"full_name": "company/shop", "default_branch": "main"}, "pusher": {"name": "octocat", "email": "octocat@example.com"}, "sender": {"login": "octocat"}, "commits": [{"id": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "message": "Add a test", "added": ["shop_test.go"], "removed": [], "modified": []}], "head_commit": {"id": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "message": "Add a test"}}`},
		{event: "ping", body: `{"zen": "Keep it logically awesome.", "hook_id": 1, "hook": {"type": "Repository", "events": ["push"], "active": true}, "repository": {"full_name": "company/shop"}, "sender": {"login": "octocat"}}`},
		{event: "pull_request", body: `{"action": "opened", "number": 7, "pull_request": {"number": 7, "state": "open", "title": "Add a test", "merged": false, "head": {"ref": "test", "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e"}, "base": {"ref": "main"}}, "repository": {"full_name": "company/shop"}, "sender": {"login": "octocat"}}`},
		{event: "issues", body: `{"action": "opened", "issue": {"number": 8, "title": "It does not work", "state": "open", "labels": []}, "repository": {"full_name": "company/shop"}, "sender": {"login": "octocat"}}`},
		{event: "release", body: `{"action": "published", "release": {"tag_name": "v1.2.3", "name": "1.2.3", "draft": false, "prerelease": false}, "repository": {"full_name": "company/shop"}, "sender": {"login": "octocat"}}`},
	},
	"gitlab": {
		{event: "Push Hook", body: `{"object_kind": "push", "event_name": "push", "ref": "refs/heads/main", "before": "95790bf891e76fee5e1747ab589903a6a1f80f22", "after": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7", "user_username": "ada", "project": {"path_with_namespace": "company/shop", "default_branch": "main"}, "commits": [{"id": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7", "message": "Add a test"}], "total_commits_count": 1}`},
		{event: "Merge Request Hook", body: `{"object_kind": "merge_request", "event_type": "merge_request", "user": {"username": "ada"}, "project": {"path_with_namespace": "company/shop"}, "object_attributes": {"iid": 7, "title": "Add a test", "state": "opened", "action": "open", "source_branch": "test", "target_branch": "main"}}`},
	},
	"linear":          {{event: "Issue", body: `{"action": "create", "type": "Issue", "createdAt": "2026-01-01T12:00:00.000Z", "data": {"id": "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9", "identifier": "SHOP-7", "title": "It does not work", "state": {"name": "Todo"}}, "url": "https://linear.app/company/issue/SHOP-7"}`}},
	"meta":            {{event: "whatsapp_business_account", body: `{"object": "", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": {"messaging_product": "whatsapp", "contacts": [{"profile": {"name": "Ada"}, "wa_id": "16505551234"}], "messages": [{"from": "16505551234", "id": "wamid.1", "timestamp": "1767268800", "type": "text", "text": {"body": "Hello"}}]}}]}]}`}},
	"microsoft-graph": {{event: "created", body: `{"value": [{"id": "", "subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", "subscriptionExpirationDateTime": "2026-01-02T12:00:00Z", "clientState": "sample", "changeType": "", "resource": "Users/48d31887/Messages/AAMk", "tenantId": "84bd8158"}]}`}},
	"paddle":          {{event: "transaction.paid", body: `{"event_id": "evt_01hv8wptq8987qeep44cyrewp9", "event_type": "", "occurred_at": "2026-01-01T12:00:00Z", "notification_id": "", "data": {"id": "txn_01hv8wptq8987qeep44cyrewp9", "status": "paid", "currency_code": "EUR", "details": {"totals": {"total": "1250"}}}}`}},
	"pagerduty":       {{event: "incident.triggered", body: `{"event": {"id": "", "event_type": "", "resource_type": "incident", "occurred_at": "2026-01-01T12:00:00Z", "data": {"id": "PGR0VU2", "type": "incident", "number": 2, "status": "triggered", "title": "The shop does not answer", "urgency": "high"}}}`}},
	"sendgrid":        {{event: "delivered", body: `[{"email": "ada@example.com", "timestamp": 1767268800, "smtp-id": "<1@example.com>", "event": "", "category": ["shop"], "sg_event_id": "", "sg_message_id": "1.recvd"}]`}},
	"shopify": {
		{event: "orders/create", header: map[string]string{"X-Shopify-Shop-Domain": "company.myshopify.com", "X-Shopify-Api-Version": "2026-01"}, body: `{"id": 820982911946154508, "name": "#1001", "currency": "EUR", "total_price": "12.50", "financial_status": "paid", "customer": {"first_name": "Ada", "email": "ada@example.com"}, "line_items": [{"title": "Pen", "quantity": 2, "price": "6.25"}]}`},
	},
	"slack":             {{event: "app_mention", body: `{"type": "event_callback", "token": "sample", "team_id": "T061EG9R6", "api_app_id": "A0MDYCDME", "event": {"type": "", "user": "U061F7AUR", "text": "<@U0LAN0Z89> hello", "ts": "1767268800.000100", "channel": "C061EG9SL"}, "event_id": "", "event_time": 1767268800}`}},
	"square":            {{event: "payment.created", body: `{"merchant_id": "6SSW7HV8K2ST5", "type": "", "event_id": "", "created_at": "2026-01-01T12:00:00Z", "data": {"type": "payment", "id": "KkAkhdMsgzn59SM8A89WgKwekxLZY", "object": {"payment": {"amount_money": {"amount": 1250, "currency": "EUR"}, "status": "APPROVED"}}}}`}},
	"standard-webhooks": {{event: "contact.created", body: `{"type": "", "timestamp": "2026-01-01T12:00:00Z", "data": {"id": "1f81eb52", "name": "Ada"}}`}},
	"stripe": {
		{event: "checkout.session.completed", body: `{"id": "", "object": "event", "api_version": "2025-09-30", "created": 1767268800, "type": "", "livemode": false, "data": {"object": {"id": "cs_test_1", "object": "checkout.session", "amount_total": 1250, "currency": "eur", "customer_details": {"name": "Ada", "email": "ada@example.com"}, "payment_status": "paid"}}}`},
		{event: "charge.succeeded", body: `{"id": "", "object": "event", "api_version": "2025-09-30", "created": 1767268800, "type": "", "livemode": false, "data": {"object": {"id": "ch_1", "object": "charge", "amount": 1250, "currency": "eur", "paid": true}}}`},
		{event: "invoice.paid", body: `{"id": "", "object": "event", "api_version": "2025-09-30", "created": 1767268800, "type": "", "livemode": false, "data": {"object": {"id": "in_1", "object": "invoice", "amount_paid": 1250, "currency": "eur", "customer": "cus_1", "status": "paid"}}}`},
	},
	"svix":     {{event: "user.created", body: `{"type": "", "data": {"id": "user_1", "name": "Ada"}}`}},
	"telegram": {{body: `{"update_id": 10000, "message": {"message_id": 1365, "date": 1767268800, "from": {"id": 1111111, "first_name": "Ada", "is_bot": false}, "chat": {"id": 1111111, "type": "private"}, "text": "/start"}}`}},
	"twilio":   {{form: true, body: "MessageSid=SM00000000000000000000000000000001&AccountSid=AC00000000000000000000000000000001&From=%2B15550001&To=%2B15550002&Body=Hello&NumMedia=0"}},
	"typeform": {{event: "form_response", body: `{"event_id": "", "event_type": "", "form_response": {"form_id": "lT4Z3j", "token": "a3a12ec6", "submitted_at": "2026-01-01T12:00:00Z", "definition": {"id": "lT4Z3j", "title": "Feedback"}, "answers": [{"type": "text", "text": "It is fine", "field": {"id": "SMEUb7VJz92Q", "type": "short_text"}}]}}`}},
	"zendesk":  {{event: "zen:event-type:user.created", body: `{"account_id": 22129848, "detail": {"id": "10001", "email": "ada@example.com", "role": "end-user"}, "event": {}, "id": "01H", "subject": "zen:user:10001", "time": "2026-01-01T12:00:00Z", "type": "", "zendesk_event_version": "2022-11-06"}`}},
	"zoom":     {{event: "meeting.started", body: `{"event": "", "event_ts": 1767268800000, "payload": {"account_id": "abc", "object": {"id": "1234567890", "uuid": "4444AAAiAAAAAiAiAiiAii==", "topic": "Stand-up", "start_time": "2026-01-01T12:00:00Z"}}}`}},
}
