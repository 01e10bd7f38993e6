/** What each kind of load does: whom it lets act next, and what that one does. */
import { ApiClient } from '../crowd/api-client.ts'
import type { Client, ClientWorld } from '../crowd/client.ts'
import { DeviceClient } from '../crowd/device-client.ts'
import type { HttpClient } from '../crowd/http.ts'
import { MobileClient } from '../crowd/mobile-client.ts'
import { WebClient } from '../crowd/web-client.ts'
import type { LoadPlan } from './plan.ts'

/** Gives the next thing to do; undefined while there is none. */
export interface Work {
  /** What has to be there before it begins. */
  prepare(): Promise<void>
  next(): Task | undefined
}

/**
 * One thing to do; true if it went well. `request` is told of each request before it is sent, and says whether it may
 * be: no more once the load is to stop.
 */
export type Task = (request: () => boolean) => Promise<boolean>

/** How many callers sign in at a time before the load begins, and how long the next one may begin with that, ms. */
const signInsAtOnce = 4
const prepareMsMax = 2_000

export function workOf(plan: LoadPlan, http: HttpClient): Work {
  const clients = plan.callers.map(({ door, host, address, username, password }) =>
    newClient(plan.client, { http, place: { door, host, address }, account: { username, password } }),
  )
  switch (plan.behaviour.kind) {
    case 'sign-in':
      return signIns(clients)
    case 'retry':
      return retries(clients, plan.behaviour.retries)
    case 'call':
      return calls(clients, plan.behaviour.at)
  }
}

function newClient(kind: LoadPlan['client'], world: ClientWorld): Client {
  switch (kind) {
    case 'web':
      return new WebClient(world)
    case 'phone':
      return new MobileClient(world)
    case 'device':
      return new DeviceClient(world)
    case 'api':
      return new ApiClient(world)
  }
}

/** Who is refused goes to the front of the line: it is they who press on. */
function signIns(clients: readonly Client[]): Work {
  const outside = [...clients]
  return {
    prepare: async () => {},
    next() {
      const client = outside.shift()
      if (!client) return undefined
      return async request => {
        const isIn = request() && (await client.signIn()).result === 'served'
        if (!isIn) outside.unshift(client)
        return isIn
      }
    },
  }
}

function retries(clients: readonly Client[], retriesMax: number): Work {
  const take = inTurn(clients)
  return {
    prepare: () => signedIn(clients),
    next: () => async request => {
      const client = take()
      for (let tries = 0; tries <= retriesMax; tries += 1) {
        if (!request()) return false
        // Who was signed out signs in again by itself, and that is tried as stubbornly.
        const wasIn = client.signedIn
        const { result } = await (wasIn ? client.browse() : client.signIn())
        if (result === 'served' || result === 'degraded') return true
      }
      return false
    },
  }
}

function calls(clients: readonly Client[], at: 'api' | 'token'): Work {
  const take = inTurn(clients)
  return {
    prepare: () => (at === 'api' ? signedIn(clients) : Promise.resolve()),
    next: () => async request => {
      const client = take()
      if (!request()) return false
      const seen = await (at === 'api' && client.signedIn ? client.browse() : client.signIn())
      return seen.result === 'served' || seen.result === 'degraded'
    },
  }
}

/** Signs everybody in once; who is refused now, or not asked in time, signs in when it is their turn. */
async function signedIn(clients: readonly Client[]): Promise<void> {
  const left = [...clients]
  const until = performance.now() + prepareMsMax
  const worker = async () => {
    for (let client = left.shift(); client && performance.now() < until; client = left.shift())
      await client.signIn()
  }
  await Promise.all(Array.from({ length: signInsAtOnce }, worker))
}

function inTurn<T>(list: readonly T[]): () => T {
  let turn = 0
  return () => {
    const one = list[turn % list.length]
    turn += 1
    // A plan has at least one caller.
    if (one === undefined) throw new RangeError('nobody to take turns')
    return one
  }
}
