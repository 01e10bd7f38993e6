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

/** The role that an app program is to play. Throws TypeError for one that there is not and that nobody has defined. */
export function roleOf({
  ROLE: name,
  DEFINITION: own,
}: {
  ROLE: string
  DEFINITION?: Definition | undefined
}): Role {
  const role = own ? defined(own) : roles[name]
  if (role) return role
  throw new TypeError(`ROLE: there is no role "${name}"; there are: ${Object.keys(roles).join(', ')}`)
}
