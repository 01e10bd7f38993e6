import type { Hono } from 'hono'
import { z } from 'zod'
import type { AuthParts } from './parts.ts'
import { jsonBody, rejection } from './requests.ts'

/** What shows a certificate. `install` throws TypeError for what is none, or has another's key. */
export interface CertificateHolder {
  install(pair: { certificate: string; key: string }): Date
}

const pem = z.string().min(1).max(20_000)
const pairSchema = z.object({ certificate: pem, key: pem })

/** Adds the renewal of this server's certificate, without a restart. For the operator only, as all below /admin. */
export function addCertificateRoutes(app: Hono, holder: CertificateHolder, log: AuthParts['log']): void {
  app.put('/admin/certificate', async context => {
    const pair = await jsonBody(context, pairSchema)
    const notAfter = installed(holder, pair).toISOString()
    log('certificate-installed', { notAfter })
    return context.json({ notAfter })
  })
}

function installed(holder: CertificateHolder, pair: z.output<typeof pairSchema>): Date {
  try {
    return holder.install(pair)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw rejection(400, 'invalid_request', { description: error.message })
  }
}
