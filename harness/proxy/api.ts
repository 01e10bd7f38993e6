/** Toxiproxy 2.12's HTTP API, as a table of routes. Our own endpoints are in firebreak-api.ts. */
import { type Answer, empty, invalidStream, invalidToxicType, json, jsonText, toApiError } from './answers.ts'
import {
  initialAttributes,
  newToxicBody,
  parseAttributes,
  parseBody,
  populateBody,
  proxyBody,
  proxyChangeBody,
  toxicUpdateBody,
} from './bodies.ts'
import { PopulateError, type ProxyCollection } from './collection.ts'
import { requireDisabling } from './firebreak-api.ts'
import { writeJsonObject } from './go-json.ts'
import type { LeaseRequest } from './leases.ts'
import type { FaultProxy } from './proxy.ts'
import type { Handler, Routes } from './router.ts'
import { directions, type ToxicType } from './stage.ts'
import { Toxic } from './toxic.ts'

/** The Toxiproxy version whose API this is. */
const apiVersion = '2.12.0'

/** The routes for the proxies of one server; `types` are the toxics that may be added. */
export function createApi(proxies: ProxyCollection, types: readonly ToxicType[]): Routes {
  const updateProxy: Handler = async ({ proxy = '' }, body) => {
    proxies.get(proxy)
    const { lease, ...change } = parseBody(proxyChangeBody, body)
    if (lease !== undefined) requireDisabling(change)
    return json(200, await proxies.update(proxy, change, lease))
  }
  const updateToxic: Handler = ({ proxy = '', toxic = '' }, body) =>
    json(200, changeToxic(proxies, proxies.get(proxy), toxic, body))

  return {
    'GET /version': version,
    'GET /proxies': () =>
      jsonText(200, writeJsonObject(proxies.all().map(proxy => [proxy.name, proxy] as const))),
    'POST /proxies': async (_, body) => json(201, await proxies.create(parseBody(proxyBody, body))),
    'POST /populate': (_, body) => populate(proxies, body),
    'POST /reset': async () => {
      await proxies.reset()
      return empty(204)
    },
    'GET /proxies/{proxy}': ({ proxy = '' }) => json(200, proxies.get(proxy)),
    'PATCH /proxies/{proxy}': updateProxy,
    'POST /proxies/{proxy}': updateProxy,
    'DELETE /proxies/{proxy}': async ({ proxy = '' }) => {
      await proxies.delete(proxy)
      return empty(204)
    },
    'GET /proxies/{proxy}/toxics': ({ proxy = '' }) => json(200, proxies.get(proxy).toxics.all),
    'POST /proxies/{proxy}/toxics': ({ proxy = '' }, body) =>
      json(200, addToxic(proxies, proxies.get(proxy), types, body)),
    'GET /proxies/{proxy}/toxics/{toxic}': ({ proxy = '', toxic = '' }) =>
      json(200, proxies.get(proxy).toxics.find(toxic)),
    'PATCH /proxies/{proxy}/toxics/{toxic}': updateToxic,
    'POST /proxies/{proxy}/toxics/{toxic}': updateToxic,
    'DELETE /proxies/{proxy}/toxics/{toxic}': ({ proxy = '', toxic = '' }) => {
      const { toxics } = proxies.get(proxy)
      toxics.remove(toxics.find(toxic))
      return empty(204)
    },
  }
}

function version(): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json;charset=utf-8' },
    body: `{"version": "${apiVersion}"}\n`,
  }
}

async function populate(proxies: ProxyCollection, body: string): Promise<Answer> {
  try {
    const requests = parseBody(populateBody, body) ?? []
    const done = await proxies.populate(requests)
    return json(201, { proxies: done.length > 0 ? done : null })
  } catch (error) {
    const early = error instanceof PopulateError ? error : undefined
    const { status, message } = toApiError(early === undefined ? error : early.cause)
    const done = early !== undefined && early.done.length > 0 ? early.done : null
    return json(status, { error: message, status, proxies: done })
  }
}

function addToxic(
  proxies: ProxyCollection,
  { toxics }: FaultProxy,
  types: readonly ToxicType[],
  body: string,
): Toxic {
  const asked = parseBody(newToxicBody, body)
  const stream = asked.stream ?? 'downstream'
  const direction = directions.find(candidate => candidate === stream.toLowerCase())
  if (direction === undefined) throw invalidStream()
  const type = types.find(candidate => candidate.type === asked.type)
  if (type === undefined) throw invalidToxicType()
  const name = asked.name || `${type.type}_${stream}`
  toxics.requireNewName(name)
  const attributes = parseAttributes(type, asked.attributes, initialAttributes(type))
  const toxic = new Toxic({ name, type, stream, direction, attributes, toxicity: asked.toxicity ?? 1 })
  toxics.add(toxic)
  if (asked.lease !== undefined) lend(proxies, toxics, toxic, asked.lease)
  return toxic
}

function changeToxic(proxies: ProxyCollection, { toxics }: FaultProxy, name: string, body: string): Toxic {
  const toxic = toxics.find(name)
  const asked = parseBody(toxicUpdateBody(toxic.type), body)
  const attributes = parseAttributes(toxic.type, asked.attributes, toxic.attributes)
  toxics.update(toxic, { attributes, toxicity: asked.toxicity ?? toxic.toxicity })
  if (asked.lease !== undefined) lend(proxies, toxics, toxic, asked.lease)
  return toxic
}

/** The toxic goes when its lease ends. */
function lend(
  { leases }: ProxyCollection,
  toxics: FaultProxy['toxics'],
  toxic: Toxic,
  request: LeaseRequest,
): void {
  const lease = leases.grant(request, why => {
    toxic.evidence.expired = why === 'expired'
    toxics.remove(toxic)
  })
  toxic.setLease(lease)
}
