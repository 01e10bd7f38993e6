import type { Role } from '../role.ts'
import { ads } from './ads.ts'
import { businessApi } from './business-api.ts'
import { chat } from './chat.ts'
import { type Definition, defined } from './defined.ts'
import { feed } from './feed.ts'
import { messenger } from './messenger.ts'
import { messengerApi } from './messenger-api.ts'
import { photos } from './photos.ts'
import { rival } from './rival.ts'

const all = [feed, messenger, photos, chat, ads, messengerApi, businessApi, rival]

/** Every role that the app program can play, by its name. */
export const roles: Readonly<Record<string, Role>> = Object.fromEntries(all.map(role => [role.name, role]))

/** The role that an app program is to play: one that somebody has defined, or one of these; undefined if it is neither. */
export function roleOf({ ROLE: name, DEFINITION: own }: Wanted): Role | undefined {
  return own ? defined(own) : roles[name]
}

/** For an environment of which there is no role. */
export const noRole = { path: ['ROLE'], message: `no such role; there are: ${Object.keys(roles).join(', ')}` }

interface Wanted {
  ROLE: string
  DEFINITION?: Definition | undefined
}
