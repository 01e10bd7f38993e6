/**
 * Lets one process at a time make images. An economy, not a safeguard: images are named by their content, so two
 * processes that make one at once only waste time. That is why a lock whose owner died may simply be taken.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ledgerRoot } from '../ledger.ts'
import { startOf } from '../process-identity.ts'

const waitMsMax = 180_000

/** Whether the process that wrote the lock is gone; a lock that vanished meanwhile counts as such. */
function ownerIsGone(lock: string): boolean {
  try {
    const [pid = '', start = ''] = readFileSync(lock, 'utf8').split(' ')
    return startOf(Number(pid)) !== start
  } catch {
    return true
  }
}

/** Takes the lock if it is free. The lock appears together with its owner's name, never without it. */
function take(lock: string): boolean {
  const draft = `${lock}.${process.pid}`
  writeFileSync(draft, `${process.pid} ${startOf(process.pid) ?? ''}`)
  try {
    linkSync(draft, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Runs `work` while no other process of this user makes images. After a long wait it runs without the lock. */
export async function withImageLock<T>(work: () => Promise<T>, folder = ledgerRoot()): Promise<T> {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const lock = join(folder, 'images.lock')
  const waitUntil = Date.now() + waitMsMax
  let held = take(lock)
  while (!held && Date.now() < waitUntil) {
    if (ownerIsGone(lock)) rmSync(lock, { force: true })
    else await sleep(50)
    held = take(lock)
  }
  try {
    return await work()
  } finally {
    if (held) rmSync(lock, { force: true })
  }
}
