/** What holds of every answer to bad input, and how answers are held against what was to be answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answered, BadInputWorld, Sent } from './bad-input-stack.ts'

/** Of a stack trace, and of where the program lies. */
const insides = /^\s+at .+[:(]|node:internal|node_modules|file:\/\/|\/services\/|\.[jt]s:\d+/m
const failures = [500, 502, 504]

/** What is wrong with an answer whatever it answers; undefined if nothing is. */
export function indecency({ status, headers, text }: Answered): string | undefined {
  if (failures.includes(status)) return `status ${status}`
  const [inside] = insides.exec(text) ?? []
  if (inside !== undefined) return `it shows ${inside}`
  return 'x-injected' in headers ? 'a header was injected' : undefined
}

const atATime = 6

/** What was not answered as it should be, in words. */
export async function misses(
  { send }: Pick<BadInputWorld, 'send'>,
  all: readonly { to: string; name: string; expected: readonly number[]; sent: Sent }[],
): Promise<string[]> {
  const wrong: string[] = []
  const left = [...all]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { to, name, expected, sent } = next
      const answer = await patiently(() => send(to, sent))
      const why = indecency(answer)
      if (why === undefined && expected.includes(answer.status)) continue
      const said = why ?? answer.text.slice(0, 120)
      wrong.push(`${to}: ${name}: ${answer.status}, not ${expected.join(' or ')}; ${said}`)
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  return wrong
}

const patienceMs = 300

/** Asks again, twice, where nobody knows: on a busy machine that is an answer too, but not the one looked for. */
async function patiently(ask: () => Promise<Answered>): Promise<Answered> {
  for (let left = 2; left > 0; left -= 1) {
    const answer = await ask()
    if (answer.status !== 503) return answer
    await sleep(patienceMs)
  }
  return ask()
}
