/**
 * What a stack has put on this machine, written down before anything else happens to it, so that a harness killed
 * at any instant can be cleaned up after: by its watchdog at once, and by `firebreak doctor` later.
 * One folder per stack under `<tmp>/firebreak-<user>/`; it holds `ledger.jsonl` and whatever the stack stores.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { startOf } from './process-identity.ts'

/** The label on every container, network and image that belongs to a stack; its value is the stack's id. */
export const stackLabel = 'firebreak.stack'
/** The label that says where that stack's ledger is, so that its owner can be looked up by other users too. */
export const ledgerLabel = 'firebreak.ledger'
/** The environment variable that marks every child process of a stack; its value is the stack's id. */
export const stackVariable = 'FIREBREAK_STACK'

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('owner'), pid: z.number(), start: z.string(), runtime: z.string() }),
  z.object({
    kind: z.literal('process'),
    pid: z.number(),
    start: z.string(),
    service: z.string(),
    /** What ends it at once and cleanly. */
    signal: z.enum(['SIGKILL', 'SIGQUIT']),
  }),
  z.object({ kind: z.literal('containers') }),
])
export type LedgerEntry = z.infer<typeof entrySchema>

/** Where the ledgers of this user are. */
export function ledgerRoot(): string {
  return join(tmpdir(), `firebreak-${userInfo().username}`)
}

/** All labels of what belongs to a stack of this process. */
export function labelsOf(stack: string): Record<string, string> {
  return { [stackLabel]: stack, [ledgerLabel]: join(ledgerRoot(), stack) }
}

export class Ledger {
  readonly stack: string
  /** The stack's own folder. Removed with the ledger. */
  readonly folder: string

  constructor(stack: string, folder = join(ledgerRoot(), stack)) {
    this.stack = stack
    this.folder = folder
  }

  /** Opens a new ledger, owned by this process. */
  static open(stack: string, runtime: string): Ledger {
    const ledger = new Ledger(stack)
    // World-readable: a database server that drops root must reach its folder below.
    mkdirSync(ledger.folder, { recursive: true, mode: 0o755 })
    const owner: LedgerEntry = { kind: 'owner', pid: process.pid, start: startOf(process.pid) ?? '', runtime }
    // It appears together with its owner's name, never without: a ledger without owner is taken for a dead run's.
    const draft = `${ledger.file}.draft`
    writeFileSync(draft, `${JSON.stringify(owner)}\n`)
    renameSync(draft, ledger.file)
    return ledger
  }

  /** Every ledger on this machine that this user owns. */
  static all(): Ledger[] {
    const root = ledgerRoot()
    if (!existsSync(root)) return []
    return readdirSync(root, { withFileTypes: true })
      .filter(entry => entry.isDirectory() && existsSync(join(root, entry.name, 'ledger.jsonl')))
      .map(entry => new Ledger(entry.name, join(root, entry.name)))
  }

  private get file(): string {
    return join(this.folder, 'ledger.jsonl')
  }

  /** Writes an entry down, synchronously: it is on disk when this returns. */
  record(entry: LedgerEntry): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`)
  }

  /** Records a child process. Call it in the same tick as `spawn`. */
  recordProcess(service: string, pid: number, signal: 'SIGKILL' | 'SIGQUIT' = 'SIGKILL'): void {
    this.record({ kind: 'process', pid, start: startOf(pid) ?? '', service, signal })
  }

  /** All entries; a half-written last line (the writer was killed) is passed over. */
  entries(): LedgerEntry[] {
    if (!existsSync(this.file)) return []
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .flatMap(line => {
        try {
          const parsed = entrySchema.safeParse(JSON.parse(line))
          return parsed.success ? [parsed.data] : []
        } catch {
          return []
        }
      })
  }

  /** Whether the process that opened it is still there. */
  ownerIsAlive(): boolean {
    const owner = this.entries().find(entry => entry.kind === 'owner')
    return owner !== undefined && startOf(owner.pid) === owner.start && owner.start !== ''
  }

  /** Removes the ledger and the stack's folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
    try {
      rmdirSync(dirname(this.folder))
    } catch {
      // Another stack's folder is in there.
    }
  }
}
