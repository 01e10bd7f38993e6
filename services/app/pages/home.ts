/** The main page, and the same page served while nobody can say whether its session is still good. */
import { html } from 'hono/html'
import type { Html, Role, Visit } from '../role.ts'
import { layout, siteOf } from './layout.ts'
import { icon } from './parts.ts'

export function homePage(role: Role, visit: Visit): Html {
  const site = siteOf(role)
  return layout(
    site,
    { title: 'Home', kind: 'home', username: visit.username },
    html`${visit.readOnly ? readOnlyBanner(site.web.composer.doing) : ''}${site.web.page(visit)}`,
  )
}

function readOnlyBanner(doing: string): Html {
  return html`<div class="banner" role="status" data-notice="read-only">
${icon('<path d="M12 3 2 20h20z"/><path d="M12 10v4m0 3v.01"/>')}
<p><strong>Read-only for the moment</strong>
You are still signed in. A part of our service is not answering, so what you see may be a little old, and ${doing.toLowerCase()} is switched off.
<a href="/">Check again</a></p>
</div>`
}
