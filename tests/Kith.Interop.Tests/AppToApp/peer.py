"""A peer that speaks App-to-app communicator's four messages and nothing else.

Written from what is on the wire and from how the published app behaves
(github.com/Jaapp-/app-to-app-communicator, 34aa636), for tests on loopback:

    peer.py ID [--entry HOST:PORT] [--interval SECONDS]

It listens on a port of 127.0.0.1, and says what happens as one JSON object a line.
Where the app's listening thread would end with an exception, this ends with "died".
"""

import json
import random
import socket
import sys
import time

REQUEST, RESPONSE, PUNCTURE_REQUEST, PUNCTURE = 1, 2, 3, 4
TIMEOUT = 20.0
KNOWN_PEERS = 10
UNKNOWN_PEERS = 20
VOTES = 3
LARGEST = 2048


class Died(Exception):
    """What the app does not survive."""


# Bencode, with text as UTF-8 whatever it was, as the app's library reads it, and keys in no order.

def encode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        raw = value.encode()
        return b"%d:" % len(raw) + raw
    if isinstance(value, list):
        return b"l" + b"".join(encode(one) for one in value) + b"e"
    pairs = list(value.items())
    random.shuffle(pairs)
    return b"d" + b"".join(encode(key) + encode(one) for key, one in pairs) + b"e"


def decode(data, at):
    first = data[at:at + 1]
    if first == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if first == b"l":
        at, values = at + 1, []
        while data[at:at + 1] != b"e":
            value, at = decode(data, at)
            values.append(value)
        return values, at + 1
    if first == b"d":
        at, values = at + 1, {}
        while data[at:at + 1] != b"e":
            key, at = decode(data, at)
            values[key], at = decode(data, at)
        return values, at + 1
    colon = data.index(b":", at)
    length = int(data[at:colon])
    end = colon + 1 + length
    if end > len(data):
        raise Died("a string longer than the datagram: the reader never returns")
    return data[colon + 1:end].decode(errors="replace"), end


def need(message, key, kind):
    if not isinstance(message.get(key), kind):
        raise Died(f"no {key} in {message}")
    return message[key]


def address_of(entry):
    host, port = need(entry, "address", str), need(entry, "port", int)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.inet_pton(family, host)
    except OSError as error:
        raise Died(f"{host} is no address") from error
    if not 0 <= port <= 65535:
        raise Died(f"{port} is no port")
    return host, port


def entry_of(address, peer_id=None):
    entry = {"address": address[0], "port": address[1]}
    if peer_id is not None:
        entry["peer_id"] = peer_id
    return entry


class Peer:
    def __init__(self, address, peer_id):
        self.address, self.id = address, peer_id
        self.created = self.sent_at = time.monotonic()
        self.received_at = 0.0
        self.sent = self.received = False

    def alive(self):
        if not self.sent or time.monotonic() - self.sent_at < TIMEOUT:
            return True
        return self.received and self.received_at > self.sent_at


class App:
    def __init__(self, own_id):
        self.id = own_id
        self.peers = []
        self.votes = []
        self.wan = None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.here = self.socket.getsockname()

    def say(self, event, **more):
        print(json.dumps({"event": event, **more}), flush=True)

    # Peers

    def find_or_add(self, peer_id, address):
        for peer in self.peers:
            if peer_id is not None and peer.id == peer_id:
                peer.address = address
                return peer
        for peer in self.peers:
            if peer.address == address:
                peer.id = peer_id or peer.id
                return peer
        if peer_id == self.id or address == self.wan:
            return None
        peer = Peer(address, peer_id)
        self.peers.append(peer)
        self.trim(True, KNOWN_PEERS)
        self.trim(False, UNKNOWN_PEERS)
        return peer

    def trim(self, known, limit):
        of_kind = sorted((peer for peer in self.peers if peer.received == known), key=lambda peer: peer.created)
        for peer in of_kind[:max(0, len(of_kind) - limit)]:
            self.peers.remove(peer)

    def eligible(self, other_than=None):
        choice = [peer for peer in self.peers if peer.alive() and peer is not other_than]
        return random.choice(choice) if choice else None

    # Messages out

    def send(self, kind, peer, **fields):
        message = {"type": kind, "peer_id": self.id, "destination": entry_of(peer.address), **fields}
        self.socket.sendto(encode(message), peer.address)
        peer.sent, peer.sent_at = True, time.monotonic()
        self.say("sent", type=kind, to="%s:%d" % peer.address)

    def request(self, peer):
        self.send(REQUEST, peer, connection_type=1, network_operator="")

    def respond(self, peer, invitee):
        named = [one for one in self.peers if one.received and one.id is not None and one.alive()]
        fields = {"connection_type": 1, "network_operator": "", "internal_source": entry_of(self.here), "pex": [entry_of(one.address, one.id) for one in named]}
        if invitee is not None:
            fields["invitee"] = entry_of(invitee.address, invitee.id)
        self.send(RESPONSE, peer, **fields)

    # Messages in

    def receive(self, data, sender):
        message, _ = decode(data, 0)
        if "type" not in message:
            return
        kind = need(message, "type", int)
        peer_id = message.get("peer_id")
        destination = address_of(need(message, "destination", dict))
        self.check(kind, message)
        self.vote(destination)
        peer = self.find_or_add(peer_id, sender)
        self.say("received", type=kind, id=peer_id, size=len(data), keys=sorted(message), **{"from": "%s:%d" % sender},
                 pex=["%s:%d" % address_of(one) for one in message.get("pex", [])],
                 invitee="%s:%d" % address_of(message["invitee"]) if "invitee" in message else None,
                 puncture="%s:%d" % address_of(message["puncture_peer"]) if "puncture_peer" in message else None)
        if peer is None:
            return
        peer.received, peer.received_at = True, time.monotonic()
        # The list shows the first four characters of the id.
        if peer.id is not None and len(peer.id) < 4:
            raise Died(f"the id {peer.id} is too short to be shown")
        if kind == REQUEST:
            self.introduce(peer)
        elif kind == RESPONSE:
            for one in message["pex"]:
                if one.get("peer_id") != self.id:
                    self.find_or_add(one.get("peer_id"), address_of(one))
        elif kind == PUNCTURE_REQUEST:
            target = message["puncture_peer"]
            if target.get("peer_id") is None or all(one.id != target["peer_id"] for one in self.peers):
                self.send(PUNCTURE, Peer(address_of(target), target.get("peer_id")), source=entry_of(self.here))

    def check(self, kind, message):
        if kind not in (REQUEST, RESPONSE, PUNCTURE_REQUEST, PUNCTURE):
            raise Died(f"unknown message {kind}")
        if kind in (REQUEST, RESPONSE):
            need(message, "connection_type", int)
        if kind == RESPONSE:
            address_of(need(message, "internal_source", dict))
            for one in need(message, "pex", list):
                address_of(one)
            if "invitee" in message:
                address_of(message["invitee"])
        if kind in (PUNCTURE_REQUEST, PUNCTURE):
            address_of(need(message, "source", dict))
        if kind == PUNCTURE_REQUEST:
            address_of(need(message, "puncture_peer", dict))

    def introduce(self, peer):
        if len(self.peers) <= 1:
            self.respond(peer, None)
            return
        invitee = self.eligible(peer)
        if invitee is not None:
            self.respond(peer, invitee)
            self.send(PUNCTURE_REQUEST, invitee, source=entry_of(self.here), puncture_peer=entry_of(peer.address, peer.id))

    def vote(self, address):
        self.votes = (self.votes + [address])[-VOTES:]
        most = max(self.votes.count(one) for one in self.votes)
        winner = [one for one in self.votes if self.votes.count(one) == most][-1]
        if winner != self.wan:
            self.wan = winner
            self.say("wan", address="%s:%d" % winner)

    def run(self, interval):
        self.say("listening", address="%s:%d" % self.here)
        due = time.monotonic()
        while True:
            left = due - time.monotonic()
            if left <= 0:
                peer = self.eligible()
                if peer is not None:
                    self.request(peer)
                due = time.monotonic() + interval
                continue
            self.socket.settimeout(left)
            try:
                data, sender = self.socket.recvfrom(LARGEST)
            except TimeoutError:
                continue
            self.receive(data, sender)


def main():
    arguments = sys.argv[1:]
    app = App(arguments.pop(0))
    options = dict(zip(arguments[::2], arguments[1::2]))
    if "--entry" in options:
        host, port = options["--entry"].rsplit(":", 1)
        app.find_or_add(None, (host, int(port)))
    try:
        app.run(float(options.get("--interval", "5")))
    except (Died, ValueError, KeyError, TypeError, IndexError) as error:
        app.say("died", why=repr(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
