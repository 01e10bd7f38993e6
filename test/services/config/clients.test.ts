import { describe, expect, test } from 'vitest'
import { Clients } from '../../../services/config/clients.ts'

describe('Clients', () => {
  test('are there while they watch, and for a little while after', () => {
    const clients = new Clients()
    clients.heard({ client: 'edge-us', region: 'us' }, 0)
    const closed = clients.watching('edge-us')
    expect(clients.present(60_000)).toEqual([{ client: 'edge-us', region: 'us' }])
    closed(60_000)
    expect(clients.present(60_500)).toHaveLength(1)
    expect(clients.present(70_000)).toEqual([])
  })

  test('keep their last acknowledgements, in order, and the same said twice running once', () => {
    const clients = new Clients()
    const say = (client: string, version: number, at: number) =>
      clients.acknowledge({ client, version, status: 'applied', at })
    say('a', 1, 0)
    say('b', 1, 5)
    say('a', 1, 6)
    say('a', 2, 3)
    expect(clients.acknowledgements.map(({ client, version, at }) => [client, version, at])).toEqual([
      ['a', 1, 0],
      ['b', 1, 5],
      ['a', 2, 3],
    ])
    for (let version = 3; version < 100; version += 1) say('a', version, version)
    const ofA = clients.acknowledgements.filter(({ client }) => client === 'a')
    expect(ofA.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, index) => 80 + index))
  })

  test('do not grow without end; those who watch are not forgotten', () => {
    const clients = new Clients()
    clients.heard({ client: 'watches' }, 0)
    clients.watching('watches')
    for (let at = 1; at < 5_000; at += 1) clients.heard({ client: `passing-${at}` }, at)
    const present = clients.present(4_999).map(({ client }) => client)
    expect(present).toHaveLength(1_000)
    expect(present).toContain('watches')
    expect(present).toContain('passing-4999')
  })
})
