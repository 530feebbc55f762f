"""A passkey without a device: makes and signs what a browser would answer (WebAuthn, sections 5.8.1, 6.1 and 6.5)."""

import hashlib
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey for ``host``."""

    def __init__(self, host="localhost", origin=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = os.urandom(32)
        self.host, self.origin = host, origin or f"http://{host}"
        self.counter, self.flags, self.handle = 0, PRESENT | VERIFIED, None

    def make(self, options: dict) -> str:
        """Return the answer to options for making a passkey."""
        public = options["publicKey"]
        self.handle = public["user"]["id"]
        data = AttestedCredentialData.create(
            Aaguid.NONE, self.credential_id, ES256.from_cryptography_key(self.key.public_key())
        )
        attestation = AttestationObject.create("none", self._data(ATTESTED, bytes(data)), {})
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", public), attestationObject=bytes(attestation)
        )

    def show(self, options: dict) -> str:
        """Return the answer to options for showing one."""
        self.counter += 1
        data, client_data = self._data(), self._client_data("webauthn.get", options["publicKey"])
        signature = self.key.sign(bytes(data) + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client_data, authenticatorData=bytes(data), signature=signature, userHandle=self.handle
        )

    def _data(self, more=0, attested=b"") -> AuthenticatorData:
        rp = hashlib.sha256(self.host.encode()).digest()
        return AuthenticatorData(rp + bytes([self.flags | more]) + self.counter.to_bytes(4) + attested)

    def _client_data(self, kind: str, public: dict) -> bytes:
        return json.dumps({"type": kind, "challenge": public["challenge"], "origin": self.origin}).encode()

    def _answer(self, **parts) -> str:
        response = {
            name: value if isinstance(value, str) else websafe_encode(value) for name, value in parts.items() if value
        }
        identity = websafe_encode(self.credential_id)
        return json.dumps({"id": identity, "rawId": identity, "type": "public-key", "response": response})
