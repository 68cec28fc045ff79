# A mail server of another make: STARTTLS or nothing, a login or nothing, and moods by who is written to.
# Usage: aiosmtpd_server.py FOLDER CERTIFICATE KEY. What it took stands in FOLDER/taken, a line each; where it listens in FOLDER/port.
import asyncio
import collections
import email
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

folder, certificate, key = sys.argv[1:]
asked = collections.Counter()


class Moods:
    async def handle_RCPT(self, server, session, envelope, address, options):
        asked[address] += 1
        if address.startswith("grey") and asked[address] == 1:
            return "451 4.7.1 Greylisted, try again later"
        if address.startswith("never"):
            return "550 5.7.1 Not from you"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        [address] = envelope.rcpt_tos
        if address.startswith("stall"):
            await asyncio.sleep(60)
        message = email.message_from_bytes(envelope.content)
        with open(os.path.join(folder, "taken"), "a") as taken:
            print(address, message["Message-ID"], "tls" if session.ssl else "plain", file=taken)
        if address.startswith("drop"):
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"player", b"a secret!")
    return AuthResult(success=good)


async def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    moods = Moods()

    def session():
        return SMTP(moods, hostname="localhost", tls_context=tls, require_starttls=True, auth_required=True, authenticator=authenticate)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    with open(os.path.join(folder, "port.new"), "w") as port:
        port.write(str(server.sockets[0].getsockname()[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    await server.serve_forever()


asyncio.run(main())
