import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../../harness/errors.ts'
import { injectPush } from '../../../../harness/faults/config/pushed-document.ts'
import { ConfigControl } from '../../../../harness/stack/config-control.ts'
import type { ServiceControl } from '../../../../harness/stack/service-control.ts'
import { startConfigWorld } from './support.ts'

const documents = { auth: { a: 1 } }
const push = { kind: 'config-push', document: 'auth', body: () => ({ change: { a: 2 } }) }
const limits = { undoLimitMs: 600 }

/** A service control that only starts: each start is a new client of the document. */
function restarting(world: Awaited<ReturnType<typeof startConfigWorld>>) {
  const started: string[] = []
  const services = {
    names: ['config', 'auth-1', 'auth-2'],
    async start(name: string) {
      started.push(name)
      if (name !== 'config') await world.client(name)
    },
  } as unknown as ServiceControl
  return { started, stack: { ...world.stack, services } }
}

describe('a document that was pushed to', () => {
  test('is put back the hard way: config and whoever is deaf are started anew, and nobody else', async () => {
    await using world = await startConfigWorld({ documents })
    const { started, stack } = restarting(world)
    const well = await world.client('auth-1')
    const deaf = await world.client('auth-2')
    const injected = await injectPush(push, stack, limits)
    await expect.poll(() => injected.evidence()).toHaveLength(2)
    deaf.stop()
    await expect(injected.undo()).rejects.toThrow(HarnessError)
    expect(await injected.remains?.()).toEqual([
      'auth-2 last said "version 2 of auth applied", not that it runs 3',
    ])
    await injected.undoHard?.()
    expect(started).toEqual(['config', 'auth-2'])
    expect(well.current()).toEqual(documents.auth)
    expect(await injected.remains?.()).toEqual([])
  })

  test('is not pushed to while another rollout is under way: that is no effect of the fault', async () => {
    await using world = await startConfigWorld({ documents, staged: true })
    const client = await world.client('auth-1')
    client.stop()
    await new ConfigControl(world.stack).push('auth', { change: { a: 3 } })
    await expect(injectPush(push, world.stack, limits)).rejects.toThrow(
      'config answered 409 to the push to auth',
    )
  })
})
