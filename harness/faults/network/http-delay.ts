import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { httpParams, httpProblems, injectHttp, shareOrEvery } from './http.ts'

/** Some requests reach the service late, others on the same connections do not. What waits when it ends goes on at once. */
export const httpDelay = defineFault({
  kind: 'http-delay',
  layer: 'network',
  summary: 'Requests on a link reach the service late',
  params: z
    .strictObject({
      ...httpParams,
      /** How late, ms. */
      delayMs: z.number().int().min(1).max(600_000),
    })
    .refine(shareOrEvery, 'give share or every, not both'),
  needs: ['http-toxics'],
  target: ({ link }) => link,
  problems: (params, topology) => httpProblems(params, topology),
  inject: ({ delayMs, ...on }, stack) => injectHttp('http-delay', stack, on, { delay: delayMs }),
})
