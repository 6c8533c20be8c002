"""Web Push messages and claims, by the RFCs' own examples."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from callcenter.call_up.encryption import check_browser_keys, decode, encode, encrypt
from callcenter.call_up.push import of_a_push_service
from callcenter.call_up.sms import signature
from callcenter.call_up.vapid import authorization, ensure_key, public_key
from callcenter.house import furnish
from callcenter.settings import Settings

# RFC 8291, section 5 and appendix A.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENT = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
KEY = derive_private_key(int.from_bytes(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), SECP256R1())


def test_the_example_of_the_rfc_is_encrypted_to_the_byte() -> None:
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh=P256DH,
        auth=AUTH,
        key=KEY,
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encode(body) == SENT


def test_no_two_messages_are_alike_and_none_is_too_long() -> None:
    assert encrypt(b"x", p256dh=P256DH, auth=AUTH) != encrypt(b"x", p256dh=P256DH, auth=AUTH)
    with pytest.raises(ValueError, match="4080 bytes"):
        encrypt(b"x" * 4080, p256dh=P256DH, auth=AUTH)


@pytest.mark.parametrize(
    ("p256dh", "auth"), [(P256DH, AUTH[:-2]), (P256DH[:-2], AUTH), ("B" * 87, AUTH), ("", ""), ("ü", AUTH)]
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    check_browser_keys(P256DH, AUTH)
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever wording
        check_browser_keys(p256dh, auth)


def test_the_claims_are_for_the_push_service_s_origin_signed_and_soon_over() -> None:
    key = generate_private_key(SECP256R1())
    header = authorization(key, "https://push.example.net:8443/a/b?c", contact="mailto:ops@example.com", now_s=1000)
    scheme, token, told_key = header.replace(", ", " ").split(" ")
    assert (scheme, told_key) == ("vapid", f"k={public_key(key)}")
    head, claims, signed = token.removeprefix("t=").split(".")
    assert orjson.loads(decode(head)) == {"typ": "JWT", "alg": "ES256"}
    assert orjson.loads(decode(claims)) == {
        "aud": "https://push.example.net:8443",
        "exp": 1000 + 43_200,
        "sub": "mailto:ops@example.com",
    }
    raw = decode(signed)
    proof = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decode(public_key(key)))
    public.verify(proof, f"{head}.{claims}".encode(), ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(proof, f"{head}.{claims}x".encode(), ECDSA(SHA256()))


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = {public_key(key) for key in pool.map(ensure_key, [tmp_path] * 4)}
    assert len(made) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["push.pem"]
    assert stat.S_IMODE((tmp_path / "push.pem").stat().st_mode) == 0o600
    (tmp_path / "push.pem").write_text("spoilt")
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
        ensure_key(tmp_path)


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://web.push.apple.com/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:444/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://fcm.googleapis.com@evil.example/x", False),
        ("https://evil.example/.notify.windows.com", False),
        ("https://a@b.notify.windows.com/x", False),
        ("https://evil.example\\.notify.windows.com/x", False),
        ("https://127.0.0.1/x", False),
        ("", False),
    ],
)
def test_only_known_push_services_are_posted_to(endpoint: str, known: bool) -> None:
    assert of_a_push_service(endpoint, Settings().push_services) is known


def test_the_gateway_s_signature_is_a_hmac_over_time_and_body() -> None:
    # printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    assert signature("secret", b'{"a":1}', 1_700_000_000) == (
        "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
    )


@pytest.mark.parametrize("wrong", ["gateway.example", "ftp://gateway.example", "https://", "File"])
def test_a_gateway_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="expected an http"):
        Settings(sms_gateway=wrong)


def test_an_unsigned_gateway_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The data folder of a demo that ran here has a secret.
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="sms_gateway without sms_secret"):
        Settings(sms_gateway="https://gateway.example/send")


def test_set_up_makes_the_keys_once_and_keeps_what_the_operator_wrote(tmp_path: Path) -> None:
    first = furnish(tmp_path)
    made = public_key(ensure_key(tmp_path))
    assert len(first.sms_secret.get_secret_value()) > 30
    file = tmp_path / "settings.toml"
    own = 'sms_gateway = "https://gateway.example/send"\npush_services = ["https://push.example.net"]\n'
    file.write_text(own + file.read_text())
    again = furnish(tmp_path)
    assert again.push_services == ("https://push.example.net",)
    assert again.sms_gateway == "https://gateway.example/send"
    assert again.sms_secret == first.sms_secret
    assert public_key(ensure_key(tmp_path)) == made
