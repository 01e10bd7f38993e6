import type { Result, Told } from '../outcome/history.ts'
import type { HttpResult } from './http.ts'

/** What a client makes of one thing it set out to do. */
export interface Seen {
  result: Result
  told?: Told
}

export interface Account {
  username: string
  password: string
}

/** One device or browser of one user: holds at most one credential. */
export interface Client {
  /** Whether it holds a credential. */
  readonly signedIn: boolean
  signIn(): Promise<Seen>
  /** Looks at the app's content; the surface may clear its credential on the way. */
  browse(): Promise<Seen>
  /** Renews the credential in the background, where the surface has such a thing. */
  refresh?(): Promise<Seen>
  signOut(): Promise<Seen>
  /** What an operator names to revoke the session. */
  credentialToRevoke(): string | undefined
  /** Asks with the credential it holds and keeps it whatever comes back. True if it was served. */
  probe(): Promise<boolean>
}

/** An answer's failure as the crowd records it. */
export function failureOf(result: Exclude<HttpResult, { kind: 'answer' }>): Seen {
  return { result: result.kind }
}
