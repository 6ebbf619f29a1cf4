// A network of bittorrent-dht nodes on loopback, and how long gets and puts of mutable items take in it, median of fresh keys.
// driver.mjs NODES SAMPLES GONE_SAMPLES: one JSON object on standard output.
import DHT from 'bittorrent-dht'
import crypto from 'node:crypto'

const [nodes, samples, goneSamples] = process.argv.slice(2).map(Number)
const SPKI = Buffer.from('302a300506032b6570032100', 'hex') // RFC 8410 section 4: what stands before an Ed25519 public key

const verify = (signature, value, key) =>
  crypto.verify(null, value, { key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }, signature)

const start = entry => new Promise(resolve => {
  const dht = new DHT({ bootstrap: entry ? [entry] : false, verify })
  dht.on('error', error => console.error(error.message))
  dht.on('ready', () => resolve(dht))
  dht.listen(0, '127.0.0.1')
  if (!entry) dht.on('listening', () => resolve(dht))
})

const entry = await start(null)
const at = { host: '127.0.0.1', port: entry.address().port }
const all = [entry]
while (all.length < nodes) {
  all.push(...await Promise.all(Array.from({ length: Math.min(10, nodes - all.length) }, () => start(at))))
}

const putter = await start(at)
const getter = await start(at)
const median = values => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
const timed = async work => {
  const begun = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - begun) / 1e6
}

async function measure (count) {
  const gets = []
  const puts = []
  let failed = 0
  for (let i = 0; i < count; i++) {
    const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519')
    const k = publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
    const v = crypto.randomBytes(200)
    const key = crypto.createHash('sha1').update(k).digest()
    puts.push(await timed(() => new Promise(resolve =>
      putter.put({ k, seq: 1, v, sign: message => crypto.sign(null, message, privateKey) }, error => { if (error) failed++; resolve() }))))
    gets.push(await timed(() => new Promise(resolve =>
      getter.get(key, (error, found) => { if (error || !found?.v.equals(v)) failed++; resolve() }))))
  }

  return { get: median(gets), put: median(puts), failed }
}

await measure(Math.min(50, samples)) // to warm up
const whole = await measure(samples)
// Gone without a word: every tenth node's socket is closed.
for (let i = 5; i < all.length; i += 10) all[i].destroy()
const gone = goneSamples > 0 ? await measure(goneSamples) : { get: null, put: null, failed: 0 }
console.log(JSON.stringify({ get: whole.get, put: whole.put, goneGet: gone.get, gonePut: gone.put, failed: whole.failed + gone.failed, nodes: getter.nodes.count() }))
process.exit(0)
