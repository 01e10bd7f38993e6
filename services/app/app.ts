/** One app of the family: one program, one role each. */
import { createBase } from '../common/app-base.ts'
import { createCaller } from '../common/caller.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { FetchHandler } from '../common/serve.ts'
import type { AppConfig } from './app-config.ts'
import { createAuthClient } from './auth-client.ts'
import { createGuard } from './guard.ts'
import { createMobile } from './mobile.ts'
import { errorPage } from './pages.ts'
import { RevocationList } from './revocations.ts'
import type { Role } from './role.ts'
import { SessionGrace } from './session-grace.ts'
import { TokenVerifier } from './token-verifier.ts'
import { createWeb } from './web.ts'

export interface AppWorld {
  role: Role
  fetch: typeof fetch
  /** Base address of auth. */
  authUrl: string
  config: () => AppConfig
  mitigations: Mitigations
  log: Log
}

export interface App extends FetchHandler {
  /** Begins the work that goes on between requests: reading the revocation list, where a mitigation needs it. */
  start(): void
  stop(): void
}

export function createApp({ role, fetch, authUrl, config, mitigations, log }: AppWorld): App {
  const caller = createCaller(authUrl, { fetch, log, mitigations })
  // A caller of its own: what goes on in the background must not open the breaker of what users wait for.
  const background = createCaller(authUrl, { fetch, log, mitigations })
  const auth = createAuthClient({ caller, config, mitigations, log })
  const revocations = new RevocationList(background, log)
  const verifier = new TokenVerifier({ caller: background, config, revocations, log })
  const grace = new SessionGrace()
  const guard = createGuard({ auth, grace, revocations, verifier, config, mitigations })

  const app = createBase(log)
  if (role.surfaces.includes('mobile')) app.route('/api', createMobile({ role, auth, guard }))
  if (role.surfaces.includes('web')) app.route('/', createWeb({ role, auth, guard }))
  app.onError((error, context) => {
    log('unhandled', { path: context.req.path, reason: error.message })
    return context.html(errorPage(role), 500)
  })

  const needsRevocations =
    mitigations.has('stale-session-grace') || mitigations.has('offline-token-validation')
  return {
    fetch: request => app.fetch(request),
    start: () => {
      if (needsRevocations) revocations.start()
    },
    stop: () => revocations.stop(),
  }
}
