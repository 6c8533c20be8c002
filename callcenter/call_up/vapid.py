"""Who sends: the application server's key and its signed claims (VAPID, RFC 8292)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from callcenter.call_up.encryption import encode, public_point

#: The file in the data folder. Whoever loses it loses every subscription: browsers accept no other key.
KEY_FILE = "push.pem"
#: A claim may be valid for at most a day.
_VALID_S = 12 * 3600


def ensure_key(data: Path) -> EllipticCurvePrivateKey:
    """The key of this installation, made at the first call. Raises `OSError`, and `ValueError` for a spoilt file."""
    file = data / KEY_FILE
    if not file.exists():
        pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        number, name = tempfile.mkstemp(prefix=f"{KEY_FILE}.", dir=data)
        draft = Path(name)
        with os.fdopen(number, "wb") as opened:
            opened.write(pem)
        try:
            # Of processes that start together, one makes the key, whole at once.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError(f"{file}: no P-256 key; remove it and all agents' subscriptions to have a new one made")
    return key


def public_key(key: EllipticCurvePrivateKey) -> str:
    """What a browser subscribes with, base64url."""
    return encode(public_point(key.public_key()))


def authorization(key: EllipticCurvePrivateKey, endpoint: str, *, contact: str, now_s: int) -> str:
    """The Authorization header for a message to this endpoint; `contact` is a mailto: or https: URI, or empty."""
    target = urlsplit(endpoint)
    claims = {"aud": f"{target.scheme}://{target.netloc}", "exp": now_s + _VALID_S}
    if contact:
        claims["sub"] = contact
    signed = b".".join(encode(orjson.dumps(part)).encode() for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed, ECDSA(SHA256())))
    signature = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed.decode()}.{signature}, k={public_key(key)}"
