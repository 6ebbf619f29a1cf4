// One stream of hyperdht (UDX, Noise) between two processes on loopback. node driver.mjs BYTES; the last line is {"perSecond"} in bytes a second.
import { fork } from 'node:child_process'
import DHT from 'hyperdht'
import createTestnet from 'hyperdht/testnet.js'

const block = Buffer.alloc(64 * 1024, 7)

async function send(bytes) {
  const testnet = await createTestnet(3)
  const dht = testnet.createNode()
  const server = dht.createServer((socket) => {
    let left = bytes
    const pump = () => {
      while (left > 0) {
        const size = Math.min(left, block.length)
        left -= size
        if (!socket.write(block.subarray(0, size))) return
      }
    }
    socket.on('drain', pump)
    socket.on('error', () => {})
    socket.once('data', pump)
  })
  await server.listen()
  process.send({ key: server.publicKey.toString('hex'), bootstrap: testnet.bootstrap })
  process.on('disconnect', () => process.exit(0))
}

async function receive(bytes) {
  const child = fork(new URL(import.meta.url), ['send', String(bytes)])
  const { key, bootstrap } = await new Promise((resolve) => child.once('message', resolve))
  const dht = new DHT({ bootstrap, host: '127.0.0.1', ephemeral: true, firewalled: false })
  const socket = dht.connect(Buffer.from(key, 'hex'))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const started = process.hrtime.bigint()
  let got = 0
  socket.write(Buffer.from([1]))
  await new Promise((resolve, reject) => {
    socket.on('data', (data) => {
      got += data.length
      if (got >= bytes) resolve()
    })
    socket.on('error', reject)
  })
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  console.log(JSON.stringify({ perSecond: bytes / seconds }))
  child.disconnect()
  process.exit(0)
}

if (process.argv[2] === 'send') await send(Number(process.argv[3]))
else await receive(Number(process.argv[2]))
