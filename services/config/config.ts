/**
 * The config service: versioned documents, pushed by operators, watched by services, rolled out in stages.
 *
 *   GET  /documents                          names and versions
 *   GET  /documents/:name                    { version, value, promoted, frozen, rollout? }: what is promoted
 *   GET  /documents/:name/history            { versions: [{ version, value, at, bytes, state }] }
 *   GET  /documents/:name/diff?from=&to=     { from, to, patch }: a JSON Patch (RFC 6902)
 *   GET  /documents/:name/rollout            { version, state, stage, stages, reason? }
 *   GET  /documents/:name/acknowledgements   { acknowledgements: [...] }, oldest first
 *   GET  /documents/:name/watch?after=&client=&region=
 *                                            { revision, version, value, state } once it is newer; 204 after a while
 *   POST /documents/:name/acknowledgements   client: { client, region?, version, status, reason? } -> 204
 *   POST /documents/:name/health             client: { client, version, before, since } -> 204
 *   POST /documents/:name                    operator: { value } replaces, { change } merges (RFC 7396) -> 201;
 *                                            emergency: true is for everybody at once, whatever is under way
 *   POST /documents/:name/rollback           operator: { to } -> 200 { document, version }
 *   POST /documents/:name/freeze             operator: { frozen } -> 200 { document, frozen }
 */
import type { Context, Hono } from 'hono'
import { answersOtherMethods, createBase } from '../common/app-base.ts'
import { bearerOf, secretsEqual } from '../common/bearer.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { DocumentStore } from './document-store.ts'
import { ConfigDocument, type DocumentWorld, type Refusal, unfitness, valueBytesMax } from './documents.ts'
import { difference, mergePatch } from './json.ts'
import { documentView, historyView, rolloutView } from './views.ts'
import * as wire from './wire.ts'

export interface ConfigWorld {
  /** First version of each document that is not kept already. */
  documents: Record<string, unknown>
  /** Who may push. */
  adminToken: string
  log: Log
  mitigations?: Mitigations
  /** Where documents outlive the process; without it they do not. */
  store?: DocumentStore
  /** How long a watch waits for news, ms. */
  watchMs?: number
  /** How long each stage of a rollout must stay healthy, ms. Longer than the slowest failure that it is to catch. */
  bakeMs?: number
  /** How long a client may take to acknowledge a version, ms. */
  acknowledgeMs?: number
  /** How long a client may be silent while it tries a version, ms. */
  silentMs?: number
}

export type ConfigService = Hono & {
  /** Ends open watches and timers. */
  stop(): void
}

/** Why a push or rollback was refused -> status. */
const refusalStatus = {
  frozen: 423,
  rollout_under_way: 409,
  never_promoted: 409,
  no_such_version: 404,
  too_large: 413,
  too_deep: 400,
} as const satisfies Record<Refusal, number>

/** The methods of each path. */
const methodsOf = {
  '/documents': 'GET, HEAD',
  '/documents/:name': 'GET, HEAD, POST',
  '/documents/:name/history': 'GET, HEAD',
  '/documents/:name/diff': 'GET, HEAD',
  '/documents/:name/rollout': 'GET, HEAD',
  '/documents/:name/acknowledgements': 'GET, HEAD, POST',
  '/documents/:name/watch': 'GET, HEAD',
  '/documents/:name/health': 'POST',
  '/documents/:name/rollback': 'POST',
  '/documents/:name/freeze': 'POST',
}

export function createConfig(world: ConfigWorld): ConfigService {
  const documents = loadDocuments(world)
  const app = createBase(world.log, { bodyLimitBytes: valueBytesMax })
  const documentOf = (context: Context): ConfigDocument => {
    const document = documents.get(context.req.param('name') ?? '')
    if (!document) throw wire.rejection(404, { error: 'no_such_document', documents: [...documents.keys()] })
    return document
  }
  app.get('/documents', context =>
    context.json({
      documents: [...documents.values()].map(({ name, promoted }) => ({ name, version: promoted.version })),
    }),
  )
  addReading(app, documentOf)
  addClientRoutes(app, documentOf, world.watchMs ?? 8_000)
  addOperatorRoutes(app, { documents, documentOf, world })
  answersOtherMethods(app, methodsOf)
  return Object.assign(app, {
    stop() {
      for (const document of documents.values()) document.stop()
    },
  })
}

function documentWorldOf(world: ConfigWorld): DocumentWorld {
  return {
    settings: {
      staged: world.mitigations?.has('staged-config-rollout') ?? false,
      bakeMs: world.bakeMs ?? 1_000,
      acknowledgeMs: world.acknowledgeMs ?? 5_000,
      silentMs: world.silentMs ?? 3_000,
      badShareRiseMax: 0.1,
      answersMin: 5,
    },
    store: world.store,
    log: world.log,
  }
}

function loadDocuments(world: ConfigWorld): Map<string, ConfigDocument> {
  const stored = world.store?.load() ?? []
  const documents = new Map(
    stored.map(document => [document.name, ConfigDocument.restore(document, documentWorldOf(world))]),
  )
  for (const [name, value] of Object.entries(world.documents)) {
    if (!documents.has(name)) documents.set(name, ConfigDocument.create(name, value, documentWorldOf(world)))
  }
  return documents
}

type DocumentOf = (context: Context) => ConfigDocument

function addReading(app: Hono, documentOf: DocumentOf): void {
  app.get('/documents/:name', context => context.json(documentView(documentOf(context))))
  app.get('/documents/:name/history', context => context.json({ versions: historyView(documentOf(context)) }))
  app.get('/documents/:name/rollout', context => context.json(rolloutView(documentOf(context))))
  app.get('/documents/:name/acknowledgements', context =>
    context.json({ acknowledgements: documentOf(context).acknowledgements }),
  )
  app.get('/documents/:name/diff', context => {
    const { history } = documentOf(context)
    const { from, to } = wire.parse(wire.diffSchema, context.req.query())
    const [before, after] = [from, to].map(wanted => history.find(({ version }) => version === wanted))
    if (!before || !after) throw refusal('no_such_version', history)
    return context.json({ from, to, patch: difference(before.value, after.value) })
  })
}

function addClientRoutes(app: Hono, documentOf: DocumentOf, waitMs: number): void {
  app.get('/documents/:name/watch', async context => {
    const document = documentOf(context)
    const { after, ...client } = wire.parse(wire.watchSchema, context.req.query())
    const directive = await document.watch(client, { after, waitMs, signal: context.req.raw.signal })
    return directive ? context.json(directive) : context.body(null, 204)
  })
  app.post('/documents/:name/acknowledgements', async context => {
    const { region, ...said } = await wire.bodyOf(context, wire.acknowledgementSchema)
    documentOf(context).acknowledge(said, region)
    return context.body(null, 204)
  })
  app.post('/documents/:name/health', async context => {
    documentOf(context).noteHealth(await wire.bodyOf(context, wire.healthSchema))
    return context.body(null, 204)
  })
}

function addOperatorRoutes(
  app: Hono,
  {
    documents,
    documentOf,
    world,
  }: { documents: Map<string, ConfigDocument>; documentOf: DocumentOf; world: ConfigWorld },
): void {
  const operatorsOnly = (context: Context) => {
    if (secretsEqual(bearerOf(context.req.raw) ?? '', world.adminToken)) return
    const headers = { 'www-authenticate': 'Bearer' }
    throw wire.rejection(401, { error: 'operators_only' }, headers)
  }
  app.post('/documents/:name', async context => {
    operatorsOnly(context)
    const name = wire.parse(wire.nameSchema, context.req.param('name'))
    const { emergency, ...change } = await wire.bodyOf(context, wire.pushSchema)
    const document = documents.get(name)
    if (document) {
      const pushed = document.push(change, emergency)
      if ('refused' in pushed) throw refusal(pushed.refused, document.history)
      return context.json({ document: name, version: pushed.version }, 201)
    }
    const value = 'value' in change ? change.value : mergePatch({}, change.change)
    const unfit = unfitness(value)
    if (unfit !== undefined) throw refusal(unfit)
    documents.set(name, ConfigDocument.create(name, value, documentWorldOf(world)))
    return context.json({ document: name, version: 1 }, 201)
  })
  app.post('/documents/:name/rollback', async context => {
    operatorsOnly(context)
    const document = documentOf(context)
    const { to } = await wire.bodyOf(context, wire.rollbackSchema)
    const back = document.rollBack(to)
    if ('refused' in back) throw refusal(back.refused, document.history)
    return context.json({ document: document.name, version: back.version })
  })
  app.post('/documents/:name/freeze', async context => {
    operatorsOnly(context)
    const document = documentOf(context)
    const { frozen } = await wire.bodyOf(context, wire.freezeSchema)
    document.freeze(frozen)
    return context.json({ document: document.name, frozen })
  })
}

function refusal(reason: Refusal, history: readonly { version: number }[] = []) {
  const versions = { oldest: history[0]?.version, newest: history.at(-1)?.version }
  return wire.rejection(refusalStatus[reason], {
    error: reason,
    ...(reason === 'no_such_version' ? versions : {}),
  })
}
