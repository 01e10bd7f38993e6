import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { httpParams, httpProblems, injectHttp, shareOrEvery } from './http.ts'

/** The service has done its work, but the connection ends in the middle of its answer. */
export const httpCut = defineFault({
  kind: 'http-cut',
  layer: 'network',
  summary: 'Connections on a link end in the middle of an answer',
  params: z
    .strictObject({
      ...httpParams,
      /** So many bytes of the body come through. An answer that has no more than that is not touched. */
      afterBytes: z.number().int().min(0).max(1_000_000_000).default(0),
      /** `reset` as by a dying peer; `close` as by one that stops in good order too early. */
      how: z.enum(['close', 'reset']).default('reset'),
    })
    .refine(shareOrEvery, 'give share or every, not both'),
  connections: 'cut',
  needs: ['http-toxics'],
  target: ({ link }) => link,
  problems: (params, topology) => httpProblems(params, topology),
  inject: ({ afterBytes, how, ...on }, stack) =>
    injectHttp('http-cut', stack, on, { cut: { afterBytes, how } }),
})
