/** What the status page is about. */
import { z } from 'zod'

export const surfaces = ['web', 'mobile', 'api'] as const
export type Surface = (typeof surfaces)[number]

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, 40 at most')

export const productsSchema = z
  .array(
    z.object({ app: name, title: z.string().min(1).max(60), surfaces: z.array(z.enum(surfaces)).min(1) }),
  )
  .min(1)
  .refine(products => new Set(products.map(({ app }) => app)).size === products.length, 'an app stands twice')
export type Product = z.output<typeof productsSchema>[number]

/** The family around the shared auth. */
export const familyProducts: readonly Product[] = [
  { app: 'feed', title: 'Feed', surfaces: ['web', 'mobile'] },
  { app: 'messenger', title: 'Messenger', surfaces: ['web', 'mobile'] },
  { app: 'photos', title: 'Photos', surfaces: ['web', 'mobile'] },
  { app: 'chat', title: 'Chat', surfaces: ['web', 'mobile'] },
  { app: 'ads', title: 'Ads', surfaces: ['web'] },
  { app: 'messenger-api', title: 'Messenger API', surfaces: ['api'] },
  { app: 'business-api', title: 'Business API', surfaces: ['api'] },
]

/** Region -> base address of its edge, from links by instance name: `edge-us` stands in `us`. Others are left out. */
export function edgesIn(links: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(links).flatMap(([instance, address]) => {
      const region = /^edge-([a-z][a-z0-9-]{0,15})$/.exec(instance)?.[1]
      return region === undefined ? [] : [[region, address.replace(/\/+$/, '')]]
    }),
  )
}
