/**
 * A configuration that is well-formed, passes every check and every stage of a rollout, is kept as the last known good
 * one, and makes the service fail later (Azure Front Door, 2025-10-29, where workers crashed five minutes after they had
 * loaded it). Here it is an expiry: auth's configuration says when the secrets of the services end (RFC 7591,
 * client_secret_expires_at), and it is pushed with a moment that has not come yet. From that moment on auth refuses every
 * service, at every instance at once, while its users, keys and database are as good as ever. A rollout that bakes for
 * longer than `afterMs` can notice; a shorter one cannot. The undo pushes what was there, and it counts at once.
 */
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { controlFetch } from '../../stack/control-fetch.ts'
import type { Stack } from '../../stack/stack.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { documentHold, documentProblems } from './document.ts'
import { type ConfigPushLimits, injectPush } from './pushed-document.ts'

const kind = 'config-delayed-failure'
const service = 'auth'
const askLimitMs = 2_000

export const configDelayedFailure = defineFault({
  kind,
  layer: 'config',
  summary: "Auth's configuration passes every check, and makes it fail later",
  params: z.strictObject({
    /** How long after the push, ms. Counted in whole seconds of the time of day, so up to one later. */
    afterMs: z.number().int().min(1_000).max(600_000),
  }),
  target: () => service,
  problems: (_, topology) => documentProblems(service, topology),
  holds: () => [documentHold(service)],
  inject: (given, stack) => injectDelayedFailure(given, stack),
})

type DelayedFailureStack = Pick<Stack, 'control' | 'adminToken' | 'services' | 'clientSecrets' | 'topology'>

export async function injectDelayedFailure(
  { afterMs }: { afterMs: number },
  stack: DelayedFailureStack,
  limits: ConfigPushLimits = {},
): Promise<Injected> {
  const clientSecretsExpireAtS = Math.ceil((Date.now() + afterMs) / 1_000)
  const body = () => ({ change: { clientSecretsExpireAtS } })
  const injected = await injectPush({ kind, document: service, body }, stack, limits)
  return {
    ...injected,
    evidence: async () => [...(await injected.evidence()), ...(await answersToServices(stack))],
  }
}

/** What auth says to a service by now: the failure itself, once it has come. */
async function answersToServices({
  control,
  clientSecrets,
  topology,
}: DelayedFailureStack): Promise<Evidence[]> {
  const caller = topology.services.find(
    ({ name, program, calls }) =>
      program === 'app' && clientSecrets[name] !== undefined && calls.includes('config'),
  )
  const auths = topology.services.flatMap(({ name, role }) => (role === service ? (control[name] ?? []) : []))
  if (!caller) return []
  const credentials = `${caller.role}:${clientSecrets[caller.name]}`
  const answers = auths.map(async (base): Promise<Evidence[]> => {
    const observed = await introspectionAnswer(base, credentials)
    const witness = `answer of ${topology.services.find(({ name }) => control[name] === base)?.name} to ${caller.name}`
    return observed === undefined ? [] : [{ fault: kind, target: service, witness, observed }]
  })
  return (await Promise.all(answers)).flat()
}

/** The answer to a question that any service may ask; undefined where it is served. */
async function introspectionAnswer(base: string, credentials: string): Promise<string | undefined> {
  try {
    const response = await controlFetch(`${base}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams({ token: 'asked-by-the-harness' }),
      signal: AbortSignal.timeout(askLimitMs),
    })
    const text = await response.text()
    return response.status === 200 ? undefined : `${response.status} ${text.slice(0, 200)}`
  } catch (error) {
    return messageOf(error)
  }
}
