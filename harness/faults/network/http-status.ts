import { z } from 'zod'
import { fields, fieldValue } from '../../proxy/http/attributes.ts'
import { defineFault } from '../fault.ts'
import { httpParams, httpProblems, injectHttp, shareOrEvery } from './http.ts'

/** Requests are answered on the way, as by a gateway that is overloaded or knows no backend; the service is not asked. */
export const httpStatus = defineFault({
  kind: 'http-status',
  layer: 'network',
  summary: 'Requests on a link are answered with a status, without the service',
  params: z
    .strictObject({
      ...httpParams,
      status: z.number().int().min(200).max(599),
      contentType: fieldValue.optional(),
      body: z.string().default(''),
      /** Such as `{ 'Retry-After': '3' }`. */
      headers: fields.default({}),
    })
    .refine(shareOrEvery, 'give share or every, not both')
    .refine(({ status, body }) => body === '' || (status !== 204 && status !== 304), {
      path: ['body'],
      message: 'an answer of this status has none',
    }),
  needs: ['http-toxics'],
  target: ({ link }) => link,
  problems: (params, topology) => httpProblems(params, topology),
  inject: ({ status, contentType, body, headers, ...on }, stack) =>
    injectHttp('http-status', stack, on, {
      answer: { status, body, headers, ...(contentType === undefined ? {} : { contentType }) },
    }),
})
