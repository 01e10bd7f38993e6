/** Takes a fault off: by its own undo, once more if that fails, and then the hard way. */
import { HarnessError, messageOf } from '../errors.ts'
import type { Fault, Injected } from '../faults/fault.ts'
import type { Stack } from '../stack/stack.ts'
import { within } from './deadline.ts'
import { recoverHard } from './hard-recovery.ts'

/** A fault that is on. */
export interface FaultOn {
  /** Kind and target, in words. */
  name: string
  fault: Fault
  injected: Injected
  /** When it came on, ms on the run's clock. */
  from: number
}

export interface UndoLimits {
  /** For each try of a fault's own undo, ms. */
  undoMs: number
  /** For the hard way, ms: services are started anew. */
  hardMs: number
}

const tries = 2

/**
 * Resolves once the fault is off: to undefined if its own undo did it, else to why the hard way had to be taken, in words.
 * Rejects with HarnessError if not even that worked: the stack is lost.
 */
export async function takeOff(on: FaultOn, stack: Stack, limits: UndoLimits): Promise<string | undefined> {
  const { name, injected } = on
  const failures: string[] = []
  while (failures.length < tries) {
    try {
      await within(limits.undoMs, `${name} could not be undone`, injected.undo())
      return undefined
    } catch (error) {
      failures.push(messageOf(error))
    }
  }
  const why = `${name}: ${[...new Set(failures)].join('; ')}`
  try {
    await within(limits.hardMs, 'it was not done', replaceWhatIsBroken(on, stack))
  } catch (error) {
    throw new HarnessError(`${why}; and the hard way failed, too: ${messageOf(error)}`, { cause: error })
  }
  return why
}

/** A fault's own hard way, or the one for all. */
export async function replaceWhatIsBroken(
  { fault, injected }: Pick<FaultOn, 'fault' | 'injected'>,
  stack: Stack,
): Promise<void> {
  if (injected.undoHard) await injected.undoHard()
  else await recoverHard(stack, fault.holds(stack.topology))
}
