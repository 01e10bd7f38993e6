/** Once per run, before any worker: what dead runs left is removed, and the runtime is chosen and made ready. */
import { Ledger } from '../stack/ledger.ts'
import { chooseRuntime, prepareRuntime } from '../stack/runtimes.ts'
import { sweep } from '../stack/sweep.ts'
import { settings } from './settings.ts'

export default async function globalSetup(): Promise<void> {
  const dead = Ledger.all().filter(ledger => !ledger.ownerIsAlive())
  await Promise.all(
    dead.map(async ledger => {
      await sweep(ledger)
      console.log(`removed what the dead run ${ledger.stack} had left`)
    }),
  )
  const { runtime, why } = await chooseRuntime(settings().FIREBREAK_RUNTIME)
  process.env.FIREBREAK_RUNTIME_CHOSEN = runtime
  process.env.FIREBREAK_RUNTIME_WHY = why
  await prepareRuntime(runtime, line => console.log(line))
}
