/** What an http toxic can be told, and how it is checked. */
import { z } from 'zod'
import { type Field, jsonField } from '../fields.ts'
import { isBodiless } from './body.ts'
import { isFieldName, isFieldValue } from './head.ts'

/** Fields that say where a message or a connection ends: changing those would confuse, not test. */
const framingFields = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const count = z.number().int().min(1).max(1e9)
const delayMs = z.number().min(0).max(600_000)
export const fieldValue = z.string().refine(isFieldValue, 'has characters that a header may not have')
/** The name of a header that may be dropped or set. */
export const changeableName = z.string().superRefine((name, context) => {
  refuse(nameProblem([name]) ?? framingProblem([name]), context)
})

/** Headers to be set. */
export const fields = z.record(z.string(), fieldValue).superRefine((given, context) => {
  refuse(nameProblem(Object.keys(given)) ?? framingProblem(Object.keys(given)), context)
})

const wantedFields = z.record(z.string(), z.string()).superRefine((given, context) => {
  refuse(nameProblem(Object.keys(given)), context)
})

const status = z.number().int().min(200).max(599)

export const match = z.strictObject({
  /** Any of these; without it: every method. */
  method: z
    .array(z.string().regex(/^[A-Za-z][A-Za-z-]{0,31}$/))
    .min(1)
    .optional(),
  /** Without the query, as sent: `*` stands for one part, `**` at the end for any rest. */
  path: z
    .string()
    .startsWith('/')
    .refine(isPathPattern, '"*" stands for one whole part and "**" for the rest, at the end')
    .optional(),
  /** All of these, `*` for any value. Names in any case. */
  header: wantedFields.optional(),
  /** The user of Basic credentials, form-decoded: by it the services say to auth who they are. */
  caller: z.string().min(1).optional(),
})

export const answer = z
  .strictObject({
    status,
    contentType: fieldValue.optional(),
    body: z.string().optional(),
    headers: fields.optional(),
  })
  .refine(given => !given.body || !isBodiless(given.status), {
    path: ['body'],
    message: 'an answer of this status has none',
  })

export const alter = z
  .strictObject({
    status: status.optional(),
    contentType: fieldValue.optional(),
    dropHeaders: z.array(changeableName).min(1).optional(),
    setHeaders: fields.optional(),
    /**
     * `malformed-json`: cut in the middle, but complete as a message; `html`: an error page as gateways give; `empty`;
     * or this text.
     */
    body: z
      .union([z.enum(['malformed-json', 'html', 'empty']), z.strictObject({ text: z.string() })], {
        error: 'must be "malformed-json", "html", "empty" or { "text": … }',
      })
      .optional(),
  })
  .refine(given => Object.keys(given).length > 0, 'changes nothing')

export const cut = z.strictObject({
  /** Of the answer's body, as the client gets it. */
  afterBytes: z.number().int().min(0).max(1e12),
  how: z.enum(['close', 'reset']),
})

export type Match = z.output<typeof match>
export type Answer = z.output<typeof answer>
export type Alter = z.output<typeof alter>
export type Cut = z.output<typeof cut>

export interface HttpAttributes {
  match: Match
  /** Share of the matching requests, 0 to 1, drawn for each. */
  share: number
  /** Every so many of the matching requests of the proxy: 3 is the third, the sixth, …; 0 and 1 are all. */
  every: number
  /** At most so many requests. */
  limit: number | undefined
  /** ms before a request is passed on, or answered here. */
  delay: number
  /** Given without asking upstream. */
  answer: Answer | undefined
  /** Done to upstream's answer. */
  alter: Alter | undefined
  /** Ends the connection in the middle of an answer's body. */
  cut: Cut | undefined
}

export const httpFields: { readonly [K in keyof HttpAttributes]: Field<HttpAttributes[K]> } = {
  match: jsonField(match, {}),
  share: jsonField(z.number().min(0).max(1), 1),
  every: jsonField(z.number().int().min(0).max(1e9), 0),
  limit: jsonField(count, undefined),
  delay: jsonField(delayMs, 0),
  answer: jsonField(answer, undefined),
  alter: jsonField(alter, undefined),
  cut: jsonField(cut, undefined),
}

/** What is wrong with attributes that are well-formed each by itself, or undefined. */
export function checkHttp({ delay, answer, alter, cut }: Readonly<HttpAttributes>): string | undefined {
  if (answer && alter)
    return 'answer does not ask upstream, so that alter has nothing to change: give one of them'
  if (delay > 0 || answer || alter || cut) return undefined
  return 'it needs one or more of delay (ms, over 0), answer, alter and cut'
}

function refuse(problem: string | undefined, context: z.RefinementCtx): void {
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
}

function nameProblem(names: readonly string[]): string | undefined {
  const wrong = names.find(name => !isFieldName(name))
  return wrong === undefined ? undefined : `"${wrong}" is not a header name`
}

function framingProblem(names: readonly string[]): string | undefined {
  const wrong = names.find(name => framingFields.has(name.toLowerCase()))
  return wrong === undefined
    ? undefined
    : `${wrong} cannot be changed: it says where the message or the connection ends`
}

function isPathPattern(path: string): boolean {
  const parts = path.split('/')
  return parts.every(
    (part, at) => !part.includes('*') || part === '*' || (part === '**' && at === parts.length - 1),
  )
}
