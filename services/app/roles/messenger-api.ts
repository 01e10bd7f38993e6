import type { Role } from '../role.ts'

/** The API through which programs answer for a business. */
export const messengerApi: Role = {
  name: 'messenger-api',
  title: 'Messenger API',
  surfaces: ['api'],
  content: () => ({}),
}
