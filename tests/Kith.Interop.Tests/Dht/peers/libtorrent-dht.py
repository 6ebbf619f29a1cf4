"""A libtorrent DHT node on loopback, driven by JSON lines: one question a line on standard input, one answer a line on standard output. Bytes are hexadecimal."""
import hashlib
import json
import sys
import tempfile
import time

import libtorrent as lt

PATIENCE = 20
SETTINGS = {
    'listen_interfaces': '127.0.0.1:0', 'outgoing_interfaces': '127.0.0.1',
    # Nothing leaves the machine, and nothing that several nodes of one address do is held against them.
    'dht_bootstrap_nodes': '', 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
    'dht_restrict_routing_ips': False, 'dht_restrict_search_ips': False, 'dht_ignore_dark_internet': False,
    'dht_prefer_verified_node_ids': False, 'dht_block_ratelimit': 100000, 'dht_upload_rate_limit': 1000000,
    'alert_mask': lt.alert.category_t.dht_notification | lt.alert.category_t.dht_operation_notification | lt.alert.category_t.stats_notification,
}
session = lt.session(SETTINGS)


def wait(wanted, fits=lambda alert: True):
    """The next alert of a kind; None when none comes in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, wanted) and fits(alert):
                return alert
    return None


def start(_):
    while not session.is_dht_running() or not session.listen_port():
        time.sleep(0.01)
    return {'port': session.listen_port()}


def add(question):
    session.add_dht_node(('127.0.0.1', question['port']))
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        session.post_dht_stats()
        alert = wait(lt.dht_stats_alert)
        if alert and sum(bucket['num_nodes'] for bucket in alert.routing_table):
            return {'nodes': sum(bucket['num_nodes'] for bucket in alert.routing_table)}
        time.sleep(0.05)
    return {'nodes': 0}


def expand(seed):
    """The private key as libtorrent wants it (RFC 8032 section 5.1.5)."""
    key = bytearray(hashlib.sha512(seed).digest())
    key[0] &= 248
    key[31] &= 63
    key[31] |= 64
    return bytes(key)


def put(question):
    session.pop_alerts()
    if 'seed' in question:
        session.dht_put_mutable_item(expand(bytes.fromhex(question['seed'])), bytes.fromhex(question['key']),
                                     bytes.fromhex(question['value']), bytes.fromhex(question.get('salt', '')))
        target = None
    else:
        target = str(session.dht_put_immutable_item(bytes.fromhex(question['value'])))
    alert = wait(lt.dht_put_alert)
    return {'nodes': alert.num_success if alert else 0, 'seq': alert.seq if alert else None, 'target': target}


def value_of(item):
    return item.hex() if isinstance(item, bytes) else None


def get(question):
    session.pop_alerts()
    if 'key' in question:
        session.dht_get_mutable_item(bytes.fromhex(question['key']), bytes.fromhex(question.get('salt', '')))
        alert = wait(lt.dht_mutable_item_alert, lambda found: found.authoritative)
        found = {'value': value_of(alert.item['value']), 'seq': alert.item['seq']} if alert else {'value': None}
    else:
        session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(question['target'])))
        alert = wait(lt.dht_immutable_item_alert)
        found = {'value': value_of(alert.item['value']) if alert else None}
    return found


def announce(question):
    """A torrent without content announces itself; the binding of dht_announce cannot be called."""
    torrent = lt.parse_magnet_uri('magnet:?xt=urn:btih:' + question['hash'])
    torrent.save_path = tempfile.gettempdir()
    session.add_torrent(torrent).force_dht_announce()
    return {'port': session.listen_port()}


def peers(question):
    session.pop_alerts()
    session.dht_get_peers(lt.sha1_hash(bytes.fromhex(question['hash'])))
    found = []
    while (alert := wait(lt.dht_get_peers_reply_alert)) is not None:
        found += [f'{host}:{port}' for host, port in alert.peers()]
        if found:
            break
    return {'peers': found}


OPERATIONS = {'start': start, 'add': add, 'put': put, 'get': get, 'announce': announce, 'peers': peers}

for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = OPERATIONS[question['op']](question)
    except Exception as error:  # told to the test
        answer = {'error': repr(error)}
    print(json.dumps(answer), flush=True)
