/** Toxiproxy 2.12's HTTP API, and the endpoints of our own, as a table of routes. */
import { type Answer, empty, invalidStream, invalidToxicType, json, jsonText, toApiError } from './answers.ts'
import {
  initialAttributes,
  newToxicBody,
  parseAttributes,
  parseBody,
  populateBody,
  proxyBody,
  toxicUpdateBody,
} from './bodies.ts'
import { PopulateError, type ProxyCollection } from './collection.ts'
import { writeJsonObject } from './go-json.ts'
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
    return json(200, await proxies.update(proxy, parseBody(proxyBody, body)))
  }
  const updateToxic: Handler = ({ proxy = '', toxic = '' }, body) =>
    json(200, changeToxic(proxies.get(proxy), toxic, body))

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
    'GET /proxies/{proxy}/toxics': ({ proxy = '' }) => json(200, proxies.get(proxy).toxics),
    'POST /proxies/{proxy}/toxics': ({ proxy = '' }, body) =>
      json(200, addToxic(proxies.get(proxy), types, body)),
    'GET /proxies/{proxy}/toxics/{toxic}': ({ proxy = '', toxic = '' }) =>
      json(200, proxies.get(proxy).findToxic(toxic)),
    'PATCH /proxies/{proxy}/toxics/{toxic}': updateToxic,
    'POST /proxies/{proxy}/toxics/{toxic}': updateToxic,
    'DELETE /proxies/{proxy}/toxics/{toxic}': ({ proxy: name = '', toxic = '' }) => {
      const proxy = proxies.get(name)
      proxy.removeToxic(proxy.findToxic(toxic))
      return empty(204)
    },
    'GET /firebreak/evidence': () => evidence(proxies),
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

function addToxic(proxy: FaultProxy, types: readonly ToxicType[], body: string): Toxic {
  const asked = parseBody(newToxicBody, body)
  const stream = asked.stream ?? 'downstream'
  const direction = directions.find(candidate => candidate === stream.toLowerCase())
  if (direction === undefined) throw invalidStream()
  const type = types.find(candidate => candidate.type === asked.type)
  if (type === undefined) throw invalidToxicType()
  const name = asked.name || `${type.type}_${stream}`
  proxy.requireNewToxicName(name)
  const attributes = parseAttributes(type, asked.attributes, initialAttributes(type))
  const toxic = new Toxic({ name, type, stream, direction, attributes, toxicity: asked.toxicity ?? 1 })
  proxy.addToxic(toxic)
  return toxic
}

function changeToxic(proxy: FaultProxy, name: string, body: string): Toxic {
  const toxic = proxy.findToxic(name)
  const asked = parseBody(toxicUpdateBody(toxic.type), body)
  const attributes = parseAttributes(toxic.type, asked.attributes, toxic.attributes)
  proxy.updateToxic(toxic, { attributes, toxicity: asked.toxicity ?? toxic.toxicity })
  return toxic
}

/** `{ proxies: { [name]: Counters & { toxics: { [name]: ToxicEvidence } } } }`. */
function evidence(proxies: ProxyCollection): Answer {
  const shown = proxies
    .all()
    .map(proxy => [proxy.name, { ...proxy.counters, toxics: Object.fromEntries(proxy.evidence) }] as const)
  return jsonText(200, `{"proxies":${writeJsonObject(shown)}}`)
}
