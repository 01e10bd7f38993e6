import type { Role } from '../role.ts'

/** The API through which businesses write to their customers' phones. */
export const businessApi: Role = {
  name: 'business-api',
  title: 'Business API',
  surfaces: ['api'],
  content: () => ({}),
}
