/** A fetch for probes. The built-in one replaces the `host` header by the address, and edges go by the name. */
import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true })
const answerBytesMax = 1024 * 1024

/** GET only, headers as a plain object, with `signal`; the answer comes with its whole body. */
export const hostFetch: typeof fetch = (url, { headers, signal } = {}) =>
  new Promise((resolve, reject) => {
    const options = { agent, headers: headers as Record<string, string>, ...(signal ? { signal } : {}) }
    const asked = request(String(url), options, async answer => {
      try {
        const chunks: Buffer[] = []
        let length = 0
        for await (const chunk of answer as AsyncIterable<Buffer>) {
          length += chunk.length
          if (length > answerBytesMax) throw new Error(`the answer is longer than ${answerBytesMax} bytes`)
          chunks.push(chunk)
        }
        const status = answer.statusCode ?? 0
        resolve(new Response(length > 0 ? Buffer.concat(chunks) : null, { status }))
      } catch (error) {
        reject(error)
      }
    })
    asked.on('error', reject)
    asked.end()
  })
