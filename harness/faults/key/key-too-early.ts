/**
 * A new key signs before those who check tokens can know it: auth rotates, and its published set reaches nobody else yet,
 * as where a cache stands between. Tokens made from then on are refused by whoever judges them by their signature, and
 * each of those asks for the set again in vain. An auth that publishes a key before it signs with it has time on its
 * side. The undo lets the set through; the new key stays, as after any rotation.
 */
import { z } from 'zod'
import type { Stack } from '../../stack/stack.ts'
import { harness, type Link } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { injectToxics } from '../network/toxic.ts'
import { authPattern, type Jwks, KeyOwner, keyHolds, keyProblems } from './signing-keys.ts'

const kind = 'key-too-early'

export const keyTooEarly = defineFault({
  kind,
  layer: 'key',
  summary: 'A new key signs before those who check tokens know it',
  params: z.strictObject({ service: authPattern }),
  needs: ['http-toxics'],
  target: ({ service }) => service,
  problems: ({ service }, topology) => keyProblems(service, topology),
  holds: ({ service }, topology) => keyHolds(service, topology),
  inject: ({ service }, stack) => injectEarlyKey(service, stack),
})

async function injectEarlyKey(service: string, stack: Stack): Promise<Injected> {
  const owners = KeyOwner.named(service, stack)
  await using putOn = new AsyncDisposableStack()
  const held: Injected[] = []
  const added: { owner: KeyOwner; kid: string }[] = []
  for (const owner of owners) {
    const before = await owner.published()
    const injected = await injectToxics(kind, stack, linksTo(owner.database, stack), [oldSet(before)])
    putOn.defer(() => injected.undo())
    held.push(injected)
    added.push({ owner, kid: await owner.rotate() })
  }
  putOn.move()
  return {
    async undo() {
      for (const each of held.toReversed()) await each.undo()
    },
    async evidence() {
      const states = await Promise.all(added.map(stateOf))
      return [...states, ...(await Promise.all(held.map(each => each.evidence()))).flat()]
    },
  }
}

/** What auth says of its new key: whether it signs already. */
async function stateOf({ owner, kid }: { owner: KeyOwner; kid: string }): Promise<Evidence> {
  const key = (await owner.list()).find(each => each.kid === kid)
  return {
    fault: kind,
    target: owner.auth,
    witness: owner.auth,
    observed: `${kid} is ${key?.state ?? 'gone'}`,
  }
}

/** Answers whoever asks for the keys with those of before. */
function oldSet(before: Jwks) {
  const answer = { status: 200, body: JSON.stringify(before), contentType: 'application/json', headers: {} }
  const attributes = { match: { method: ['GET'], path: '/jwks' }, share: 1, every: 0, answer }
  return { type: 'http', stream: 'downstream', toxicity: 1, attributes } as const
}

/** Those on which services ask the auths that have a database in common. */
function linksTo(database: string, { links, topology }: Pick<Stack, 'links' | 'topology'>): Link[] {
  const auths = topology.services.filter(
    ({ program, calls }) => program === 'auth' && calls.includes(database),
  )
  const names = auths.map(({ name }) => name)
  return links.filter(({ from, to }) => from !== harness && names.includes(to))
}
