"""A server of aiosmtpd on loopback: server.py smtps|starttls|smtp [certificate key].

It prints its port, and then a line of JSON for each mail that it takes. The user u with the password pass may send some. It prints back what it
reads from its standard input, so that who writes a line there knows that all mails before it were printed, and ends when that does.
"""
import asyncio
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

logging.disable(logging.CRITICAL)
mode = sys.argv[1]
context = None
if mode != "smtp":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "safe": session.ssl is not None or mode == "smtps",
            "as": session.auth_data.login.decode() if session.authenticated else "", "text": envelope.content.decode(),
        }), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    ok = data.login == b"u" and data.password == b"pass"
    return AuthResult(success=ok, handled=ok, auth_data=data)


def protocol():
    return SMTP(
        Handler(), hostname="localhost", tls_context=context if mode == "starttls" else None, require_starttls=mode == "starttls",
        authenticator=authenticate, auth_required=True, auth_require_tls=mode == "starttls",
    )


def answer():
    for line in sys.stdin:
        print(line, end="", flush=True)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "smtps" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, answer)
    server.close()


asyncio.run(main())
