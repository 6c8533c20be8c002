"""Message encryption for Web Push (RFC 8291): only the subscribed browser can read what its push service carries."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_POINT_BYTES, _AUTH_BYTES, _SALT_BYTES = 65, 16, 16
#: The one record's size as it stands in the header; longer than any message of ours.
_RECORD_SIZE = 4096


def encode(raw: bytes) -> str:
    """Base64url without padding, as Web Push writes keys."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(written: str) -> bytes:
    """The bytes again. Raises `ValueError`."""
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def public_point(key: EllipticCurvePublicKey) -> bytes:
    """A public key as an uncompressed point of 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_browser_keys(p256dh: str, auth: str) -> None:
    """Raises `ValueError` unless these are a point of P-256 and a secret of 16 bytes, base64url."""
    if len(decode(auth)) != _AUTH_BYTES:
        raise ValueError(f"the auth secret has {len(decode(auth))} bytes; expected {_AUTH_BYTES}")
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decode(p256dh))


def encrypt(
    message: bytes,
    *,
    p256dh: str,
    auth: str,
    key: EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push message with `Content-Encoding: aes128gcm`.

    `p256dh` and `auth` are the browser's, base64url; `key` and `salt` are new for each message unless a test gives
    them. Raises `ValueError` for keys that are none, and for a message that does not fit one record.
    """
    if len(message) > _RECORD_SIZE - 16 - 1:
        raise ValueError(f"a message of {len(message)} bytes; expected at most {_RECORD_SIZE - 17}")
    browser, key, salt = (
        decode(p256dh),
        key or generate_private_key(SECP256R1()),
        salt or secrets.token_bytes(_SALT_BYTES),
    )
    shared = key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), browser))
    ours = public_point(key.public_key())
    secret = _derive(shared, decode(auth), b"WebPush: info\0" + browser + ours, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD_SIZE.to_bytes(4, "big") + bytes([_POINT_BYTES]) + ours
    # 2 marks the last record; no padding follows.
    return header + AESGCM(content_key).encrypt(nonce, message + b"\x02", None)


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)
