import { checkHttp, type HttpAttributes, httpFields } from '../http/attributes.ts'
import type { ToxicType } from '../stage.ts'

/**
 * Acts on HTTP/1.x requests and their answers, one by one: delays, answers, alters or cuts those that match. It works
 * in both directions at once, between the client and the other toxics, whichever `stream` it was given: see
 * ../http/filter.ts. On the stream itself it does nothing.
 */
export const http: ToxicType<HttpAttributes> = {
  type: 'http',
  goName: 'HttpToxic',
  attributes: httpFields,
  strict: true,
  check: checkHttp,
  start: context => ({
    write: chunk => context.pass(chunk),
    end: () => context.end(),
    release: () => {},
  }),
}
