/** The observer's own users: one account for each app and region, signed in by the front door like anybody else. */
import { setTimeout as sleep } from 'node:timers/promises'
import { getSetCookies, Headers } from 'undici'
import { type Answered, ask, type ClientWorld, tryLaterOf } from '../crowd/client.ts'
import { HttpClient } from '../crowd/http.ts'
import { createAccounts, memberOf } from '../crowd/operator.ts'
import { everybody, type Group } from '../crowd/population.ts'
import { HarnessError } from '../errors.ts'
import type { Stack } from '../stack/stack.ts'
import { defaultDeadlineMs } from './probe.ts'
import type { ProbeTarget } from './prober.ts'

/** Who is asked to come back does so a few times: the stack may be letting people in again after the run before. */
const tries = 5
const patienceMs = 200

/**
 * A target for each web app and region of the family's crowd, with the session of a visitor of its own. `run` tells these
 * accounts from all others on the stack. Rejects with HarnessError if somebody cannot be signed in: no fault is on yet.
 */
export async function signInVisitors(stack: Stack, run: string): Promise<ProbeTarget[]> {
  const groups = everybody()
    .filter(({ surface }) => surface === 'web')
    .map(({ app, surface, client, homes, browseEveryMs }): Group => {
      const residents = homes.length
      return { app, surface, client, homes, browseEveryMs, residents, newcomersPerSecond: 0, revoked: 0 }
    })
  const accounts = await createAccounts(stack, run, groups)
  await using http = new HttpClient({ deadlineMs: defaultDeadlineMs })
  const targets: ProbeTarget[] = []
  for (const [groupIndex, group] of groups.entries()) {
    for (const index of group.homes.keys()) {
      const member = memberOf(group, 'resident', index)
      const { region } = member.home
      const door = stack.doors[member.home.door]
      if (door === undefined) throw new HarnessError(`the stack has no door ${member.home.door}`)
      // From a network that none of the crowd is in: auth counts attempts by address.
      const address = `10.200.${groupIndex}.${index + 1}`
      const place = { door, host: `${group.app}.${region}.localhost`, address }
      const cookie = await signIn({ http, place, account: accounts(member) })
      targets.push({ app: group.app, region, door, address, credential: () => ({ cookie }) })
    }
  }
  return targets
}

/** The cookie of a new session. */
async function signIn(world: ClientWorld): Promise<string> {
  const form = new URLSearchParams({ ...world.account }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  let seen = ''
  for (let tried = 0; tried < tries; tried += 1) {
    const answer = await ask(world, { method: 'POST', path: '/sign-in', headers, body: form })
    const cookie = answer.kind === 'answer' ? sessionOf(answer) : undefined
    if (cookie !== undefined) return cookie
    seen = answer.kind === 'answer' ? String(answer.status) : answer.kind
    if (answer.kind !== 'answer' || answer.status !== 503) break
    await sleep(tryLaterOf(answer).retryAfterMs ?? patienceMs)
  }
  throw new HarnessError(
    `${world.account.username} could not sign in to be able to look at ${world.place.host}: ${seen}`,
  )
}

function sessionOf({ status, headers }: Answered): string | undefined {
  if (status !== 303) return undefined
  const lines = new Headers()
  for (const line of [headers['set-cookie'] ?? []].flat()) lines.append('set-cookie', line)
  const cookie = getSetCookies(lines).find(({ name, value }) => name === 'sid' && value !== '')
  return cookie === undefined ? undefined : `sid=${cookie.value}`
}
