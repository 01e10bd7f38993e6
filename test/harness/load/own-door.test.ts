import type { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { isOwnDoor } from '../../../harness/load/own-door.ts'

const ipv4 = (address: string, cidr: string) => ({
  address,
  netmask: '255.255.0.0',
  family: 'IPv4' as const,
  mac: '00:00:00:00:00:00',
  internal: false,
  cidr,
})

const machine: ReturnType<typeof networkInterfaces> = {
  lo: [ipv4('127.0.0.1', '127.0.0.1/8')],
  eth0: [ipv4('192.168.1.20', '192.168.1.20/24')],
  'br-lan': [ipv4('10.0.0.1', '10.0.0.1/24')],
  'br-0123456789ab': [ipv4('172.18.0.1', '172.18.0.1/16')],
}

describe('isOwnDoor', () => {
  test.each([
    ['http://127.0.0.1:4000', true],
    ['http://172.18.0.12:4000', true],
    ['http://172.19.0.12:4000', false],
    ['http://192.168.1.21:80', false],
    ['http://10.0.0.7:80', false],
    ['http://172.18.0.12.example:80', false],
    ['http://localhost:80', false],
    ['http://[::1]:80', false],
  ])('%s: %s', (door, isOwn) => {
    expect(isOwnDoor(door, () => machine)).toBe(isOwn)
  })

  test('knows no container where there is no network of containers', () => {
    expect(isOwnDoor('http://172.18.0.12:4000', () => ({ lo: machine.lo ?? [] }))).toBe(false)
  })
})
