/** Which stacks are on this machine, by their ledgers and by the labels on the engine, and which of them are dead. */
import { messageOf } from '../errors.ts'
import type { StackLeftovers } from './containers/engine.ts'
import { Ledger } from './ledger.ts'
import { leftoversOf, sweep } from './sweep.ts'

export interface FoundStack {
  stack: string
  /** What it has, in words. */
  what: string
}

/** A stack whose owner is gone. */
export interface DeadStack extends FoundStack {
  /** Removes what is left of it. Rejects if something withstood. */
  remove(): Promise<unknown>
}

export interface Survey {
  running: FoundStack[]
  dead: DeadStack[]
}

/** Looks at all ledgers of this user and, where an engine answers, at everything there that carries a stack's label. */
export async function surveyStacks({ engine }: { engine: boolean }): Promise<Survey> {
  // In this order: a stack that starts meanwhile has its ledger before it has anything else.
  const labelled = engine ? await (await import('./containers/engine.ts')).listStackLeftovers() : []
  const ledgers = Ledger.all().map(ledger => ({ ledger, alive: ledger.ownerIsAlive() }))
  const known = new Set(ledgers.map(({ ledger }) => ledger.stack))
  // Some have no ledger here: it was removed, or it is another user's, or kept below another temporary folder. What
  // names no ledger at all is no stack but an image in the making.
  const others = labelled
    .filter(({ stack, ledger }) => !known.has(stack) && ledger !== '')
    .map(found => ({ found, alive: new Ledger(found.stack, found.ledger).ownerIsAlive() }))
  return {
    running: [
      ...ledgers.filter(({ alive }) => alive).map(({ ledger }) => foundIn(ledger)),
      ...others.filter(({ alive }) => alive).map(({ found }) => foundOn(found)),
    ],
    dead: [
      ...ledgers
        .filter(({ alive }) => !alive)
        .map(({ ledger }) => ({ ...foundIn(ledger), remove: () => sweep(ledger) })),
      ...others
        .filter(({ alive }) => !alive)
        .map(({ found }) => ({ ...foundOn(found), remove: removal(found) })),
    ],
  }
}

/** Removes all dead stacks; `say` is told of each in words. Never rejects: what withstands is left to `firebreak doctor`. */
export async function removeDeadStacks(
  options: { engine: boolean },
  say: (line: string) => void,
): Promise<void> {
  const { dead } = await surveyStacks(options)
  await Promise.all(
    dead.map(async ({ stack, remove }) => {
      try {
        await remove()
        say(`removed what the dead run ${stack} had left`)
      } catch (error) {
        // Such as containers of an engine that is away: no reason not to run without it.
        say(
          `what the dead run ${stack} had left could not all be removed (${messageOf(error)}); \`firebreak doctor\` tries again`,
        )
      }
    }),
  )
}

function foundIn(ledger: Ledger): FoundStack {
  const { stack, processes, containers } = leftoversOf(ledger)
  const names = processes.map(({ service, pid }) => `${service} (pid ${pid})`)
  const parts = [...(containers ? ['containers'] : []), ...names]
  return { stack, what: parts.length > 0 ? parts.join(', ') : 'a folder' }
}

function foundOn({ stack, containers, networks, volumes }: StackLeftovers): FoundStack {
  const what = `${containers.length} containers, ${networks.length} networks, ${volumes.length} volumes`
  return { stack, what }
}

function removal({ stack }: StackLeftovers): () => Promise<void> {
  // Not its folder: a label is no reason to delete files.
  return async () => (await import('./containers/engine.ts')).removeStackContainers(stack)
}
