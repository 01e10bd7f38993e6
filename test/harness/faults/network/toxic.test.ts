import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { injectToxic, type Toxic } from '../../../../harness/faults/network/toxic.ts'
import type { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import { links, stackWith } from '../support.ts'

const toxic: Toxic = { type: 'latency', stream: 'downstream', toxicity: 1, attributes: { latency: 1 } }

/** A fault proxy that writes down what is asked of it; one link refuses at once, the other takes its time. */
function proxyThat(refuses: { add?: string; remove?: string }) {
  const log: string[] = []
  const proxy = {
    async addToxic(link: string) {
      if (link === refuses.add) throw new Error(`${link} will not`)
      await sleep(60)
      log.push(`added ${link}`)
    },
    async removeToxic(link: string) {
      log.push(`removed ${link}`)
      if (link === refuses.remove) throw new Error(`${link} will not let go`)
    },
  } as unknown as ProxyControl
  return { log, stack: stackWith(proxy, links) }
}

describe('injectToxic', () => {
  test('that fails on one link takes it off the others only after it has come on there', async () => {
    const { log, stack } = proxyThat({ add: 'feed-to-auth' })
    await expect(injectToxic('latency', stack, '* -> auth', toxic)).rejects.toThrow('feed-to-auth will not')
    expect(log).toEqual(['added photos-to-auth', 'removed feed-to-auth', 'removed photos-to-auth'])
  })

  test('says both if what it had put on cannot be taken off either', async () => {
    const { stack } = proxyThat({ add: 'feed-to-auth', remove: 'photos-to-auth' })
    await expect(injectToxic('latency', stack, '* -> auth', toxic)).rejects.toThrow(
      'feed-to-auth will not; photos-to-auth will not let go',
    )
  })

  test('undoes every link, also where one will not let go', async () => {
    const { log, stack } = proxyThat({ remove: 'feed-to-auth' })
    const injected = await injectToxic('latency', stack, '* -> auth', toxic)
    await expect(injected.undo()).rejects.toThrow('feed-to-auth will not let go')
    expect(log.slice(2)).toEqual(['removed feed-to-auth', 'removed photos-to-auth'])
  })

  test.each([
    [{ connections: 1, bytes: 9, requests: 0 }, ['1 connection and 9 bytes touched']],
    [{ connections: 2, bytes: 9, requests: 3 }, ['3 requests on 2 connections touched']],
    // It has the connection in hand, and nothing has come.
    [{ connections: 1, bytes: 0, requests: 0 }, []],
  ])('takes %j for evidence of %j', async (counted, observed) => {
    const injected = await injectToxic('latency', stackCounting(counted), 'feed -> auth', toxic)
    expect((await injected.evidence()).map(each => each.observed)).toEqual(observed)
  })

  test('says so where the proxy has ended it, for want of a renewal', async () => {
    const stack = stackCounting({ connections: 1, bytes: 9, requests: 0, expired: true })
    const injected = await injectToxic('latency', stack, 'feed -> auth', toxic)
    await expect(injected.evidence()).rejects.toThrow('latency ended by itself on feed-to-auth')
  })
})

/** A stack whose fault proxy has this to say of the toxic on one link. */
function stackCounting(counted: object) {
  let name = ''
  const proxy = {
    async addToxic(_link: string, given: { name: string }) {
      name = given.name
    },
    evidence: async () => ({ 'feed-to-auth': { toxics: { [name]: counted } } }),
  }
  return stackWith(proxy as unknown as ProxyControl, links)
}
