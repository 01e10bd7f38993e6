import type { Hono } from 'hono'

/** Counts the requests that come in from now on, but for operators' and health checks; gives how many there were. */
export function countRequests(app: Hono): () => number {
  let count = 0
  app.use((context, next) => {
    const { path } = context.req
    if (path !== '/healthz' && !path.startsWith('/admin/')) count += 1
    return next()
  })
  return () => count
}

/** Adds the operator's look at the count. */
export function addRequestCount(app: Hono, requests: () => number): void {
  app.get('/admin/requests', context => context.json({ requests: requests() }))
}
