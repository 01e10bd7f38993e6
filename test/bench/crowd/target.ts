/** What both generators ask: a page of 1 KiB for whoever has a cookie, and a sign-in that gives one. Says its address. */
import { createServer } from 'node:http'

const page = Buffer.from(`<!doctype html>${'x'.repeat(1_009)}`)
let sessions = 0

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': page.length })
    response.end(page)
    return
  }
  request.resume()
  request.on('end', () => {
    response.writeHead(303, {
      location: '/',
      'set-cookie': `sid=${++sessions}; Path=/; HttpOnly`,
      'content-length': 0,
    })
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.send?.({ door: `http://127.0.0.1:${address.port}` })
})
process.once('disconnect', () => process.exit(0))
