/** What the edge itself says where no app does: a small page for a browser, JSON for everybody else. */

const answers = {
  bad_request: { status: 400, title: 'Bad request', text: 'This request makes no sense.' },
  no_such_app: { status: 404, title: 'Not found', text: 'There is no app at this address.' },
  request_timeout: { status: 408, title: 'Too slow', text: 'The request did not arrive in time.' },
  payload_too_large: { status: 413, title: 'Too large', text: 'This is more than can be taken in one go.' },
  not_implemented: { status: 501, title: 'Not supported', text: 'This way of asking is not supported here.' },
  bad_gateway: {
    status: 502,
    title: 'Something went wrong',
    text: 'The app cannot be reached right now. You have not been signed out. Please try again in a moment.',
  },
  overloaded: {
    status: 503,
    title: 'Very busy',
    text: 'The app is very busy right now. You have not been signed out. Please try again in a moment.',
  },
  gateway_timeout: {
    status: 504,
    title: 'Something went wrong',
    text: 'The app took too long to answer. You have not been signed out. Please try again in a moment.',
  },
} as const

export type OwnError = keyof typeof answers

const css = `:root{color-scheme:light dark;--ink:#16181d;--paper:#fff;--edge:#d5d9e0;--accent:#475569}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaee;--paper:#14161b;--edge:#363b46;--accent:#94a3b8}}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
main{max-width:36rem;margin:12vh auto 0;padding:1rem}
p{border:1px solid var(--edge);border-left:.4rem solid var(--accent);border-radius:.5rem;padding:.75rem 1rem}`

/** The pages name nothing that came with the request, so that nothing of it can be made to speak. */
const pages = Object.fromEntries(
  Object.entries(answers).map(([error, { title, text }]) => [
    error,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${css}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p role="alert" data-notice="error">${text}</p>
</main>
</body>
</html>
`,
  ]),
)

export function ownAnswer(request: Request, error: OwnError): Response {
  const { status } = answers[error]
  const asPage = request.headers.get('accept')?.includes('text/html') ?? false
  const body = asPage ? pages[error] : JSON.stringify({ error })
  return new Response(request.method === 'HEAD' ? null : body, {
    status,
    headers: {
      'content-type': asPage ? 'text/html; charset=UTF-8' : 'application/json',
      'cache-control': 'no-store',
      vary: 'accept',
      ...(asPage ? { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'" } : {}),
      ...(status === 503 ? { 'retry-after': '1' } : {}),
    },
  })
}
