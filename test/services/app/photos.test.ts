/** A phone whose token is checked by its signature goes on while auth is away, whatever the architecture. */
import { describe, expect, test } from 'vitest'
import { photos } from '../../../services/app/roles/photos.ts'
import { fakeAuth, noRevocations } from './fake-auth.ts'
import { newKey, published, tokenOf } from './tokens.ts'
import { appWith, architectures, content, eventually, json, page } from './world.ts'

const key = await newKey()
const jwk = await published('k1', key)

describe.each(Object.entries(architectures))('in %s', (architecture, names) => {
  test('a phone is served without auth until its token ends, and cannot refresh', async () => {
    let away = false
    const fake = fakeAuth(({ path }) => {
      if (away) return undefined
      return path === '/jwks' ? Response.json({ keys: [jwk] }) : noRevocations()
    })
    const app = appWith(names, { role: photos, fetch: fake.fetch })
    app.start()
    const good = await tokenOf(key)
    const status = async (token: string) => (await app.fetch(content(token))).status
    await eventually(async () => ((await status(good)) === 200 ? true : undefined))
    away = true
    expect(fake.askedFor('/introspect').length).toBeLessThanOrEqual(1)
    expect(await status(good)).toBe(200)
    expect(await status(await tokenOf(key, { expiresInS: -1 }))).toBe(401)
    const refresh = await app.fetch(json('/api/refresh', { refresh_token: 'r' }))
    expect(refresh.status).toBe(architecture === 'hardened' ? 503 : 400)
    const web = await app.fetch(page('a session'))
    expect(web.status).toBe(architecture === 'hardened' ? 503 : 303)
    app.stop()
  })
})
