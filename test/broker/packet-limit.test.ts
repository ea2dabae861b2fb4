import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { limitPackets } from '../../src/broker/packet-limit.ts'

const packet = (length: number) => Buffer.concat([Buffer.from(length < 128 ? [0x30, length] : [0x30, length & 127 | 128, length >> 7]), Buffer.alloc(length)])

const cases = [
  ['packets up to the limit', Buffer.concat([packet(0), packet(100), packet(200), packet(1)]), true],
  ['one above it', packet(201), false],
  ['one above it behind others', Buffer.concat([packet(200), packet(201)]), false],
  ['a length of four bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), false],
  ['a length that never ends', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]), false],
] as const

void test('a packet is measured by what it announces, however it is cut', async t => {
  for (const [what, bytes, passes] of cases) {
    for (const step of [1, 2, 3, 50, 1000]) {
      const stream = new PassThrough()
      stream.on('error', () => {})
      limitPackets(stream, 200)
      for (let at = 0; at < bytes.length; at += step) {
        stream.write(bytes.subarray(at, at + step))
        stream.read()
      }
      t.equal(!stream.destroyed, passes, `${what}, ${step} at a time`)
    }
  }
})

void test('a lifted limit lets everything through', async t => {
  const stream = new PassThrough()
  limitPackets(stream, 200).lift()
  stream.write(packet(5000))
  t.equal(stream.read().length, 5003)
})
