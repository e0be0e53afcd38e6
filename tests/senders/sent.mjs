// Has `caddy kestra send` sign samples, and official libraries of senders check what arrives: node sent.mjs <caddy>. See run in this folder.
import crypto from 'node:crypto';
import http from 'node:http';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { verify as githubVerify } from '@octokit/webhooks-methods';
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
import { shopifyApi } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { WebhooksManager } from 'box-node-sdk/lib/managers/webhooks';
import { Signature } from '@hubspot/api-client';
import mailgunJS from 'mailgun-js';

const caddy = process.argv[2];
const run = promisify(execFile);
const folder = mkdtempSync('sent-');
process.on('exit', () => rmSync(folder, { recursive: true }));

const pem = (key) => key.export({ format: 'pem', type: 'pkcs8' });
const ed25519 = crypto.generateKeyPairSync('ed25519');
const ecdsa = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const shopify = (secret) => shopifyApi({ apiKey: 'k', apiSecretKey: secret, scopes: [], hostName: 'example.com', apiVersion: '2025-01', isEmbeddedApp: false, logger: { level: 0 } });
const slack = 'import sys; sys.path.insert(0, "python")\nfrom slack_sdk.signature import SignatureVerifier\n' +
  'print(SignatureVerifier(sys.argv[1]).is_valid(body=sys.stdin.buffer.read().decode(), timestamp=sys.argv[2], signature=sys.argv[3]))';

// Each sender with the secret of the flow, that of who signs if it is another, and the verdict of its library on a request.
const senders = {
  github: { secret: "It's a Secret to Everybody", check: (r, s) => githubVerify(s, r.body, r.headers['x-hub-signature-256']) },
  stripe: { secret: 'whsec_test_secret', check: (r, s) => !!new Stripe('sk_test_1').webhooks.constructEvent(r.body, r.headers['stripe-signature'], s) },
  'standard-webhooks': { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', check: (r, s) => !!new Standard(s).verify(r.body, r.headers) },
  svix: { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', check: (r, s) => !!new Svix(s).verify(r.body, r.headers) },
  twilio: { secret: '12345-twilio', check: (r, s) => twilio.validateRequest(s, r.headers['x-twilio-signature'], r.url, Object.fromEntries(new URLSearchParams(r.body))) },
  discord: {
    secret: ed25519.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'), signer: pem(ed25519.privateKey),
    check: (r, s) => discordVerify(r.body, r.headers['x-signature-ed25519'], r.headers['x-signature-timestamp'], s),
  },
  sendgrid: {
    secret: ecdsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), signer: pem(ecdsa.privateKey),
    check: (r, s) => {
      const sdk = new EventWebhook(), name = 'x-twilio-email-event-webhook-';
      return sdk.verifySignature(sdk.convertPublicKeyToECDSA(s), r.body, r.headers[name + 'signature'], r.headers[name + 'timestamp']);
    },
  },
  paddle: { secret: 'pdl_ntfset_secret', check: (r, s) => new Paddle('key').webhooks.isSignatureValid(r.body, s, r.headers['paddle-signature']) },
  square: {
    secret: 'square-signature-key',
    check: (r, s) => WebhooksHelper.verifySignature({ requestBody: r.body, signatureHeader: r.headers['x-square-hmacsha256-signature'], signatureKey: s, notificationUrl: r.url }),
  },
  linear: { secret: 'lin_wh_secret', check: (r, s) => new LinearWebhookClient(s).verify(Buffer.from(r.body), r.headers['linear-signature'], JSON.parse(r.body).webhookTimestamp) },
  meta: {
    secret: 'meta app secret',
    check: (r, s) => new WhatsAppAPI({ token: 't', appSecret: s, webhookVerifyToken: 'v', ponyfill: { subtle: crypto.webcrypto.subtle } }).verifyRequestSignature(r.body, r.headers['x-hub-signature-256']),
  },
  shopify: {
    secret: 'shopify client secret',
    check: async (r, s) => (await shopify(s).webhooks.validate({ rawBody: r.body, rawRequest: { method: 'POST', url: '/hook', headers: r.headers }, rawResponse: {} })).valid,
  },
  slack: {
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    check: (r, s) => execFileSync('python3', ['-c', slack, s, r.headers['x-slack-request-timestamp'], r.headers['x-slack-signature']], { input: r.body }).toString() === 'True\n',
  },
  box: { secret: 'box primary key', check: (r, s) => WebhooksManager.validateMessage(r.body, r.headers, s) },
  hubspot: {
    secret: 'hubspot client secret',
    check: (r, s) => Signature.isValid({
      method: r.method, signatureVersion: 'v3', clientSecret: s, url: r.url, requestBody: r.body,
      timestamp: Number(r.headers['x-hubspot-request-timestamp']), signature: r.headers['x-hubspot-signature-v3'],
    }),
  },
  mailgun: {
    secret: 'mailgun signing key',
    check: (r, s) => {
      const { timestamp, token, signature } = JSON.parse(r.body).signature;
      return mailgunJS({ apiKey: s, domain: 'example.com' }).validateWebhook(timestamp, token, signature);
    },
  },
};

let received;
const server = http.createServer(async (request, answer) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  received = { method: request.method, headers: request.headers, body: Buffer.concat(parts).toString(), url: base + request.url };
  answer.end();
});
await new Promise((listens) => server.listen(0, '127.0.0.1', listens));
const base = 'http://127.0.0.1:' + server.address().port;

for (const [sender, { secret, signer, check }] of Object.entries(senders)) {
  const file = folder + '/' + sender + '.yml';
  writeFileSync(file, `id: sent\nnamespace: company.team\ntasks: [{id: log, type: io.kestra.plugin.core.log.Log, message: "{{ trigger.event }}"}]
triggers: [{id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: 0123456789abcdef, sender: ${sender}, secret: "{{ secret('SENT') }}"}]\n`);
  const args = ['kestra', 'send', 'company.team/sent', file, '--base', base];
  if (signer) {
    writeFileSync(folder + '/private.pem', signer);
    args.push('--secret', '@' + folder + '/private.pem');
  }
  received = undefined;
  await run(caddy, args, { env: { ...process.env, SECRET_SENT: Buffer.from(secret).toString('base64') } });
  let verdict;
  try {
    verdict = await check(received, secret);
  } catch (err) {
    verdict = err;
  }
  if (verdict !== true) throw new Error(sender + ': its library does not take what was sent: ' + verdict);
  console.log(sender);
}
server.close();
console.log(Object.keys(senders).length + ' senders take what is sent');
