#!/usr/bin/env python3
"""Makes Vectors/rendezvous.json and Vectors/knock.json from docs/protocol/rendezvous.md and knock.md alone: no code of Kith is used.

Needs the package `cryptography`. XChaCha20-Poly1305 is put together here from its HChaCha20 (draft-irtf-cfrg-xchacha-03 section 2.2).
"""
import hashlib
import json
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PERIOD = 6 * 60 * 60 * 1000


def hkdf(key, info, size):
    return HKDF(algorithm=hashes.SHA256(), length=size, salt=None, info=info).derive(key)


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def hchacha20(key, nonce):
    state = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key)) + list(struct.unpack("<4I", nonce))

    def rotate(x, n):
        return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF

    def quarter(a, b, c, d):
        state[a] = (state[a] + state[b]) & 0xFFFFFFFF
        state[d] = rotate(state[d] ^ state[a], 16)
        state[c] = (state[c] + state[d]) & 0xFFFFFFFF
        state[b] = rotate(state[b] ^ state[c], 12)
        state[a] = (state[a] + state[b]) & 0xFFFFFFFF
        state[d] = rotate(state[d] ^ state[a], 8)
        state[c] = (state[c] + state[d]) & 0xFFFFFFFF
        state[b] = rotate(state[b] ^ state[c], 7)

    for _ in range(10):
        quarter(0, 4, 8, 12)
        quarter(1, 5, 9, 13)
        quarter(2, 6, 10, 14)
        quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15)
        quarter(1, 6, 11, 12)
        quarter(2, 7, 8, 13)
        quarter(3, 4, 9, 14)
    return struct.pack("<8I", *(state[:4] + state[12:]))


def xseal(key, nonce, associated, plaintext):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])).encrypt(b"\0\0\0\0" + nonce[16:], plaintext, associated)


def content(size, made_at, fields):
    body = b"\x01" + struct.pack(">q", made_at)
    for tag, value in fields:
        body += bytes([tag]) + struct.pack(">H", len(value)) + value
    assert len(body) <= size
    return body.ljust(size, b"\0")


def sealed(size, key, context, label, signer, nonce, made_at, fields):
    inner = content(size - 24 - 64 - 16, made_at, fields)
    signature = signer.sign(label + b"\0" + context + nonce + inner)
    return nonce + xseal(key, nonce, context, signature + inner)


def record(name, secret, made_at, sequence, fields, addresses):
    offset = struct.unpack(">Q", hkdf(secret, b"kith-find-offset-v1\0", 8))[0] % PERIOD
    index = (made_at + offset) // PERIOD
    keys = hkdf(secret, b"kith-find-period-v1\0" + struct.pack(">q", index), 80)
    item_key = Ed25519PrivateKey.from_private_bytes(keys[:32])
    salt = keys[32:48]
    target = hashlib.sha1(public(item_key) + salt).digest()
    maker = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    nonce = hashlib.sha256(b"nonce" + name.encode()).digest()[:24]
    value = sealed(768, keys[48:], target + struct.pack(">q", sequence), b"kith-find-record-v1", maker, nonce, made_at, fields)
    encoded = b"%d:%s" % (len(value), value)
    signed = b"4:salt16:" + salt + b"3:seqi%de1:v" % sequence + encoded
    return {
        "name": name, "secret": secret.hex(), "offset": offset, "madeAt": made_at, "index": index, "itemKey": public(item_key).hex(), "salt": salt.hex(),
        "target": target.hex(), "maker": public(maker).hex(), "makerSeed": hashlib.sha256(name.encode()).hexdigest(), "sequence": sequence,
        "addresses": addresses, "value": encoded.hex(), "signature": item_key.sign(signed).hex(),
    }


def knock(name, secret, made_at, life, fields, addresses):
    maker = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    nonce = hashlib.sha256(b"nonce" + name.encode()).digest()[:24]
    body = sealed(400, hkdf(secret, b"kith-knock-key-v1\0", 32), b"", b"kith-knock-v1", maker, nonce, made_at, fields)
    return {
        "name": name, "secret": secret.hex(), "madeAt": made_at, "maker": public(maker).hex(), "life": life, "addresses": addresses,
        "datagram": (b"d5:knock400:" + body + b"4:lifei%dee" % life).hex(),
    }


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Vectors")
    four, six, name = b"192.0.2.1:7300", b"[2001:db8::1]:7300", b"node.example:443"
    secret = bytes(range(32))
    now = 1_790_000_000_000
    records = [
        record("two addresses", secret, now, now, [(1, four), (1, six)], [four.decode(), six.decode()]),
        record("another period", secret, now + PERIOD, now + PERIOD + 1, [(1, name)], [name.decode()]),
        record("a field of a later version", bytes(32 * [7]), now, now, [(3, b"whatever"), (1, four), (200, b"")], [four.decode()]),
        record("withdrawn", bytes(32 * [9]), now, now, [], []),
    ]
    knocks = [
        knock("a knock", secret, now, 4, [(1, four), (1, six)], [four.decode(), six.decode()]),
        knock("a knock with a later field", bytes(32 * [7]), now, 1, [(9, b"x"), (1, name)], [name.decode()]),
    ]
    for file, source, vectors in [("rendezvous.json", "docs/protocol/rendezvous.md", records), ("knock.json", "docs/protocol/knock.md", knocks)]:
        with open(os.path.join(here, file), "w", encoding="utf-8") as out:
            json.dump({"source": f"{source}, by vectors.py beside this folder", "vectors": vectors}, out, indent=1)
            out.write("\n")


if __name__ == "__main__":
    main()
