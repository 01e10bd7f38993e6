/**
 * The fault proxy as a program. HOST (default 127.0.0.1) and PORT (default 8474, 0 lets the system choose) say
 * where its API listens; PROXY_METRICS=1, or the argument -proxy-metrics, adds /metrics to it.
 * Once it listens, stdout gets one line: {"event":"listening","port":8474}.
 * SIGTERM and SIGINT stop it with exit code 0; an API that cannot listen is exit code 1.
 */
import { createProxyServer } from './server.ts'

async function main(): Promise<void> {
  const host = process.env.HOST || '127.0.0.1'
  const port = process.env.PORT || '8474'
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${port}"`)
  }
  const metrics = process.env.PROXY_METRICS === '1' || process.argv.includes('-proxy-metrics')
  const server = await createProxyServer({ host, apiPort: Number(port), metrics })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => server.close().then(() => process.exit(0)))
  }
  console.log(JSON.stringify({ event: 'listening', port: server.apiPort }))
}

main().catch(error => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
