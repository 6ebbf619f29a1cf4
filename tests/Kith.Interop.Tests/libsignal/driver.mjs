// The reference client as another person: JSON lines in, JSON lines out, one answer per question and in its order.
// Every question names a person ("who"); bytes are base64.
import * as signal from '@signalapp/libsignal-client';
import { createInterface } from 'node:readline';

const bytes = (text) => Buffer.from(text, 'base64');
const text = (buffer) => Buffer.from(buffer).toString('base64');
const name = (e) => e.code === undefined || e.code === signal.ErrorCode.Generic ? e.message : signal.ErrorCode[e.code];
const peer = signal.ProtocolAddress.new('kith', 1);

class Sessions extends signal.SessionStore {
  stored = null;
  async saveSession(_name, record) { this.stored = record.serialize(); }
  async getSession() { return this.stored ? signal.SessionRecord.deserialize(this.stored) : null; }
  async getExistingSessions() { return [await this.getSession()]; }
}

class Identities extends signal.IdentityKeyStore {
  constructor(key, registrationId) { super(); this.key = key; this.registrationId = registrationId; this.known = null; }
  async getIdentityKey() { return this.key; }
  async getLocalRegistrationId() { return this.registrationId; }
  async saveIdentity(_name, key) {
    const changed = this.known !== null && this.known.compare(key) !== 0;
    this.known = key;
    return changed ? signal.IdentityChange.ReplacedExisting : signal.IdentityChange.NewOrUnchanged;
  }
  async isTrustedIdentity(_name, key) { return this.known === null || this.known.compare(key) === 0; }
  async getIdentity() { return this.known; }
}

const missing = (id) => { throw new Error(`no prekey ${id}`); };

class PreKeys extends signal.PreKeyStore {
  keys = new Map();
  async savePreKey(id, record) { this.keys.set(id, record); }
  async getPreKey(id) { return this.keys.get(id) ?? missing(id); }
  async removePreKey(id) { this.keys.delete(id); }
}

class SignedPreKeys extends signal.SignedPreKeyStore {
  keys = new Map();
  async saveSignedPreKey(id, record) { this.keys.set(id, record); }
  async getSignedPreKey(id) { return this.keys.get(id) ?? missing(id); }
}

class KyberPreKeys extends signal.KyberPreKeyStore {
  keys = new Map();
  used = [];
  async saveKyberPreKey(id, record) { this.keys.set(id, record); }
  async getKyberPreKey(id) { return this.keys.get(id) ?? missing(id); }
  async markKyberPreKeyUsed(id) { this.used.push(id); this.keys.delete(id); }
}

class Person {
  constructor(registrationId) {
    this.identity = signal.PrivateKey.generate();
    this.sessions = new Sessions();
    this.identities = new Identities(this.identity, registrationId);
    this.preKeys = new PreKeys();
    this.signedPreKeys = new SignedPreKeys();
    this.kyberPreKeys = new KyberPreKeys();
    this.next = 1;
  }

  async bundle(withPreKey) {
    const id = this.next++;
    const signed = signal.PrivateKey.generate();
    const signature = this.identity.sign(signed.getPublicKey().serialize());
    await this.signedPreKeys.saveSignedPreKey(id, signal.SignedPreKeyRecord.new(id, Date.now(), signed.getPublicKey(), signed, signature));
    const kyber = signal.KEMKeyPair.generate();
    const kyberSignature = this.identity.sign(kyber.getPublicKey().serialize());
    await this.kyberPreKeys.saveKyberPreKey(id, signal.KyberPreKeyRecord.new(id, Date.now(), kyber, kyberSignature));
    const bundle = {
      registrationId: this.identities.registrationId,
      identityKey: text(this.identity.getPublicKey().serialize()),
      signedPreKeyId: id, signedPreKey: text(signed.getPublicKey().serialize()), signedPreKeySignature: text(signature),
      kyberPreKeyId: id, kyberPreKey: text(kyber.getPublicKey().serialize()), kyberPreKeySignature: text(kyberSignature),
      preKeyId: null, preKey: null,
    };
    if (withPreKey) {
      const preKey = signal.PrivateKey.generate();
      await this.preKeys.savePreKey(id, signal.PreKeyRecord.new(id, preKey.getPublicKey(), preKey));
      bundle.preKeyId = id;
      bundle.preKey = text(preKey.getPublicKey().serialize());
    }
    return bundle;
  }

  async process(b) {
    const bundle = signal.PreKeyBundle.new(b.registrationId, 1, b.preKeyId, b.preKey ? signal.PublicKey.deserialize(bytes(b.preKey)) : null,
      b.signedPreKeyId, signal.PublicKey.deserialize(bytes(b.signedPreKey)), bytes(b.signedPreKeySignature),
      signal.PublicKey.deserialize(bytes(b.identityKey)),
      b.kyberPreKeyId, signal.KEMPublicKey.deserialize(bytes(b.kyberPreKey)), bytes(b.kyberPreKeySignature));
    await signal.processPreKeyBundle(bundle, peer, this.sessions, this.identities);
    return {};
  }

  async encrypt(plaintext) {
    const message = await signal.signalEncrypt(plaintext, peer, this.sessions, this.identities);
    return { kind: message.type(), message: message.serialize() };
  }

  decrypt(kind, message) {
    return kind === signal.CiphertextMessageType.PreKey
      ? signal.signalDecryptPreKey(signal.PreKeySignalMessage.deserialize(message), peer, this.sessions, this.identities,
        this.preKeys, this.signedPreKeys, this.kyberPreKeys)
      : signal.signalDecrypt(signal.SignalMessage.deserialize(message), peer, this.sessions, this.identities);
  }
}

const people = new Map();

const operations = {
  async new({ who, registrationId }) {
    const person = new Person(registrationId);
    people.set(who, person);
    return { identityKey: text(person.identity.getPublicKey().serialize()) };
  },
  async bundle({ withPreKey }, person) { return person.bundle(withPreKey); },
  async process({ bundle }, person) { return person.process(bundle); },
  async encrypt({ plaintexts }, person) {
    const messages = [];
    for (const plaintext of plaintexts) {
      const { kind, message } = await person.encrypt(bytes(plaintext));
      messages.push({ kind, message: text(message) });
    }
    return { messages };
  },
  async decrypt({ messages }, person) {
    const results = [];
    for (const { kind, message } of messages) {
      try {
        results.push({ plaintext: text(await person.decrypt(kind, bytes(message))) });
      } catch (e) {
        results.push({ error: name(e) });
      }
    }
    return { results };
  },
  async archive(_question, person) {
    const record = await person.sessions.getSession();
    record.archiveCurrentState();
    await person.sessions.saveSession(peer, record);
    return {};
  },
  async state(_question, person) {
    return { preKeys: [...person.preKeys.keys.keys()], kyberUsed: person.kyberPreKeys.used };
  },
  async bench({ size, messages, turns }) { return bench(size, messages, turns); },
};

async function bench(size, messages, turns) {
  const alice = new Person(1);
  const bob = new Person(2);
  const plaintext = Buffer.alloc(size, 'k');
  const clock = async (action) => { const start = process.hrtime.bigint(); await action(); return Number(process.hrtime.bigint() - start) / 1e9; };
  const send = async (from, to) => { const { kind, message } = await from.encrypt(plaintext); await to.decrypt(kind, message); };
  await alice.process(await bob.bundle(true));
  await send(alice, bob);
  await send(bob, alice);
  for (let i = 0; i < turns; i++) await send(i % 2 ? bob : alice, i % 2 ? alice : bob);
  await send(alice, bob);

  const result = {};
  for (const _ of ['warm up', 'measure']) {
    const sent = [];
    const encrypt = await clock(async () => { for (let i = 0; i < messages; i++) sent.push(await alice.encrypt(plaintext)); });
    const decrypt = await clock(async () => { for (const { kind, message } of sent) await bob.decrypt(kind, message); });
    result.encrypt = messages / encrypt;
    result.decrypt = messages / decrypt;
  }
  const turning = await clock(async () => { for (let i = 0; i < turns; i++) await send(i % 2 ? alice : bob, i % 2 ? bob : alice); });
  result.turnabout = turns / turning;
  return result;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const question = JSON.parse(line);
    answer = await operations[question.op](question, people.get(question.who));
  } catch (e) {
    answer = { error: name(e) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
