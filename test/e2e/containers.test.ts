import { afterAll, beforeAll, expect, test } from 'vitest'
import { StackError } from '../../harness/errors.ts'
import {
  listStackLeftovers,
  openEngine,
  removeStackContainers,
} from '../../harness/stack/containers/engine.ts'
import type { Started, StartedProxy } from '../../harness/stack/driver.ts'
import type { Link } from '../../harness/stack/topology.ts'
import {
  configEnvironment,
  describeWithEngine,
  inspectAll,
  openDriver,
  runInside,
} from './containers-support.ts'

const startMsMax = 240_000
const links = {
  door: { name: 'internet-to-door', from: 'internet', to: 'door' },
  database: { name: 'door-to-sessions', from: 'door', to: 'sessions' },
} satisfies Record<string, Link>
const secrets = { user: 'firebreak', password: 'not-secret-at-all', database: 'store' }

async function openLink({ apiUrl, listen }: StartedProxy, link: Link, upstream: string | undefined) {
  const response = await fetch(`${apiUrl}/proxies`, {
    method: 'POST',
    body: JSON.stringify({ name: link.name, listen: listen(link), upstream, enabled: true }),
  })
  expect(response.status).toBe(201)
}

/** A script that queries the database through the link and writes the first row, or the error's code. */
function query(text: string, password: string, at: string): string {
  const url = `postgres://${secrets.user}:${password}@${at}/${secrets.database}`
  return `
    import pg from 'pg'
    const client = new pg.Client(${JSON.stringify(url)})
    try {
      await client.connect()
      console.log(JSON.stringify((await client.query(${JSON.stringify(text)})).rows[0]))
      await client.end()
    } catch (error) {
      console.log(error.code)
    }`
}

/** A script that tries to reach an address reserved for documentation and writes how that ends. */
const reachOut = `
  import { connect } from 'node:net'
  const socket = connect({ host: '192.0.2.1', port: 80, timeout: 3000 })
  socket.on('connect', () => { console.log('connected'); process.exit() })
  socket.on('error', error => console.log(error.code))
  socket.on('timeout', () => { console.log('timeout'); process.exit() })`

describeWithEngine('a stack in containers', () => {
  let opened: Awaited<ReturnType<typeof openDriver>>
  let proxy: StartedProxy
  let door: Started

  beforeAll(async () => {
    opened = await openDriver()
    const { driver } = opened
    ;[proxy, door] = await Promise.all([
      driver.startProxy(Object.values(links)),
      driver.startService('door', 'config', configEnvironment('door')),
      driver.startPostgres('sessions', secrets),
    ])
    await openLink(proxy, links.door, driver.upstreamOf('door', 'config'))
    await openLink(proxy, links.database, driver.upstreamOf('sessions', 'postgres'))
  }, startMsMax)

  afterAll(() => opened?.[Symbol.asyncDispose](), startMsMax)

  test('is written down in its ledger', () => {
    expect(opened.ledger.entries()).toContainEqual({ kind: 'containers' })
  })

  test('answers from outside through the proxy', async () => {
    const response = await fetch(`http://${proxy.outside(links.door, '')}/documents/colour`)
    expect(await response.json()).toMatchObject({ version: 1, value: 'green' })
  })

  test('has a database that lets in who knows the password, and waits for no disk', async () => {
    const at = proxy.inside(links.database, '')
    const settings = `select current_user as user, current_database() as database,
      current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`
    const row = await runInside(opened.stack, 'door', query(settings, secrets.password, at))
    // What it has confirmed outlives its processes, though not the machine.
    expect(JSON.parse(row)).toEqual({ user: 'firebreak', database: 'store', fsync: 'off', commit: 'on' })
  })

  test('has a database that refuses a wrong password', async () => {
    const at = proxy.inside(links.database, '')
    expect(await runInside(opened.stack, 'door', query('select 1', 'wrong', at))).toBe('28P01')
  })

  test.each(['door', 'proxy'])('has no way out for %s', async service => {
    expect(await runInside(opened.stack, service, reachOut)).toMatch(/^E(NET|HOST)UNREACH$/)
  })

  test('publishes ports of the proxy only, on loopback only', async () => {
    const published = (await inspectAll(opened.stack)).flatMap(({ Name, NetworkSettings }) =>
      Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
        (bindings ?? []).map(({ HostIp }) => [Name, port, HostIp]),
      ),
    )
    const name = `/firebreak-${opened.stack}-proxy`
    expect(published.toSorted()).toEqual([
      [name, '8474/tcp', '127.0.0.1'],
      [name, '9000/tcp', '127.0.0.1'],
    ])
  })

  test('keeps every container but the proxy on the inside network', async () => {
    const networks = Object.fromEntries(
      (await inspectAll(opened.stack)).map(({ Config, NetworkSettings }) => [
        Config.Hostname,
        Object.keys(NetworkSettings.Networks).sort(),
      ]),
    )
    const [front, inside] = [`firebreak-${opened.stack}-front`, `firebreak-${opened.stack}-inside`]
    expect(networks).toEqual({ door: [inside], sessions: [inside], proxy: [front, inside] })
  })

  test('gives no container more than it needs', async () => {
    for (const { Config, HostConfig } of await inspectAll(opened.stack)) {
      expect(Config.User).toMatch(/^(65534:65534|postgres)$/)
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false })
      expect(HostConfig.RestartPolicy?.Name).toMatch(/^(no)?$/)
      expect(HostConfig.Memory).toBeGreaterThan(0)
    }
  })

  test('lets a service write to its folder and nowhere else', async () => {
    const script = `
      import { writeFileSync } from 'node:fs'
      for (const folder of [process.env.DATA_DIR, '/firebreak']) {
        try { writeFileSync(folder + '/x', ''); console.log('written') } catch (error) { console.log(error.code) }
      }`
    const output = await runInside(opened.stack, 'door', script)
    expect(output.split(/\s+/)).toEqual(['written', 'EROFS'])
  })

  test('keeps what its services say', () => {
    expect(door.logs().join('\n')).toContain('"listening"')
    expect(proxy.logs().join('\n')).toContain('"listening"')
  })

  test('finds a service at the same address after it was killed and started again', async () => {
    const address = `http://${proxy.outside(links.door, '')}/documents/colour`
    const statusNow = () =>
      fetch(address, { signal: AbortSignal.timeout(1_000) }).then(
        ({ status }) => status,
        () => 'no answer',
      )
    const container = (await openEngine()).getContainer(`firebreak-${opened.stack}-door`)
    await container.kill()
    expect(await statusNow()).toBe('no answer')
    await container.start()
    await expect.poll(statusNow, { timeout: 30_000 }).toBe(200)
  }, 60_000)

  test('is found by its label', async () => {
    const mine = (await listStackLeftovers()).find(({ stack }) => stack === opened.stack)
    expect(mine?.containers.toSorted()).toEqual(
      ['door', 'proxy', 'sessions'].map(service => `firebreak-${opened.stack}-${service}`),
    )
    expect(mine?.networks).toHaveLength(2)
    expect(mine?.volumes.toSorted()).toEqual(
      ['door', 'sessions'].map(service => `firebreak-${opened.stack}-${service}`),
    )
  })
})

describeWithEngine('taking a stack down', () => {
  const leftoversOf = async (wanted: string) =>
    (await listStackLeftovers()).filter(({ stack }) => stack === wanted)

  test(
    'leaves nothing of a service that fails to start, whose last lines are told',
    async () => {
      await using opened = await openDriver()
      // Without its environment a service says what it lacks, and ends.
      const start = opened.driver.startService('lame', 'config', {})
      const error = await start.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(StackError)
      expect(error).toMatchObject({ service: 'lame', message: expect.stringContaining('exit code 64') })
      expect((error as StackError).logs.join('\n')).toContain('ADMIN_TOKEN')

      await opened.driver.stop()
      expect(await leftoversOf(opened.stack)).toEqual([])
    },
    startMsMax,
  )

  test(
    'waits for what is just starting, may be asked twice, and starts nothing after',
    async () => {
      await using opened = await openDriver()
      const { driver, stack } = opened
      const starts = ['a', 'b', 'c'].map(name => driver.startService(name, 'config', configEnvironment(name)))
      const settled = Promise.allSettled(starts)
      await driver.stop()
      await driver.stop()
      await settled
      expect(await leftoversOf(stack)).toEqual([])
      await expect(driver.startService('d', 'config', configEnvironment('d'))).rejects.toThrow(
        /being stopped/,
      )
    },
    startMsMax,
  )

  test(
    'works by the label alone, as a watchdog does it',
    async () => {
      await using opened = await openDriver()
      await opened.driver.startService('orphan', 'config', configEnvironment('orphan'))
      expect(await leftoversOf(opened.stack)).toHaveLength(1)
      await removeStackContainers(opened.stack)
      await removeStackContainers(opened.stack)
      expect(await leftoversOf(opened.stack)).toEqual([])
    },
    startMsMax,
  )
})
