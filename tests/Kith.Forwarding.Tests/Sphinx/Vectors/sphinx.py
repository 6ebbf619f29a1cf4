#!/usr/bin/env python3
"""Makes sphinx.json: packets by docs/protocol/forwarding.md, in Python's standard library alone and without a line of the code under test.

    python3 sphinx.py > sphinx.json

X25519 is RFC 7748 section 5, ChaCha20 RFC 8439 section 2.4; both check themselves against the RFC's vectors first. The blindings are multiplied
one after the other here (the plain form of section "Making a header"), not gathered into one scalar. Everything random comes of a counter.
"""
import hashlib
import json
import struct

HOPS, LAYER, PACKET = 6, 52, 1152
ROUTING = HOPS * LAYER
HEADER = 1 + 32 + 16 + ROUTING
PAYLOAD = PACKET - 1 - HEADER
BODY = PAYLOAD - 16
P = 2**255 - 19


def clamp(k):
    k = bytearray(k)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    return bytes(k)


def x25519(k, u):
    k, u = int.from_bytes(clamp(k), "little"), int.from_bytes(u, "little") & (1 << 255) - 1
    x1, x2, z2, x3, z3, swap = u % P, 1, 0, u % P, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b = (x2 + z2) % P, (x2 - z2) % P
        aa, bb = a * a % P, b * b % P
        e = (aa - bb) % P
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


BASE = (9).to_bytes(32, "little")


def chacha20(key, data, nonce=bytes(12)):
    def quarter(s, a, b, c, d):
        for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = s[x] + s[y] & 0xFFFFFFFF
            v = s[z] ^ s[x]
            s[z] = (v << r | v >> 32 - r) & 0xFFFFFFFF

    out = bytearray()
    for block in range((len(data) + 63) // 64):
        start = list(struct.unpack("<16L", b"expand 32-byte k" + key + struct.pack("<L", block) + nonce))
        s = start[:]
        for _ in range(10):
            quarter(s, 0, 4, 8, 12), quarter(s, 1, 5, 9, 13), quarter(s, 2, 6, 10, 14), quarter(s, 3, 7, 11, 15)
            quarter(s, 0, 5, 10, 15), quarter(s, 1, 6, 11, 12), quarter(s, 2, 7, 8, 13), quarter(s, 3, 4, 9, 14)
        out += struct.pack("<16L", *((a + b) & 0xFFFFFFFF for a, b in zip(s, start)))
    return xor(data, out)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def blake(key, message, size):
    return hashlib.blake2b(message, digest_size=size, key=key).digest()


def check_primitives():
    # RFC 7748 section 5.2, first vector; RFC 8439 appendix A.1, first vector.
    k = bytes.fromhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
    u = bytes.fromhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
    assert x25519(k, u).hex() == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    assert chacha20(bytes(32), bytes(64)).hex().startswith("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7")


def lioness(key, block, decrypt=False):
    label = b"kith-lioness-v1\0"
    ks = blake(key, label + b"\1", 64) + blake(key, label + b"\2", 64)
    k1, k2, k3, k4 = (ks[i:i + 32] for i in range(0, 128, 32))
    left, right = block[:32], block[32:]
    stream = lambda k: chacha20(xor(left, k), right)
    digest = lambda k: xor(left, blake(k, right, 32))
    if decrypt:
        left = digest(k4)
        right = stream(k3)
        left = digest(k2)
        right = stream(k1)
    else:
        right = stream(k1)
        left = digest(k2)
        right = stream(k3)
        left = digest(k4)
    return left + right


class Random:
    """SHA-512 of a name and a counter."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def take(self, size):
        out = b""
        while len(out) < size:
            out += hashlib.sha512(f"{self.name}/{self.count}".encode()).digest()
            self.count += 1
        return out[:size]


def keys_of(secret):
    header = blake(secret, b"kith-sphinx-header-v1\0", 64)
    hop = blake(secret, b"kith-sphinx-hop-v1\0", 64)
    return {
        "mac": header[:32], "stream": header[32:], "blinding": hop[:32], "tag": hop[32:48],
        "payload": blake(secret, b"kith-sphinx-payload-v1\0", 32),
    }


def layer(command, delay, place, hint, mac):
    made = bytes([command]) + struct.pack(">H", delay) + place.ljust(32, b"\0") + bytes([hint]) + mac
    assert len(made) == LAYER
    return made


def reply_keys(seed):
    both = blake(seed, b"kith-sphinx-reply-v1\0", 64)
    return both[:32], both[32:]


def block_part(count):
    """Bytes of a header that a reply block over so many nodes holds; the rest comes of its seed."""
    return 1 + 32 + 16 + (max(count, 4) - 1) * LAYER + 3


def make_header(random, path, end, place, seed=None):
    """path: (kind, place, public key, delay). With a seed the header of a reply block, whose id is what comes out in the last layer."""
    x = random.take(32)
    secrets, blindings = [], []
    for _, _, key, _ in path:
        s = x25519(x, key)
        for b in blindings:
            s = x25519(b, s)
        secrets.append(keys_of(s))
        blindings.append(secrets[-1]["blinding"])
    n = len(path)
    filler = b""
    for i in range(n - 1):
        rho = chacha20(secrets[i]["stream"], bytes(ROUTING + LAYER))
        filler = xor(filler + bytes(LAYER), rho[ROUTING + LAYER - (i + 1) * LAYER:])
    if seed is None:
        own = layer(end, path[-1][3], place, 0, bytes(16))
        own += random.take(ROUTING - len(filler) - LAYER)
        beta = chacha20(secrets[-1]["stream"], own) + filler
    else:
        own = layer(end, path[-1][3], b"", 0, bytes(16))[:3] + random.take(ROUTING - len(filler) - 3)
        beta = bytearray(chacha20(secrets[-1]["stream"], own))
        tail = chacha20(reply_keys(seed)[1], bytes(HEADER - block_part(n)))
        for t, byte in enumerate(tail):
            at = ROUTING - len(tail) + t  # in the first node's routing; one layer less in each further one's
            for i in range(n - 1):
                byte ^= chacha20(secrets[i]["stream"], bytes(at - i * LAYER + 1))[-1]
            beta[at - (n - 1) * LAYER] = byte
        beta = bytes(beta) + filler
    mac = blake(secrets[-1]["mac"], beta, 16)
    for i in reversed(range(n - 1)):
        kind, where, key, _ = path[i + 1]
        beta = chacha20(secrets[i]["stream"], layer(kind, path[i][3], where, key[0], mac) + beta[:ROUTING - LAYER])
        mac = blake(secrets[i]["mac"], beta, 16)
    return bytes([path[0][2][0]]) + x25519(x, BASE) + mac + beta, [s["payload"] for s in secrets]


def process(private, packet):
    """One node: returns the layer, the tag and the next packet."""
    header, payload = packet[1:1 + HEADER], packet[1 + HEADER:]
    alpha, mac, beta = header[1:33], header[33:49], header[49:]
    k = keys_of(x25519(private, alpha))
    assert blake(k["mac"], beta, 16) == mac
    plain = chacha20(k["stream"], beta + bytes(LAYER))
    read, rest = plain[:LAYER], plain[LAYER:]
    if read[0] != 6:
        payload = lioness(k["payload"], payload, decrypt=True)
    following = bytes([packet[0], read[35]]) + x25519(k["blinding"], alpha) + read[36:] + rest + payload
    return read, k["tag"], following


def node(index):
    private = clamp(hashlib.sha256(f"kith forwarder {index}".encode()).digest())
    return private, x25519(private, BASE)


def address(index):
    """An endpoint of IPv4 for even nodes, one of IPv6 for odd ones, a session for the fifth."""
    fill = hashlib.sha256(f"kith address {index}".encode()).digest()
    if index == 4:
        return 3, fill
    if index % 2:
        return 1, bytes([0x20, 1, 0x0D, 0xB8]) + fill[:12] + struct.pack(">H", 9000 + index) + fill[12:26]
    return 1, bytes(10) + b"\xff\xff" + bytes([192, 0, 2, index + 1]) + struct.pack(">H", 7300 + index) + fill[:14]


def path_of(count):
    return [(*address(i), node(i)[1], 40 * i) for i in range(count)]


def travel(count, packet):
    """What each node sees."""
    seen = []
    for i in range(count):
        read, tag, following = process(node(i)[0], packet)
        seen.append({"packet": packet.hex(), "layer": read.hex(), "tag": tag.hex(), "payload": following[1 + HEADER:].hex()})
        packet = following
    return seen


def described(count):
    return [{"private": node(i)[0].hex(), "address": (bytes([kind]) + place).hex(), "delay": delay} for i, (kind, place, _, delay) in enumerate(path_of(count))]


def main():
    check_primitives()
    body = bytes(i * 11 & 255 for i in range(BODY))
    vectors = {"source": "sphinx.py beside this file, by docs/protocol/forwarding.md", "lioness": [], "packets": []}
    for size in (33, 64, 100, PAYLOAD):
        block = Random(f"block {size}").take(size)
        key = Random(f"key {size}").take(32)
        made = lioness(key, block)
        assert lioness(key, made, decrypt=True) == block
        vectors["lioness"].append({"key": key.hex(), "plain": block.hex(), "cipher": made.hex()})
    for kind, end, count in (("message", 5, 1), ("message", 5, 4), ("message", 5, 6), ("meeting", 4, 3), ("reply", 6, 4), ("reply", 6, 2), ("reply", 6, 6)):
        name = f"{kind} {count}"
        random = Random(name)
        path = path_of(count)
        extra = {}
        if kind == "message":
            header, payload_keys = make_header(random, path, end, b"")
            payload = bytes(16) + body
        elif kind == "meeting":
            handle, meeting = bytes(range(16)), hashlib.sha256(b"kith meeting").digest()
            inner = random.take(8) + bytes(8) + body
            header, payload_keys = make_header(random, path, end, handle)
            payload = lioness(meeting, inner)
            extra = {"handle": handle.hex(), "meetingKey": meeting.hex()}
        else:
            seed = random.take(16)
            header, _ = make_header(random, path, end, b"", seed)
            payload = lioness(reply_keys(seed)[0], bytes(16) + body)
            payload_keys = []
            part = block_part(count)
            assert header[part:] == chacha20(reply_keys(seed)[1], bytes(HEADER - part))
            extra = {"block": (bytes([path[0][0]]) + path[0][1] + header[:part] + seed).hex()}
        for k in reversed(payload_keys):
            payload = lioness(k, payload)
        packet = b"\1" + header + payload
        assert len(packet) == PACKET
        seen = travel(count, packet)
        if kind == "reply":
            extra["id"] = seen[-1]["layer"][6:38]
        vectors["packets"].append({"kind": kind, "random": name, "path": described(count), "body": body.hex(), **extra, "seen": seen})
    print(json.dumps(vectors, indent=1))


main()
