/** Which auth is asked, and what becomes of several answers. */
import { describe, expect, test } from 'vitest'
import { defaultAppConfig } from '../../../services/app/app-config.ts'
import { createAuthCells } from '../../../services/app/auth-cells.ts'
import { createAuthFamily, createReadResult } from '../../../services/app/auth-family.ts'
import { basicOf } from '../../../services/common/bearer.ts'
import { createPlaces } from '../../../services/common/bulkhead.ts'
import { inCell } from '../../../services/common/cell.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { type Asked, active, fakeAuth, inactive, noRevocations } from './fake-auth.ts'
import { newKey, tokenOf } from './tokens.ts'
import { clientSecret, directoryOf, eventually } from './world.ts'

type Say = 'yes' | 'no' | 'nothing'
const triState: Mitigation[] = ['tri-state-auth-result']
const id = 'x'.repeat(43)

/** The auths of an app, each saying what `says` tells of its cell (of `auth` without cells). */
function authsWith(cells: string[], says: Record<string, Say>, names: readonly Mitigation[] = triState) {
  const reply = ({ origin, path, json }: Asked): Response | undefined => {
    const say = says[origin.replace('http://', '').replace('auth-', '').replace('.test', '')]
    if (path === '/revocations') return noRevocations()
    if (say === undefined || say === 'nothing') return undefined
    if (path === '/revoke') return new Response(null, { status: say === 'yes' ? 200 : 400 })
    if (path === '/introspect') return say === 'yes' ? active() : inactive()
    if (path === '/token')
      return say === 'yes'
        ? Response.json({ access_token: 'a', refresh_token: 'r', expires_in: 1, token_type: 'Bearer' })
        : Response.json({ error: 'invalid_grant' }, { status: 400 })
    return say === 'yes'
      ? Response.json({ session: id, subject: 'u1', expiresAt: 1, kind: json.kind })
      : Response.json({ error: 'invalid_credentials' }, { status: 401 })
  }
  const fake = fakeAuth(reply)
  const mitigations = new Set(names)
  const log = () => {}
  const auths = createAuthCells({
    fetch: fake.fetch,
    directory: directoryOf(...cells),
    places: createPlaces(mitigations),
    client: { id: 'feed', secret: clientSecret },
    config: () => defaultAppConfig,
    mitigations,
    log,
  })
  const client = createAuthFamily(auths, createReadResult(mitigations, log))
  /** The cells that were asked, each once. */
  const asked = () => [...new Set(fake.asked.map(({ origin }) => /auth-(\w+)/.exec(origin)?.[1] ?? 'auth'))]
  return { fake, auths, client, asked }
}

const from = (region?: string) => ({ region, address: '10.0.0.9' })

describe('a credential', () => {
  const everyCell = { us: 'yes', eu: 'yes', me: 'yes', auth: 'yes' } as const

  test.each<[string, string[], string]>([
    ['goes to the cell that it names', ['us', 'eu'], 'eu'],
    ['goes to the one auth there is without cells', [], 'auth'],
  ])('%s', async (_what, cells, expected) => {
    const { client, asked } = authsWith(cells, everyCell)
    expect((await client.introspect(inCell('eu', id))).kind).toBe('valid')
    expect(asked()).toEqual([expected])
    await client.revoke(await tokenOf(await newKey(), { claims: { cell: 'eu' } }))
    await client.refresh(await tokenOf(await newKey(), { typ: 'rt+jwt', claims: { cell: 'eu' } }))
    expect(asked()).toEqual([expected])
  })

  test('without a cell is for any of them to call inactive', async () => {
    const { client, asked } = authsWith(['us', 'eu'], { us: 'no', eu: 'no' })
    expect((await client.introspect('made up')).kind).toBe('invalid')
    expect(asked()).toEqual(['us'])
  })

  test('of a cell that nobody has heard of is neither good nor bad, and asks nobody', async () => {
    const { client, asked } = authsWith(['us', 'eu'], everyCell)
    expect((await client.introspect(inCell('zz', id))).kind).toBe('unknown')
    expect(await client.revoke(inCell('zz', id))).toBe(false)
    expect(asked()).toEqual([])
  })

  test("feels nothing of another cell's trouble", async () => {
    const { client } = authsWith(['us', 'eu'], { us: 'nothing', eu: 'yes' }, [...triState, 'circuit-breaker'])
    for (let i = 0; i < 10; i += 1) await client.introspect(inCell('us', id))
    expect((await client.introspect(inCell('us', id))).kind).toBe('unknown')
    expect((await client.introspect(inCell('eu', id))).kind).toBe('valid')
  })
})

describe('a sign-in', () => {
  test.each<[string, Record<string, Say>, string, string[]]>([
    ['is for the cell of the region', { us: 'no', eu: 'yes', me: 'no' }, 'valid', ['eu']],
    [
      'of a traveller is found in another cell',
      { us: 'no', eu: 'no', me: 'yes' },
      'valid',
      ['eu', 'us', 'me'],
    ],
    ['that every cell refuses is refused', { us: 'no', eu: 'no', me: 'no' }, 'invalid', ['eu', 'us', 'me']],
    [
      'stays open if one cell gives no answer',
      { us: 'nothing', eu: 'no', me: 'no' },
      'unknown',
      ['eu', 'us', 'me'],
    ],
    [
      'is good if one says yes and one nothing',
      { us: 'nothing', eu: 'no', me: 'yes' },
      'valid',
      ['eu', 'us', 'me'],
    ],
    [
      'does not carry trouble at home to the others',
      { us: 'yes', eu: 'nothing', me: 'yes' },
      'unknown',
      ['eu'],
    ],
  ])('%s', async (_what, says, kind, cells) => {
    const { client, asked } = authsWith(['us', 'eu', 'me'], says)
    expect((await client.signIn('web', 'ada', 'right', from('eu'))).kind).toBe(kind)
    expect(asked()).toEqual(cells)
  })

  test('from a region without a cell goes to the first', async () => {
    const { client, asked } = authsWith(['us', 'eu'], { us: 'yes', eu: 'yes' })
    await client.signIn('web', 'ada', 'right', from('mars'))
    await client.signIn('web', 'ada', 'right', from())
    expect(asked()).toEqual(['us'])
  })

  test('that stays open is a no without the third state', async () => {
    const { client } = authsWith(['us', 'eu'], { us: 'nothing', eu: 'no' }, [])
    expect((await client.signIn('web', 'ada', 'right', from('eu'))).kind).toBe('invalid')
  })

  test('with a name that nobody can have is refused without asking', async () => {
    const { client, asked } = authsWith([], { auth: 'nothing' })
    const results = ['a\u0000', 'a\u200b', '\ud800'].map(name => client.signIn('web', name, 'x', from()))
    for (const result of await Promise.all(results)) expect(result.kind).toBe('invalid')
    expect(asked()).toEqual([])
  })

  test("tells auth who asks, the user's address and the kind of session", async () => {
    const { client, fake } = authsWith([], { auth: 'yes' })
    await client.signIn('device', 'ada', 'right', from())
    const [asked] = fake.asked
    if (!asked) throw new Error('auth was not asked')
    expect(basicOf(asked)).toEqual({ id: 'feed', secret: clientSecret })
    expect(asked.headers.get('x-forwarded-for')).toBe('10.0.0.9')
    expect(asked.json).toEqual({ username: 'ada', password: 'right', kind: 'device' })
  })
})

test('the revocation list of each cell is followed, and read for every credential', async () => {
  const { auths, fake } = authsWith(['us', 'eu'], {})
  auths.start()
  const lists = ['us', 'eu'].map(cell => auths.of(inCell(cell, id))?.revocations)
  await eventually(() => (lists.every(list => list?.loaded) ? true : undefined))
  auths.stop()
  expect(new Set(fake.askedFor('/revocations').map(({ origin }) => origin)).size).toBe(2)
  expect(auths.isRevoked('s1')).toBe(false)
})
