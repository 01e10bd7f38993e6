import { z } from 'zod'
import { changeableName, fieldValue } from '../../proxy/http/attributes.ts'
import { defineFault } from '../fault.ts'
import { httpParams, httpProblems, injectHttp, shareOrEvery } from './http.ts'

const forms = ['malformed-json', 'html', 'empty', 'wrong-content-type', 'dropped-header'] as const

/**
 * The service does its work, and its answer comes with its own status, but not as its caller expects: cut in the middle
 * (`malformed-json`, complete as a message), as a gateway's page (`html`), `empty`, under a `wrong-content-type`, or
 * without a header that belongs to it (`dropped-header`).
 */
export const httpBody = defineFault({
  kind: 'http-body',
  layer: 'network',
  summary: 'Answers on a link come back malformed, empty, or as something else',
  params: z
    .strictObject({
      ...httpParams,
      form: z.enum(forms),
      /** Of `wrong-content-type`. */
      contentType: fieldValue.optional(),
      /** Of `dropped-header`: its name. */
      header: changeableName.optional(),
    })
    .refine(shareOrEvery, 'give share or every, not both')
    .refine(({ form, header }) => (form === 'dropped-header') === (header !== undefined), {
      path: ['header'],
      message: 'belongs to the form "dropped-header", and that needs it',
    })
    .refine(({ form, contentType }) => contentType === undefined || form === 'wrong-content-type', {
      path: ['contentType'],
      message: 'belongs to the form "wrong-content-type"',
    }),
  needs: ['http-toxics'],
  target: ({ link }) => link,
  problems: (params, topology) => httpProblems(params, topology),
  inject: ({ form, contentType = 'text/html', header, ...on }, stack) => {
    const alter =
      form === 'wrong-content-type'
        ? { contentType }
        : form === 'dropped-header'
          ? { dropHeaders: [header] }
          : { body: form }
    return injectHttp('http-body', stack, on, { alter })
  },
})
