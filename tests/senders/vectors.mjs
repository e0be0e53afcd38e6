// Prints signatures that official libraries of senders make, or take as right, as lines of JSON. See run in this folder.
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import { sign as github, verify as githubVerify } from '@octokit/webhooks-methods';
import Stripe from 'stripe';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';
import twilio from 'twilio';
import { verifyKey as discordVerify } from 'discord-interactions';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { Paddle } from '@paddle/paddle-node-sdk';
import { WebhooksHelper } from 'square';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { shopifyApi, ApiVersion } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { WebhooksManager } from 'box-node-sdk/lib/managers/webhooks';
import { Signature } from '@hubspot/api-client';
import MessageValidator from 'sns-validator';
import mailgunJS from 'mailgun-js';
import https from 'node:https';
import { Readable } from 'node:stream';
import { execFileSync } from 'node:child_process';

const require = createRequire(import.meta.url);
const { readFileSync } = await import('node:fs');
const version = (name) => name + '@' + JSON.parse(readFileSync(new URL('node_modules/' + name + '/package.json', import.meta.url))).version;
const seconds = Math.floor(Date.now() / 1000);
const hmac = (secret, text, encoding = 'hex', hash = 'sha256') => crypto.createHmac(hash, secret).update(text).digest(encoding);

function print(sender, by, vector) {
  console.log(JSON.stringify({ sender, by, method: 'POST', url: 'https://example.com/hook?a=1', time: seconds, ...vector }));
}

async function taken(what, verdict) {
  if ((await verdict) !== true) throw new Error(what + ' does not take the signature');
}

const body = '{"id":"1","text":"Grüße 🚀 \\u00e4","list":[1, 2.50]}\n';

{
  const secret = "It's a Secret to Everybody";
  const signature = await github(secret, body);
  await taken('octokit', githubVerify(secret, body, signature));
  print('github', version('@octokit/webhooks-methods'), { secret, body, headers: { 'X-Hub-Signature-256': signature } });
}
{
  const secret = 'whsec_test_secret';
  const stripe = new Stripe('sk_test_1');
  const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: seconds });
  stripe.webhooks.constructEvent(body, header, secret);
  print('stripe', version('stripe'), { secret, body, headers: { 'Stripe-Signature': header } });
}
{
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const signature = new Standard(secret).sign('msg_1', new Date(seconds * 1000), body);
  print('standard-webhooks', version('standardwebhooks'), { secret, body, headers: { 'Webhook-Id': 'msg_1', 'Webhook-Timestamp': String(seconds), 'Webhook-Signature': signature } });
  const again = new Svix(secret).sign('msg_2', new Date(seconds * 1000), body);
  print('svix', version('svix'), { secret, body, headers: { 'Svix-Id': 'msg_2', 'Svix-Timestamp': String(seconds), 'Svix-Signature': again } });
}
{
  const secret = '12345', url = 'https://example.com/hook?a=1';
  const form = { To: '+18005551212', From: '+14158675309', Body: 'a b+c&d=ä' };
  const signature = twilio.getExpectedTwilioSignature(secret, url, form);
  await taken('twilio', Promise.resolve(twilio.validateRequest(secret, signature, url, form)));
  print('twilio', version('twilio'), { secret, url, body: new URLSearchParams(form).toString(), headers: { 'X-Twilio-Signature': signature, 'Content-Type': 'application/x-www-form-urlencoded' } });
  const hashed = url + '&bodySHA256=' + twilio.getExpectedBodyHash(body);
  const json = twilio.getExpectedTwilioSignature(secret, hashed, {});
  await taken('twilio', Promise.resolve(twilio.validateRequestWithBody(secret, json, hashed, body)));
  print('twilio', version('twilio'), { secret, url: hashed, body, headers: { 'X-Twilio-Signature': json, 'Content-Type': 'application/json' } });
}
{
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  const secret = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
  const signature = crypto.sign(null, Buffer.from(seconds + body), privateKey).toString('hex');
  await taken('discord-interactions', discordVerify(body, signature, String(seconds), secret));
  print('discord', version('discord-interactions'), { secret, body, headers: { 'X-Signature-Ed25519': signature, 'X-Signature-Timestamp': String(seconds) } });
}
{
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const secret = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const signature = crypto.sign('sha256', Buffer.from(seconds + body), privateKey).toString('base64');
  const sdk = new EventWebhook();
  await taken('sendgrid', Promise.resolve(sdk.verifySignature(sdk.convertPublicKeyToECDSA(secret), body, signature, String(seconds))));
  print('sendgrid', version('@sendgrid/eventwebhook'), {
    secret, body, headers: { 'X-Twilio-Email-Event-Webhook-Signature': signature, 'X-Twilio-Email-Event-Webhook-Timestamp': String(seconds) },
  });
}
{
  const secret = 'pdl_ntfset_secret';
  const header = 'ts=' + seconds + ';h1=' + hmac(secret, seconds + ':' + body);
  await taken('paddle', new Paddle('key').webhooks.isSignatureValid(body, secret, header));
  print('paddle', version('@paddle/paddle-node-sdk'), { secret, body, headers: { 'Paddle-Signature': header } });
}
{
  const secret = 'square-signature-key', url = 'https://example.com/hook?a=1';
  const signature = hmac(secret, url + body, 'base64');
  await taken('square', WebhooksHelper.verifySignature({ requestBody: body, signatureHeader: signature, signatureKey: secret, notificationUrl: url }));
  print('square', version('square'), { secret, url, body, headers: { 'X-Square-HmacSha256-Signature': signature } });
}
{
  const secret = 'lin_wh_secret';
  const issue = JSON.stringify({ action: 'create', webhookTimestamp: seconds * 1000 });
  const signature = hmac(secret, issue);
  await taken('linear', Promise.resolve(new LinearWebhookClient(secret).verify(Buffer.from(issue), signature)));
  print('linear', version('@linear/sdk'), { secret, body: issue, headers: { 'Linear-Signature': signature } });
}
{
  const secret = 'meta app secret', entry = '{"object":"whatsapp_business_account","text":"\\u00e4"}'; // Meta sends ASCII alone
  const signature = 'sha256=' + hmac(secret, entry);
  const api = new WhatsAppAPI({ token: 't', appSecret: secret, webhookVerifyToken: 'v', ponyfill: { subtle: crypto.webcrypto.subtle } });
  await taken('whatsapp-api-js', api.verifyRequestSignature(entry, signature));
  print('meta', version('whatsapp-api-js'), { secret, body: entry, headers: { 'X-Hub-Signature-256': signature } });
}
{
  const secret = 'shopify client secret';
  const signature = hmac(secret, body, 'base64');
  const shopify = shopifyApi({ apiKey: 'k', apiSecretKey: secret, scopes: [], hostName: 'example.com', apiVersion: '2025-01', isEmbeddedApp: false, logger: { level: 0 } });
  const headers = {
    'X-Shopify-Hmac-Sha256': signature, 'X-Shopify-Topic': 'orders/create', 'X-Shopify-Shop-Domain': 'a.myshopify.com',
    'X-Shopify-API-Version': '2025-01', 'X-Shopify-Webhook-Id': 'b54557e4',
  };
  const verdict = await shopify.webhooks.validate({ rawBody: body, rawRequest: { method: 'POST', url: '/hook', headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v])) }, rawResponse: {} });
  await taken('shopify ' + JSON.stringify(verdict), Promise.resolve(verdict.valid));
  print('shopify', version('@shopify/shopify-api'), { secret, body, headers });
}
{
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const python = 'import sys; sys.path.insert(0, sys.argv[1])\nfrom slack_sdk.signature import SignatureVerifier\nfrom slack_sdk.version import __version__\n' +
    'b = sys.stdin.buffer.read().decode()\nv = SignatureVerifier(sys.argv[2])\ns = v.generate_signature(timestamp=sys.argv[3], body=b)\nassert v.is_valid(body=b, timestamp=sys.argv[3], signature=s)\nprint(__version__, s)';
  const [sdk, signature] = execFileSync('python3', ['-c', python, 'python', secret, String(seconds)], { input: body }).toString().trim().split(' ');
  print('slack', 'slack_sdk@' + sdk, { secret, body, headers: { 'X-Slack-Signature': signature, 'X-Slack-Request-Timestamp': String(seconds) } });
}
{
  const secret = 'box primary key', at = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  const signature = hmac(secret, body + at, 'base64');
  const headers = { 'Box-Delivery-Timestamp': at, 'Box-Delivery-Id': 'f96bb54b', 'Box-Signature-Algorithm': 'HmacSHA256', 'Box-Signature-Version': '1', 'Box-Signature-Primary': signature };
  await taken('box', WebhooksManager.validateMessage(body, Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v])), secret));
  print('box', version('box-node-sdk'), { secret, body, headers });
}
{
  const secret = 'hubspot client secret', url = 'https://example.com/hook?a=1', timestamp = seconds * 1000;
  const signature = Signature.getSignature('POST', 'v3', { clientSecret: secret, url, requestBody: body, timestamp });
  await taken('hubspot', Promise.resolve(Signature.isValid({ method: 'POST', signatureVersion: 'v3', clientSecret: secret, url, requestBody: body, timestamp, signature })));
  print('hubspot', version('@hubspot/api-client'), { secret, url, body, headers: { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': String(timestamp) } });
}
{
  const secret = 'mailgun signing key', token = 'e0b5477167110d68991efc6b9f89f0a11066af27834600e123', timestamp = String(seconds);
  const signature = hmac(secret, timestamp + token);
  await taken('mailgun', Promise.resolve(mailgunJS({ apiKey: secret, domain: 'example.com' }).validateWebhook(timestamp, token, signature)));
  print('mailgun', version('mailgun-js'), { secret, headers: {}, body: JSON.stringify({ signature: { token, timestamp, signature }, 'event-data': { event: 'opened' } }) });
}
{
  const topic = 'arn:aws:sns:us-east-2:123456789012:MyTopic', address = 'https://sns.us-east-2.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=sns.amazonaws.com', '-days', '36500', '-keyout', 'sns.key', '-out', 'sns.pem'], { stdio: 'ignore' });
  const key = readFileSync('sns.key'), certificate = readFileSync('sns.pem').toString();
  https.get = (url, answer) => {
    if (url !== address) throw new Error(url + ' is asked');
    answer(Object.assign(Readable.from([certificate]), { statusCode: 200 }));
    return { on: () => {} };
  };
  const at = new Date(seconds * 1000).toISOString();
  const common = { MessageId: '165545c9', TopicArn: topic, Timestamp: at, SigningCertURL: address };
  for (const message of [
    { Type: 'Notification', Message: 'Grüße\n🚀', SignatureVersion: '1', ...common },
    { Type: 'Notification', Message: body, Subject: 'My First Message', SignatureVersion: '2', ...common },
    { Type: 'SubscriptionConfirmation', Message: 'To confirm, visit SubscribeURL', Token: '2336412f', SubscribeURL: 'https://sns.us-east-2.amazonaws.com/?Action=ConfirmSubscription', SignatureVersion: '1', ...common },
  ]) {
    const names = message.Token ? ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] : ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
    const text = names.filter((name) => name in message).map((name) => name + '\n' + message[name] + '\n').join('');
    message.Signature = crypto.sign(message.SignatureVersion === '1' ? 'sha1' : 'sha256', Buffer.from(text), key).toString('base64');
    await new Promise((done, fail) => new MessageValidator().validate(message, (err) => (err ? fail(err) : done())));
    print('sns', version('sns-validator'), { secret: topic, headers: {}, body: JSON.stringify(message), certificate });
  }
}
