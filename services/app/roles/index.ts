import type { Role } from '../role.ts'
import { ads } from './ads.ts'
import { businessApi } from './business-api.ts'
import { chat } from './chat.ts'
import { feed } from './feed.ts'
import { messenger } from './messenger.ts'
import { messengerApi } from './messenger-api.ts'
import { photos } from './photos.ts'
import { rival } from './rival.ts'

const all = [feed, messenger, photos, chat, ads, messengerApi, businessApi, rival]

/** Every role that the app program can play, by its name. */
export const roles: Readonly<Record<string, Role>> = Object.fromEntries(all.map(role => [role.name, role]))
