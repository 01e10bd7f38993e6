import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startWire } from './wire.ts'

const numRuns = 400
const word = fc.stringMatching(/^[a-z0-9]{1,8}$/)
/** Bodies that look like messages, too. */
const content = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.constantFrom('GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', '\r\n', '0\r\n\r\n'),
)

interface Message {
  head: string
  body: string
}

const sized = content.map((body): Message => ({ head: `Content-Length: ${body.length}\r\n`, body }))
const chunked = fc
  .record({
    parts: fc.array(
      content.filter(part => part.length > 0),
      { maxLength: 4 },
    ),
    extension: fc.constantFrom('', ';a=b', ';q="x y"'),
    upper: fc.boolean(),
    trailer: fc.constantFrom('', 'X-Sum: 1\r\n', 'A: b\r\nC: d\r\n'),
  })
  .map(({ parts, extension, upper, trailer }): Message => {
    const size = (part: string) =>
      upper ? part.length.toString(16).toUpperCase() : `0${part.length.toString(16)}`
    const chunks = parts.map(part => `${size(part)}${extension}\r\n${part}\r\n`)
    return {
      head: 'Transfer-Encoding: chunked\r\n',
      body: `${chunks.join('')}0${extension}\r\n${trailer}\r\n`,
    }
  })
const bodiless = fc.constant<Message>({ head: '', body: '' })
const fields = fc
  .array(fc.tuple(word, fc.stringMatching(/^[!-~ ]{0,20}$/)), { maxLength: 4 })
  .map(pairs => pairs.map(([name, value]) => `X-${name}: ${value}\r\n`).join(''))

const exchange = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'DELETE'),
    path: word,
    request: fc.oneof(bodiless, sized, chunked),
    answer: fc.oneof(sized, chunked),
    status: fc.constantFrom(200, 200, 404, 503, 204, 304),
    interim: fc.constantFrom(
      '',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n',
    ),
    fields,
  })
  .map(({ method, path, request, answer, status, interim, fields }) => {
    const silent = method === 'HEAD' || status === 204 || status === 304
    const head = status === 204 ? '' : answer.head
    return {
      request: `${method} /${path}?q HTTP/1.1\r\n${fields}${request.head}\r\n${request.body}`,
      answer: `${interim}HTTP/1.1 ${status} Any Reason\r\n${head}${fields}\r\n${silent ? '' : answer.body}`,
    }
  })

/** How a conversation ends: nothing more, an answer that ends with the connection, or no HTTP any more. */
const ending = fc.constantFrom(
  { request: '', answer: '' },
  { request: 'GET /last HTTP/1.1\r\n\r\n', answer: 'HTTP/1.1 200 OK\r\n\r\nup to the end' },
  { request: 'GET /last HTTP/1.0\r\n\r\n', answer: 'HTTP/1.0 200 OK\r\n\r\n\u0000\r\n' },
  {
    request: 'GET /up HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nfree\n\n',
    answer: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\u0000as\n\nit is',
  },
  {
    request: 'CONNECT host:1 HTTP/1.1\r\n\r\nGET /never HTTP/1.1\r\n\r\n',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno such length',
  },
)

/** Sizes of the reads, and which end is read from next. */
const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), {
  minLength: 1,
  maxLength: 60,
})

type Wire = ReturnType<typeof startWire>
type Exchanges = readonly { request: string; answer: string }[]

/**
 * Says everything at both ends in reads of these sizes; the server answers a request once it has all of it, and the
 * client waits for that before it asks again, unless it pipelines. `between` runs now and then.
 */
function converse(
  wire: Wire,
  exchanges: Exchanges,
  sizes: readonly (readonly [number, boolean])[],
  { pipelines, between = () => {} }: { pipelines: boolean; between?: () => void },
): void {
  const { requests, answers } = textOf(exchanges)
  let [asked, answered] = [0, 0]
  // How much either end may have said by now.
  const askable = () => {
    if (pipelines) return requests.length
    const count = exchanges.findIndex((_, at) => answered < textOf(exchanges.slice(0, at + 1)).answers.length)
    return count < 0 ? requests.length : textOf(exchanges.slice(0, count + 1)).requests.length
  }
  const answerable = () => {
    const heard = wire.toServer.text.length
    const complete = exchanges.filter(({ request }, at) => {
      return heard >= textOf(exchanges.slice(0, at)).requests.length + neededOf(request)
    })
    return textOf(complete).answers.length
  }
  for (let turn = 0, idle = 0; idle < 2; turn += 1) {
    const [size, server] = sizes[turn % sizes.length] ?? [1, true]
    const answer = server || idle > 0 ? answers.slice(answered, Math.min(answered + size, answerable())) : ''
    const request = answer === '' ? requests.slice(asked, Math.min(asked + size, askable())) : ''
    if (answer !== '') wire.toClient.send(answer)
    else if (request !== '') wire.send(request)
    answered += answer.length
    asked += request.length
    idle = answer === '' && request === '' ? idle + 1 : 0
    if (turn % 7 === 6) between()
  }
}

function hangUp(wire: Wire): void {
  wire.toServer.end()
  wire.toClient.end()
}

/** How much of a request the server needs: what follows an upgrade is no part of it. */
function neededOf(request: string): number {
  const free = request.startsWith('GET /up ') || request.startsWith('CONNECT')
  return free ? request.indexOf('\r\n\r\n') + 4 : request.length
}

function textOf(exchanges: Exchanges): { requests: string; answers: string } {
  return {
    requests: exchanges.map(({ request }) => request).join(''),
    answers: exchanges.map(({ answer }) => answer).join(''),
  }
}

const conversation = fc.tuple(fc.array(exchange, { maxLength: 6 }), ending, cuts, fc.boolean())

test('valid messages come out as they went in, however they are cut into reads', () => {
  const property = fc.property(conversation, ([exchanges, last, sizes, pipelines]) => {
    const wire = startWire()
    wire.add({ match: { path: '/nobody/asks' }, answer: { status: 500 } })
    const all = [...exchanges, last]
    converse(wire, all, sizes, { pipelines })
    hangUp(wire)
    const { requests, answers } = textOf(all)
    expect(wire.toServer.text).toBe(requests)
    expect(wire.toClient.text).toBe(answers)
    expect([wire.toServer.ended, wire.toClient.ended]).toEqual([true, true])
    expect(wire.faults).toEqual([])
    expect(wire.counters.unparsed).toBe(0)
  })
  fc.assert(property, { numRuns })
})

test('nothing is lost or held while toxics come and go; of a client that pipelines, when they have gone', () => {
  const property = fc.property(conversation, ([exchanges, last, sizes, pipelines]) => {
    const wire = startWire()
    let toxic: ReturnType<typeof wire.add> | undefined
    const between = () => {
      if (toxic !== undefined) wire.remove(toxic)
      toxic = toxic === undefined ? wire.add({ match: { path: '/nobody/asks' }, delay: 1 }) : undefined
    }
    const all = [...exchanges, last]
    converse(wire, all, sizes, { pipelines, between })
    if (pipelines && toxic !== undefined) wire.remove(toxic)
    const { requests, answers } = textOf(all)
    expect(wire.toServer.text).toBe(requests)
    if (!pipelines) expect(wire.toClient.text).toBe(answers)
    expect(answers.startsWith(wire.toClient.text)).toBe(true)
    hangUp(wire)
    expect([wire.toServer.ended, wire.toClient.ended]).toEqual([true, true])
    expect(wire.faults).toEqual([])
  })
  fc.assert(property, { numRuns })
})

const scrap = fc.oneof(
  content,
  exchange.map(({ request }) => request),
  exchange.map(({ answer }) => answer),
  fc.constantFrom(
    '\n',
    ' ',
    ':',
    'HTTP/1.1',
    'HTTP/1.1 200',
    'GET ',
    'Content-Length: ',
    'Transfer-Encoding: chunked\r\n',
  ),
  fc.constantFrom(
    'fffffffffffff\r\n',
    'fffffffffffffff\r\n',
    'Content-Length: 999999999999999\r\n\r\n',
    '101',
    '-1',
  ),
)
const said = fc.array(fc.tuple(fc.boolean(), scrap), { maxLength: 25 })

test('whatever either end says, what passes is never changed, and what upstream says all passes', () => {
  const property = fc.property(said, all => {
    const wire = startWire()
    wire.add({ match: { path: '/nobody/asks' }, answer: { status: 500 } })
    let [requests, answers] = ['', '']
    for (const [client, text] of all) {
      if (client) requests += text
      else answers += text
      if (client) wire.send(text)
      else wire.toClient.send(text)
    }
    wire.toServer.end()
    wire.toClient.end()
    expect(requests.startsWith(wire.toServer.text)).toBe(true)
    expect(wire.toClient.text).toBe(answers)
    expect(wire.faults).toEqual([])
  })
  fc.assert(property, { numRuns: 3 * numRuns })
})

const effects = fc.constantFrom(
  { answer: { status: 503, body: 'no', contentType: 'text/plain' } },
  { answer: { status: 204 }, cut: { afterBytes: 0, how: 'close' } },
  { alter: { body: 'malformed-json' } },
  { alter: { body: 'html', status: 204 } },
  { alter: { body: { text: 'x' }, status: 500 }, cut: { afterBytes: 0, how: 'reset' } },
  { alter: { setHeaders: { 'X-A': 'b' } }, share: 0.5 },
  { cut: { afterBytes: 5, how: 'close' } },
  { delay: 5 },
)

test('whatever either end says, no toxic fails on it', () => {
  const property = fc.property(said, fc.array(effects, { minLength: 1, maxLength: 3 }), (all, toxics) => {
    const wire = startWire()
    for (const [index, toxic] of toxics.entries()) wire.add(toxic, `${index}`)
    for (const [client, text] of all) {
      if (client) wire.send(text)
      else wire.toClient.send(text)
    }
    wire.toServer.end()
    wire.toClient.end()
    wire.destroy()
    expect(wire.faults).toEqual([])
  })
  fc.assert(property, { numRuns: 3 * numRuns })
})

test('answers that are altered keep the others in step', () => {
  const property = fc.property(conversation, ([exchanges, , sizes, pipelines]) => {
    const wire = startWire()
    wire.add({ every: 2, alter: { setHeaders: { 'X-Altered': '1' } } })
    converse(wire, exchanges, sizes, { pipelines })
    expect(wire.toServer.text).toBe(textOf(exchanges).requests)
    const altered = exchanges.map(({ answer }, index) => {
      if (index % 2 === 0) return answer
      const final = answer.startsWith('HTTP/1.1 1') ? answer.indexOf('\r\n\r\n') + 4 : 0
      const end = answer.indexOf('\r\n\r\n', final) + 2
      // A head that is written anew has one space after each colon, and none at the end of a line.
      const head = answer.slice(final, end).replace(/:[ \t]*(.*?)[ \t]*\r\n/g, ': $1\r\n')
      return `${answer.slice(0, final)}${head}X-Altered: 1\r\n${answer.slice(end)}`
    })
    expect(wire.toClient.text).toBe(altered.join(''))
    expect(wire.faults).toEqual([])
  })
  fc.assert(property, { numRuns })
})
