import { expect, test } from 'vitest'
import { startHttp } from './support.ts'

const answer = { status: 503 }

test.each([
  [{}, 'it needs one or more of delay (ms, over 0), answer, alter and cut'],
  [{ delay: 0 }, 'it needs one or more of'],
  [{ delay: -1 }, 'HttpToxic.attributes.delay: Too small'],
  [{ delay: '5' }, 'HttpToxic.attributes.delay'],
  [{ answer, share: 1.1 }, 'HttpToxic.attributes.share: Too big'],
  [{ answer, every: 1.5 }, 'HttpToxic.attributes.every'],
  [{ answer, limit: 0 }, 'HttpToxic.attributes.limit'],
  [{ answer, delayMs: 5 }, 'has no attribute "delayMs"; it has match, share, '],
  [{ answer: {} }, 'HttpToxic.attributes.answer.status'],
  [{ answer: { status: 101 } }, 'HttpToxic.attributes.answer.status'],
  [{ answer: { status: 204, body: 'x' } }, 'an answer of this status has none'],
  [{ answer: { status: 503, text: 'x' } }, 'text'],
  [{ answer: { status: 503, headers: { 'Content-Length': '5' } } }, 'cannot be changed'],
  [{ answer: { status: 503, headers: { 'a b': '5' } } }, 'not a header name'],
  [{ answer: { status: 503, headers: { a: 'b\r\nc: d' } } }, 'characters that a header may not have'],
  [{ answer: { status: 503, contentType: 'a\nb' } }, 'characters that a header may not have'],
  [{ answer, alter: { status: 500 } }, 'give one of them'],
  [{ alter: {} }, 'changes nothing'],
  [{ alter: { body: 'xml' } }, 'must be "malformed-json", "html", "empty" or { "text": … }'],
  [{ alter: { dropHeaders: ['Transfer-Encoding'] } }, 'cannot be changed'],
  [{ cut: { afterBytes: 5 } }, 'HttpToxic.attributes.cut.how'],
  [{ cut: { afterBytes: -5, how: 'close' } }, 'HttpToxic.attributes.cut.afterBytes'],
  [{ answer, match: { path: 'auth' } }, 'HttpToxic.attributes.match.path'],
  [{ answer, match: { path: '/a*' } }, '"*" stands for one whole part'],
  [{ answer, match: { path: '/**/a' } }, '"*" stands for one whole part'],
  [{ answer, match: { method: 'GET' } }, 'HttpToxic.attributes.match.method'],
  [{ answer, match: { method: [] } }, 'HttpToxic.attributes.match.method'],
  [{ answer, match: { header: { 'a b': '*' } } }, 'not a header name'],
  [{ answer, match: { user: 'feed' } }, 'user'],
])('refuses %j', async (attributes, problem) => {
  await using world = await startHttp()
  const reply = await world.proxy.ask('POST', '/proxies/p/toxics', { type: 'http', attributes })
  expect(reply.status).toBe(400)
  expect(JSON.parse(reply.body).error).toContain(problem)
  expect(await world.proxy.must('GET', '/proxies/p/toxics')).toEqual([])
})

test('answers with its attributes, in any stream, and takes changes one by one', async () => {
  await using world = await startHttp()
  const attributes = { match: { method: ['GET'], header: { 'X-A': '*' } }, delay: 5 }
  const made = await world.proxy.must('POST', '/proxies/p/toxics', {
    type: 'http',
    stream: 'upstream',
    attributes,
  })
  const full = { share: 1, every: 0, ...attributes }
  expect(made).toEqual({
    attributes: full,
    name: 'http_upstream',
    type: 'http',
    stream: 'upstream',
    toxicity: 1,
  })
  const change = { attributes: { answer } }
  const changed = await world.proxy.must('PATCH', '/proxies/p/toxics/http_upstream', change)
  expect(changed).toMatchObject({ attributes: { ...full, answer } })
  const wrong = await world.proxy.ask('PATCH', '/proxies/p/toxics/http_upstream', {
    attributes: { delay: -1 },
  })
  expect(wrong.status).toBe(400)
  expect(await world.proxy.must('GET', '/proxies/p/toxics')).toEqual([changed])
  expect((await world.client()('/', { headers: { 'x-a': '1' } })).status).toBe(503)
})
