/** Removes whatever a stack has left on this machine, going by its ledger and by the marks on what it started. */
import { readdirSync, readFileSync } from 'node:fs'
import { type Ledger, stackVariable } from './ledger.ts'
import { startOf } from './process-identity.ts'

export interface Leftovers {
  stack: string
  /** What runs still, as `name (pid N)`. */
  processes: { pid: number; service: string; signal: 'SIGKILL' | 'SIGQUIT' }[]
  containers: boolean
}

const quitGraceMs = 2_000

/** What a stack's ledger and its marks say is still there. */
export function leftoversOf(ledger: Ledger): Leftovers {
  const entries = ledger.entries()
  const recorded = entries.flatMap(entry =>
    entry.kind === 'process' && entry.start !== '' && startOf(entry.pid) === entry.start
      ? [{ pid: entry.pid, service: entry.service, signal: entry.signal }]
      : [],
  )
  const known = new Set(recorded.map(({ pid }) => pid))
  // A harness killed between spawning and writing down leaves a process with the mark but no entry. PostgreSQL's own
  // children have it too: they end with their parent, so they are looked at last.
  const marked = markedProcesses(ledger.stack).filter(pid => !known.has(pid))
  return {
    stack: ledger.stack,
    processes: [
      ...recorded,
      ...marked.map(pid => ({ pid, service: 'unrecorded', signal: 'SIGKILL' as const })),
    ],
    containers: entries.some(entry => entry.kind === 'containers'),
  }
}

/** Removes all of it. Rejects if something withstood, leaving the ledger for the next try. */
export async function sweep(ledger: Ledger): Promise<Leftovers> {
  const leftovers = leftoversOf(ledger)
  const recorded = leftovers.processes.filter(({ service }) => service !== 'unrecorded')
  for (const { pid, signal } of recorded) {
    signalTo(pid, signal)
    signalTo(pid, 'SIGCONT')
  }
  await goneWithin(
    recorded.map(({ pid }) => pid),
    quitGraceMs,
  )
  for (const { pid } of leftoversOf(ledger).processes) signalTo(pid, 'SIGKILL')
  if (leftovers.containers) {
    const { removeStackContainers } = await import('./containers/engine.ts')
    await removeStackContainers(ledger.stack)
  }
  await goneWithin(
    leftovers.processes.map(({ pid }) => pid),
    quitGraceMs,
  )
  const still = leftoversOf(ledger).processes
  if (still.length > 0) {
    throw new Error(`could not end ${still.map(({ service, pid }) => `${service} (pid ${pid})`).join(', ')}`)
  }
  ledger.remove()
  return leftovers
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

async function goneWithin(pids: number[], limitMs: number): Promise<void> {
  const end = Date.now() + limitMs
  while (pids.some(pid => startOf(pid) !== undefined) && Date.now() < end) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** Processes whose environment carries the stack's mark (Linux only; elsewhere the ledger has to do). */
function markedProcesses(stack: string): number[] {
  if (process.platform !== 'linux') return []
  const mark = `${stackVariable}=${stack}\0`
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(name => {
      try {
        const marked = `${readFileSync(`/proc/${name}/environ`, 'latin1')}\0`.includes(mark)
        return marked && startOf(Number(name)) !== undefined ? [Number(name)] : []
      } catch {
        return []
      }
    })
}
