/** What the public status page said in the course of a run, and when: asked at its end, as anybody could. */
import { z } from 'zod'
import type { StatusLevel } from '../outcome/history.ts'
import { controlFetch } from '../stack/control-fetch.ts'
import type { Stack } from '../stack/stack.ts'

const viewSchema = z.object({
  incidents: z.array(
    z.object({
      app: z.string(),
      changes: z.array(z.object({ at: z.number(), level: z.string() })),
    }),
  ),
})

/**
 * Each change of a level within the timeline, on the run's clock and in its order; nothing where there is no status page,
 * or it does not answer. `zeroMs`: when the timeline began, ms since the epoch.
 */
export async function statusLevels(
  { doors }: Pick<Stack, 'doors'>,
  { zeroMs, end }: { zeroMs: number; end: number },
): Promise<StatusLevel[]> {
  if (doors.status === undefined) return []
  const answer = await controlFetch(`${doors.status}/status.json`).catch(() => undefined)
  const body: unknown = answer?.ok ? await answer.json().catch(() => undefined) : undefined
  const incidents = viewSchema.safeParse(body).data?.incidents ?? []
  return incidents
    .flatMap(({ app, changes }) => changes.map(({ at, level }) => ({ app, at: at - zeroMs, level })))
    .filter(({ at }) => at >= 0 && at < end)
    .toSorted((a, b) => a.at - b.at)
}
