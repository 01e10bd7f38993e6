import type { Log } from '../common/log.ts'
import type { Admission } from './admission.ts'
import type { AttemptLimits } from './attempt-limits.ts'
import type { Clients } from './clients.ts'
import type { AuthConfig } from './config.ts'
import type { KeyRotation } from './key-rotation.ts'
import type { Keyring } from './keyring.ts'
import type { RevocationFeed } from './revocation-feed.ts'
import type { Sessions } from './sessions.ts'
import type { AuthStore } from './store.ts'

/** What the routes of an auth are made of. Each takes the parts that it needs. */
export interface AuthParts {
  store: AuthStore
  config: () => AuthConfig
  keyring: Keyring
  keyRotation: KeyRotation
  sessions: Sessions
  clients: Clients
  attempts: AttemptLimits
  admission: Admission
  revocations: RevocationFeed
  /** Whether a request is the operator's. */
  isOperator: (request: Request) => boolean
  log: Log
}
