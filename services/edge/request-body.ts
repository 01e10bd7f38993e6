/** The body of a request, read whole, up to a limit in size and in time. */
export type BodyResult =
  | { kind: 'body'; bytes: ArrayBuffer | Uint8Array<ArrayBuffer> | null }
  | { kind: 'too-large' | 'too-slow' | 'broken' }

export async function readBody(
  request: Request,
  { limitBytes, timeoutMs }: { limitBytes: number; timeoutMs: number },
): Promise<BodyResult> {
  if (request.method === 'GET' || request.method === 'HEAD') return { kind: 'body', bytes: null }
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) > limitBytes) return { kind: 'too-large' }
  let timer: NodeJS.Timeout | undefined
  const tooSlow = new Promise<BodyResult>(resolve => {
    timer = setTimeout(() => resolve({ kind: 'too-slow' }), timeoutMs)
  })
  const body: Promise<BodyResult> = announced === null ? collect(request, limitBytes) : whole(request)
  try {
    return await Promise.race([body.catch((): BodyResult => ({ kind: 'broken' })), tooSlow])
  } finally {
    clearTimeout(timer)
  }
}

/** The server has checked that it is as long as announced. */
async function whole(request: Request): Promise<BodyResult> {
  return { kind: 'body', bytes: await request.arrayBuffer() }
}

/** Of a body whose length nobody announced, no more is kept than the limit allows. */
async function collect(request: Request, limitBytes: number): Promise<BodyResult> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > limitBytes) return { kind: 'too-large' }
    chunks.push(chunk)
  }
  return { kind: 'body', bytes: length === 0 ? null : Buffer.concat(chunks, length) }
}
