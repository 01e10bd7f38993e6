import { describe, expect, test } from 'vitest'
import { signInVisitors } from '../../../harness/diagnosis/visitors.ts'
import { HarnessError } from '../../../harness/errors.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { family } from '../../../harness/stack/topology.ts'
import { startApp } from '../crowd/support.ts'

/** A stack whose doors and operator's links all lead to one socket. `answer` is what its sign-in says, try by try. */
async function startFamily(answer: (tried: number) => Response) {
  const started = await startApp()
  const signIns: { host: string; address: string; username: string }[] = []
  let accounts = 0
  started.app.post('/:auth/admin/users', async ({ req, json }) => {
    const { users } = (await req.json()) as { users: { count: number }[] }
    accounts += users.reduce((sum, { count }) => sum + count, 0)
    return json({})
  })
  started.app.post('/sign-in', async ({ req }) => {
    const { username } = await req.parseBody()
    const header = (name: string) => req.header(name) ?? ''
    signIns.push({ host: header('host'), address: header('x-forwarded-for'), username: String(username) })
    return answer(signIns.length)
  })
  const control = Object.fromEntries(family.control.map(name => [name, `${started.door}/${name}`]))
  const doors = Object.fromEntries(family.doors.map(name => [name, started.door]))
  const stack = { control, doors, topology: family, adminToken: 'operators-only' } as unknown as Stack
  return { stack, signIns, accounts: () => accounts, [Symbol.asyncDispose]: started[Symbol.asyncDispose] }
}

const welcome = (tried: number) =>
  new Response('', { status: 303, headers: { location: '/', 'set-cookie': `sid=s${tried}; HttpOnly` } })
const comeBack = () => new Response('', { status: 503, headers: { 'retry-after': '0' } })

describe('signInVisitors', () => {
  test('gives a target with a session of its own for each web app and region', async () => {
    await using made = await startFamily(welcome)
    const targets = await signInVisitors(made.stack, 'run')
    const places = targets.map(({ app, region }) => `${app} ${region}`)
    expect(new Set(places).size).toBe(24)
    expect(places).toContain('feed me')
    expect(places).toContain('rival us')
    expect(places).not.toContain('business-api us')
    expect(targets[0]?.credential?.()).toEqual({ cookie: 'sid=s1' })
    expect(new Set(made.signIns.map(({ username }) => username)).size).toBe(24)
    expect(new Set(made.signIns.map(({ address }) => address)).size).toBe(24)
    expect(made.signIns[0]?.host).toBe(`${targets[0]?.app}.${targets[0]?.region}.localhost`)
  })

  test('comes back when it is asked to', async () => {
    await using made = await startFamily(tried => (tried <= 2 ? comeBack() : welcome(tried)))
    expect(await signInVisitors(made.stack, 'run')).toHaveLength(24)
  })

  test.each([
    ['refused', () => new Response('', { status: 401 }), /401/],
    ['put off for ever', comeBack, /503/],
  ])('rejects when somebody is %s', async (_, answer, message) => {
    await using made = await startFamily(answer)
    const signingIn = signInVisitors(made.stack, 'run')
    await expect(signingIn).rejects.toThrow(HarnessError)
    await expect(signingIn).rejects.toThrow(message)
  })
})
