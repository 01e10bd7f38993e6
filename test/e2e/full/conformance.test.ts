/** What a foreign OAuth client makes of auth, over the links of a whole stack. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { createDemoAccounts } from '../../../harness/cli/demo-accounts.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { type Stack, startStack } from '../../../harness/stack/stack.ts'
import { type ConformanceTarget, conformanceChecks } from '../../services/auth/conformance-checks.ts'
import { describeOnRuntimes } from '../containers-support.ts'

const nobody = { id: 'nobody', secret: 'none' }
const nowhere: ConformanceTarget = {
  baseUrl: 'http://127.0.0.1:1',
  issuer: 'https://auth.firebreak.test',
  audience: 'firebreak-apps',
  service: nobody,
  system: { ...nobody, scopes: ['messages:read', 'messages:write'] },
  user: { username: '', password: '' },
}
/** Known before there is a stack to run them against. */
const names = conformanceChecks(nowhere).map(({ name }) => name)

describeOnRuntimes(runtime => {
  describe.each([
    ['hardened', 'auth-1'],
    ['cellular', 'auth-eu-1'],
  ])('%s: to a foreign client, %s conforms in', (architecture, auth) => {
    let stack: Stack | undefined
    let target = nowhere

    beforeAll(async () => {
      stack = await startStack({ runtime, architecture: architectureOf(architecture) })
      const { users, password, clients } = await createDemoAccounts(stack)
      const { id = '', secret = '' } = clients.find(({ app }) => app === 'messenger-api') ?? {}
      target = {
        ...nowhere,
        baseUrl: stack.control[auth] ?? '',
        service: { id: 'feed', secret: stack.clientSecrets.feed ?? '' },
        system: { ...nowhere.system, id, secret },
        user: { username: users.find(({ app }) => app === 'feed')?.username ?? '', password },
      }
    })
    afterAll(() => stack?.stop())

    test.each(names)('%s', async name => {
      const check = conformanceChecks(target).find(each => each.name === name)
      if (!check) throw new Error(`no check "${name}"`)
      await check.run()
    })
  })
})
