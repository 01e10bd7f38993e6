/**
 * A phone with a credential of its own, issued by the app itself and good for a long time: nothing to renew. It clears
 * it only on an explicit no.
 */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import {
  type Asked,
  type Cleared,
  type Client,
  type ClientWorld,
  contentSeen,
  failureOf,
  isServed,
  isTokenRefused,
  jsonOf,
  type Seen,
} from './client.ts'
import { PhoneDoor } from './phone-door.ts'

const grantSchema = z.object({ device_credential: z.string() })

export class DeviceClient implements Client {
  readonly #door: PhoneDoor
  #credential: string | undefined
  #cleared: Cleared | undefined

  readonly account: string

  constructor(world: ClientWorld) {
    this.account = world.account.username
    this.#door = new PhoneDoor(world)
  }

  get signedIn(): boolean {
    return this.#credential !== undefined
  }

  get credential(): string | undefined {
    return this.#credential
  }

  get cleared(): Cleared | undefined {
    return this.#cleared
  }

  signIn(): Promise<Seen> {
    return this.#door.signIn(answer => {
      const { success, data } = grantSchema.safeParse(jsonOf(answer))
      if (!success) return { result: 'error' }
      this.#credential = data.device_credential
      return { result: 'served' }
    })
  }

  async browse(): Promise<Seen> {
    return this.#door.shown(await this.#look(), this.signedIn)
  }

  async #look(): Promise<Seen> {
    const sent = this.#credential
    if (sent === undefined) return { result: 'signed-out' }
    const answer = await this.#door.content(sent)
    if (!isTokenRefused(answer)) return contentSeen(answer)
    // An answer speaks for the credential that it was asked with; its owner may have signed in again meanwhile.
    if (this.#credential === sent) {
      this.#credential = undefined
      this.#cleared = { trace: answer.trace }
    }
    return { result: 'signed-out' }
  }

  async signOut(): Promise<Seen> {
    const answer = await this.#unlink()
    if (answer.kind !== 'answer') return failureOf(answer)
    if (answer.status !== 204) return { result: 'error' }
    this.#credential = undefined
    return { result: 'served' }
  }

  /** Only the app can read its credential: the owner unlinks the phone at the app, from another device. */
  async revokeElsewhere(): Promise<void> {
    const answer = await this.#unlink()
    if (answer.kind === 'answer' && answer.status === 204) return
    throw new HarnessError(
      `a phone could not be unlinked: ${answer.kind === 'answer' ? answer.status : answer.reason}`,
    )
  }

  async probe(): Promise<boolean> {
    return isServed(await this.#door.content(this.#credential ?? ''))
  }

  #unlink(): Promise<Asked> {
    return this.#door.post('/api/sign-out', { device_credential: this.#credential ?? '' })
  }
}
