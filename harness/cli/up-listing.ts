/** What `firebreak up` says of the family that it started: where everything is, and how to get in and break it. */
import { appsOn } from '../crowd/population.ts'
import type { Style } from '../report/style.ts'
import type { Stack } from '../stack/stack.ts'
import { regions } from '../stack/topology.ts'
import type { DemoAccounts } from './demo-accounts.ts'

export interface UpListing {
  schema: 1
  /** The control room's page; whoever has the address can break things. */
  room?: string
  stack: string
  runtime: string
  architecture: string
  mitigations: readonly string[]
  bootMs: number
  pages: { app: string; region: string; url: string }[]
  apis: { app: string; region: string; url: string }[]
  rival: string
  status: string
  users: { app: string; username: string }[]
  password: string
  clients: { app: string; id: string; secret: string }[]
  proxy: { url: string; links: string[] }
  config: { url: string; token: string }
  /** Commands to try, by what they do. */
  examples: { does: string; command: string }[]
}

type ShownStack = Pick<
  Stack,
  'id' | 'runtime' | 'architecture' | 'bootMs' | 'doors' | 'control' | 'links' | 'adminToken'
> & { proxy: { apiUrl: string } }

export function upListing(stack: ShownStack, accounts: DemoAccounts): UpListing {
  const at = (app: string) =>
    regions.map(region => ({ app, region, url: inRegion(stack.doors[`edge-${region}`], app, region) }))
  const { users, password, clients } = accounts
  return {
    schema: 1,
    stack: stack.id,
    runtime: stack.runtime,
    architecture: stack.architecture.name,
    mitigations: stack.architecture.mitigations,
    bootMs: Math.round(stack.bootMs),
    pages: appsOn('web').flatMap(at),
    apis: appsOn('api').flatMap(at),
    rival: `${stack.doors.rival}/`,
    status: `${stack.doors.status}/`,
    users,
    password,
    clients,
    proxy: { url: stack.proxy.apiUrl, links: stack.links.map(({ name }) => name) },
    config: { url: stack.control.config ?? '', token: stack.adminToken },
    examples: examplesFor(stack, accounts),
  }
}

/** Browsers find every name below `localhost` at this machine. */
function inRegion(door: string | undefined, app: string, region: string): string {
  const { port } = new URL(door ?? '')
  return `http://${app}.${region}.localhost:${port}/`
}

/** Not every curl finds names below `localhost`, so these go by the header. */
function examplesFor(stack: ShownStack, { users, password, clients }: DemoAccounts): UpListing['examples'] {
  const [region] = regions
  const door = stack.doors[`edge-${region}`]
  const curl = (app: string, path: string, more: string) =>
    `curl -s -H 'Host: ${app}.${region}.localhost' ${more} ${door}${path}`
  const user = users.find(({ app }) => app === 'feed')?.username
  const client = clients.find(({ app }) => app === 'messenger-api')
  const api = stack.proxy.apiUrl
  const link = stack.links.find(({ from, to }) => from === 'feed' && to !== 'config')?.name
  const admin = `-H 'Authorization: Bearer ${stack.adminToken}'`
  const json = "-H 'Content-Type: application/json'"
  const toxic = JSON.stringify({ type: 'latency', name: 'slow', attributes: { latency: 8_000 } })
  return [
    {
      does: 'sign a phone in',
      command: curl('feed', '/api/sign-in', `${json} -d '${JSON.stringify({ username: user, password })}'`),
    },
    {
      does: 'get an API token',
      command: curl(
        'messenger-api',
        '/oauth/token',
        `-u '${client?.id}:${client?.secret}' -d 'grant_type=client_credentials&scope=messages:read messages:write'`,
      ),
    },
    { does: 'use it', command: curl('messenger-api', '/v1/messages', `-H "Authorization: Bearer $TOKEN"`) },
    { does: 'break a link', command: `curl -s ${api}/proxies/${link}/toxics -d '${toxic}'` },
    { does: 'mend all links', command: `curl -s -X POST ${api}/reset` },
    { does: 'read a configuration', command: `curl -s ${admin} ${stack.control.config}/documents/auth` },
    {
      does: 'push a change',
      command: `curl -s ${admin} ${json} -d '{"change":{"issuer":"https://wrong.example"}}' ${stack.control.config}/documents/auth`,
    },
  ]
}

/** The same for people, a line each. */
export function renderUp(listing: UpListing, style: Style): string[] {
  const width = 15
  const row = (name: string, text: string) => `  ${name.padEnd(width)}${text}`
  const places = (entries: UpListing['pages']) =>
    entries.map(({ app, region, url }, index) =>
      row(entries[index - 1]?.app === app ? '' : app, `${style.dim(region.padEnd(6))}${url}`),
    )
  const { users, clients, password, proxy, config } = listing
  return [
    `${style.bold('firebreak')}  ${listing.architecture} on ${listing.runtime}, up in ${(listing.bootMs / 1_000).toFixed(1)} s`,
    ...(listing.room === undefined ? [] : ['', `  ${style.bold('control room')}  ${listing.room}`]),
    '',
    style.bold('Pages'),
    ...places(listing.pages),
    row('rival', `${''.padEnd(6)}${listing.rival}`),
    row('status', `${''.padEnd(6)}${listing.status}`),
    '',
    style.bold('Users'),
    row('names', users.map(({ username }) => username).join(' ')),
    row('password', password),
    '',
    style.bold('APIs'),
    ...places(listing.apis),
    ...clients.map(({ app, id, secret }) => row(app, `client ${id}, secret ${secret}`)),
    '',
    style.bold('Operators'),
    row(
      'fault proxy',
      `${proxy.url}  ${style.dim(`${proxy.links.length} links: curl -s ${proxy.url}/proxies`)}`,
    ),
    row('config', config.url),
    row('token', config.token),
    '',
    style.bold('Try'),
    ...listing.examples.flatMap(({ does, command }) => [`  ${style.dim(`# ${does}`)}`, `  ${command}`]),
    '',
  ]
}
