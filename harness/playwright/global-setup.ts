/** Once per run, before any worker: what dead runs left is removed, and the runtime is chosen and made ready. */
import { messageOf } from '../errors.ts'
import { chooseRuntime, prepareRuntime } from '../stack/runtimes.ts'
import { surveyStacks } from '../stack/survey.ts'
import { settings } from './settings.ts'

export default async function globalSetup(): Promise<void> {
  const { runtime, why } = await chooseRuntime(settings().FIREBREAK_RUNTIME)
  await removeDead(runtime === 'containers')
  process.env.FIREBREAK_RUNTIME_CHOSEN = runtime
  process.env.FIREBREAK_RUNTIME_WHY = why
  await prepareRuntime(runtime, line => console.log(line))
}

async function removeDead(engine: boolean): Promise<void> {
  const { dead } = await surveyStacks({ engine })
  await Promise.all(
    dead.map(async ({ stack, remove }) => {
      try {
        await remove()
        console.log(`removed what the dead run ${stack} had left`)
      } catch (error) {
        // Such as containers of an engine that is away: no reason not to run without it.
        console.log(
          `what the dead run ${stack} had left could not all be removed (${messageOf(error)}); \`firebreak doctor\` tries again`,
        )
      }
    }),
  )
}
