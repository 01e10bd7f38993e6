import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import { cleanProxy, recoverHard } from '../../../harness/run/hard-recovery.ts'
import type { Stack } from '../../../harness/stack/stack.ts'

/** A stack that writes down what is done to it; `broken` names what fails. */
function scene({ broken = [], replaces = true }: { broken?: string[]; replaces?: boolean } = {}) {
  const log: string[] = []
  const act = async (what: string) => {
    log.push(what)
    if (broken.includes(what)) throw new HarnessError(`${what} failed`)
  }
  const stack = {
    services: { kill: (name: string) => act(`kill ${name}`), start: (name: string) => act(`start ${name}`) },
    proxy: { reset: () => act('reset proxy') },
    ...(replaces ? { replaceProxy: () => act('replace proxy') } : {}),
  } as unknown as Stack
  return { log, stack }
}

describe('recoverHard', () => {
  test('starts the services anew that are held, and replaces the proxy', async () => {
    const { log, stack } = scene()
    await recoverHard(stack, ['instance:auth-1', 'link:feed-to-auth', 'instance:auth-2'])
    expect(log).toEqual(['kill auth-1', 'start auth-1', 'kill auth-2', 'start auth-2', 'replace proxy'])
  })

  test('starts one that cannot be killed, since it may be gone already', async () => {
    const { log, stack } = scene({ broken: ['kill auth-1'] })
    await recoverHard(stack, ['instance:auth-1'])
    expect(log).toContain('start auth-1')
  })

  test('does the rest where one step fails, and says all that did', async () => {
    const { log, stack } = scene({ broken: ['start auth-1', 'replace proxy'] })
    await expect(recoverHard(stack, ['instance:auth-1', 'instance:auth-2'])).rejects.toThrow(
      new HarnessError('start auth-1 failed; replace proxy failed'),
    )
    expect(log).toContain('start auth-2')
  })

  test('cleans the proxy where the stack can have no other', async () => {
    const { log, stack } = scene({ replaces: false })
    await cleanProxy(stack)
    expect(log).toEqual(['reset proxy'])
  })
})
