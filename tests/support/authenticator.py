"""A passkey in software: what a browser and its device answer to a challenge (WebAuthn)."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED, KEY_INCLUDED = 1, 4, 64


@dataclass
class Authenticator:
    """One device with one key."""

    origin: str
    """The page that the browser shows."""
    host: str
    count: int = 0
    flags: int = USER_PRESENT | USER_VERIFIED
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    def makes(self, options: str) -> str:
        """Make a passkey; return the browser's answer, as JSON."""
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        about = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(KEY_INCLUDED) + about}
        said = self._client("webauthn.create", options)
        return self._answer({"clientDataJSON": said, "attestationObject": cbor2.dumps(attestation)})

    def answers(self, options: str) -> str:
        """Use the passkey; return the browser's answer, as JSON."""
        self.count += 1
        said, data = self._client("webauthn.get", options), self._data(0)
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": said, "authenticatorData": data, "signature": signed}
        )

    def _data(self, more: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _client(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: Mapping[str, bytes]) -> str:
        coded = {name: _text(content) for name, content in response.items()}
        about = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key"}
        return json.dumps({**about, "response": coded})


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
