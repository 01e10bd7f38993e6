/** Databases begin as copies of one that was initialised once, and share nothing but that. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Child } from '../../harness/stack/processes/child.ts'
import { startPostgresProcess } from '../../harness/stack/processes/postgres.ts'

const user = 'firebreak'
let root: string
let children: Child[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firebreak-data-test-'))
  chmodSync(root, 0o755)
  children = []
})
afterEach(async () => {
  await Promise.all(children.map(child => child.end('SIGQUIT')))
  rmSync(root, { recursive: true, force: true, maxRetries: 5 })
})

async function start(service: string, password: string) {
  const folder = join(root, service)
  mkdirSync(folder)
  const templates = join(root, 'templates')
  const spawn = (options: ConstructorParameters<typeof Child>[0]) => {
    const child = new Child(options)
    children.push(child)
    return child
  }
  return startPostgresProcess({ service, folder, user, password, templates, spawn })
}

async function query(port: number, password: string, text: string): Promise<unknown> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' })
  await client.connect()
  try {
    return (await client.query(text)).rows[0]
  } finally {
    await client.end()
  }
}

const initdbs = () => children.filter(({ service }) => service.includes('initdb')).length

test('a second database is a copy: initdb does not run again, and nothing of the first is in it', async () => {
  const first = await start('one', 'password of one')
  expect(initdbs()).toBe(1)
  await query(first.port, 'password of one', 'create table mine (id int)')

  const second = await start('two', "it's password two")
  expect(initdbs()).toBe(1)
  const found = await query(second.port, "it's password two", "select to_regclass('mine') as mine")
  expect(found).toEqual({ mine: null })
  expect(readdirSync(join(root, 'templates'))).toHaveLength(1)
})

test('no database opens with the password of another, nor without one', async () => {
  const first = await start('one', 'password of one')
  const second = await start('two', 'password of two')
  expect(await query(first.port, 'password of one', 'select 1 as one')).toEqual({ one: 1 })
  for (const wrong of ['password of one', '', 'firebreak', 'postgres'])
    await expect(query(second.port, wrong, 'select 1'), wrong).rejects.toThrow(/password/)
})

test('no password is in what a database says', async () => {
  const { logs } = await start('one', 'very-secret-password')
  const said = [...logs(), ...children.flatMap(child => child.logs())].join('\n')
  expect(said).toContain('ready to accept connections')
  expect(said).not.toContain('very-secret-password')
})

test('a password that the server would not get as it is, is refused', async () => {
  await expect(start('one', 'two\nlines')).rejects.toThrow(/^one: .*line break/)
})
