/** Once per run, before any worker: what dead runs left is removed, and the runtime is chosen and made ready. */
import { chooseRuntime, prepareRuntime } from '../stack/runtimes.ts'
import { removeDeadStacks } from '../stack/survey.ts'
import { settings } from './settings.ts'

export default async function globalSetup(): Promise<void> {
  const { runtime, why } = await chooseRuntime(settings().FIREBREAK_RUNTIME)
  await removeDeadStacks({ engine: runtime === 'containers' }, line => console.log(line))
  process.env.FIREBREAK_RUNTIME_CHOSEN = runtime
  process.env.FIREBREAK_RUNTIME_WHY = why
  await prepareRuntime(runtime, line => console.log(line))
}
