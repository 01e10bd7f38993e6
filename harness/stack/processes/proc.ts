/** What the kernel says of processes. Linux only: elsewhere there is nothing to read, and so `undefined`. */
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel's clock tick, ms: 100 a second wherever Node runs. */
const tickMs = 10
const pageBytes = 4_096

/** The fields of /proc/N/stat after the command, which may hold spaces itself. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** Its state as one letter: R, S, D, T (stopped), Z. */
export function stateOf(pid: number): string | undefined {
  return statOf(pid)?.[0]
}

/** Processor time that it has used, ms. */
export function cpuMsOf(pid: number): number | undefined {
  const fields = statOf(pid)
  return fields && (Number(fields[11]) + Number(fields[12])) * tickMs
}

/** Its memory: that of its own, and that which it may share, bytes. */
export function memoryOf(pid: number): { own: number; shared: number } | undefined {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
    return { own: (resident - shared) * pageBytes, shared: shared * pageBytes }
  } catch {
    return undefined
  }
}

/** Those that it has started and that run still, and those that they have started. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of process.platform === 'linux' ? readdirSync('/proc') : []) {
    const parent = /^\d+$/.test(name) ? statOf(Number(name))?.[1] : undefined
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const below = (of: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === of ? [child, ...below(child)] : []))
  return below(pid)
}
