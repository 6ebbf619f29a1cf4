// A bittorrent-dht node on loopback, driven by JSON lines: one question a line on standard input, one answer a line on standard output. Bytes are hexadecimal.
import DHT from 'bittorrent-dht'
import crypto from 'node:crypto'
import readline from 'node:readline'

const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex') // RFC 8410 section 4: what stands before an Ed25519 public key
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex')
const bytes = text => Buffer.from(text, 'hex')

const verify = (signature, value, key) =>
  crypto.verify(null, value, { key: Buffer.concat([PUBLIC, key]), format: 'der', type: 'spki' }, signature)

const dht = new DHT({ bootstrap: false, verify })
dht.on('error', error => console.error(error.message))
const listening = new Promise(resolve => dht.listen(0, '127.0.0.1', resolve))

const operations = {
  start: async () => {
    await listening
    return { port: dht.address().port }
  },
  // Answers once the node has answered a ping and stands in the table.
  add: q => new Promise(resolve => {
    const known = () => dht.nodes.toArray().some(node => node.port === q.port)
    const look = setInterval(() => {
      if (!known()) return
      clearInterval(look)
      resolve({ nodes: dht.nodes.count() })
    }, 5)
    dht.addNode({ host: '127.0.0.1', port: q.port })
  }),
  put: q => new Promise(resolve => {
    const options = { v: bytes(q.value) }
    if (q.seed) {
      const key = crypto.createPrivateKey({ key: Buffer.concat([PRIVATE, bytes(q.seed)]), format: 'der', type: 'pkcs8' })
      options.k = crypto.createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC.length)
      options.sign = message => crypto.sign(null, message, key)
      options.seq = q.seq
      if (q.salt) options.salt = bytes(q.salt)
      if (q.cas != null) options.cas = q.cas
    }
    dht.put(options, (error, hash, n) => resolve({ failed: error ? error.message : null, target: hash?.toString('hex'), nodes: n }))
  }),
  get: q => new Promise(resolve => dht.get(bytes(q.target), { salt: q.salt ? bytes(q.salt) : undefined, cache: false }, (error, found) =>
    resolve({ failed: error ? error.message : null, value: found?.v?.toString('hex') ?? null, seq: found?.seq ?? null }))),
  announce: q => new Promise(resolve => dht.announce(q.hash, q.port, error => resolve({ failed: error ? error.message : null }))),
  peers: q => new Promise(resolve => {
    const found = []
    const onpeer = peer => found.push(`${peer.host}:${peer.port}`)
    dht.on('peer', onpeer)
    dht.lookup(q.hash, () => {
      dht.off('peer', onpeer)
      resolve({ peers: found })
    })
  })
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  try {
    console.log(JSON.stringify(await operations[question.op](question)))
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }))
  }
}
dht.destroy()
process.exit(0)
