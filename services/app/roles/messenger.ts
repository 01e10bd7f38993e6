import { html } from 'hono/html'
import { handles } from '../pages/handles.ts'
import { avatar, composerForm } from '../pages/parts.ts'
import { at, numberOf, type Pool, perVariant, some } from '../pages/variants.ts'
import type { Composer, Html, Role, Visit } from '../role.ts'

interface Thread {
  with: string
  snippet: string
  when: string
  unread: number
}

const snippets: Pool<string> = [
  'I left the ladder by the gate, take it whenever.',
  'Seven works. Shall I bring the small pan or the big one?',
  'That is the third train today. I am walking.',
  'Did you see the heron on the roof?',
  'Thank you for the plums. The jar is yours when it is empty.',
  'The key is with the people downstairs.',
  'No hurry, Thursday is fine as well.',
  'It rained on exactly one side of the street.',
  'Can you water the tomatoes until Sunday?',
  'Found your scarf. It was in the piano.',
  'We are in the back, by the window.',
]
const times: Pool<string> = ['2 min', '14 min', '1 h', '3 h', 'Yesterday', 'Tuesday', 'Monday']

const threadsIn = (variant: number): Thread[] =>
  some(snippets, variant, 7).map((snippet, index) => ({
    with: at(handles, variant * 5 + index),
    snippet,
    when: at(times, index),
    unread: index < 2 ? numberOf(`unread ${variant} ${index}`, 1, 4) : 0,
  }))
const threadsOf = perVariant(threadsIn)

const composer: Composer = {
  label: 'Your reply',
  placeholder: 'Write a reply',
  button: 'Reply',
  doing: 'Replying',
  lines: 1,
}

const row = ({ with: other, snippet, when, unread }: Thread): Html =>
  html`<li class="thread${unread > 0 ? ' unread' : ''}">${avatar(other)}
<div class="about"><h3>@${other}</h3><p>${snippet}</p></div>
<div class="when"><span class="quiet">${when}</span>${unread > 0 ? html`<span class="badge">${unread} new</span>` : ''}</div></li>`

const inbox = perVariant(variant => {
  const threads = threadsIn(variant)
  const unread = threads.filter(thread => thread.unread > 0)
  return html`<section class="inbox" aria-labelledby="inbox">
<h1 id="inbox">Inbox</h1><p class="quiet">${unread.length} conversations with something new</p>
<h2>Unread</h2><ul role="list">${unread.map(row)}</ul>
<h2>Earlier</h2><ul role="list">${threads.filter(thread => thread.unread === 0).map(row)}</ul>
</section>`
})

const conversation = perVariant(variant => {
  const thread = threadsIn(variant)[0]
  if (!thread) return html``
  return html`<header>${avatar(thread.with)}<div><h2>@${thread.with}</h2><p class="quiet">Answers within the hour, most days</p></div></header>
<ol role="list" class="bubbles">
<li><p>${at(snippets, variant * 5 + 8)}</p><span class="quiet">@${thread.with}, yesterday</span></li>
<li class="mine"><p>${at(snippets, variant * 5 + 9)}</p><span class="quiet">You, yesterday</span></li>
<li><p>${thread.snippet}</p><span class="quiet">@${thread.with}, ${thread.when} ago</span></li>`
})

function page({ username, readOnly, own }: Visit): Html {
  return html`<div class="desk">
${inbox(username)}
<section class="talk" aria-label="Latest conversation">${conversation(username)}${own
    .toReversed()
    .map(text => html`<li class="mine"><p>${text}</p><span class="quiet">You, just now</span></li>`)}</ol>
${composerForm(composer, readOnly)}</section>
</div>`
}

const styles = `.desk{display:grid;gap:1.5rem;max-width:70rem;margin:0 auto;padding:1.5rem 1.25rem}
.inbox h2{margin:1.5rem 0 .375rem;font-size:.8125rem;letter-spacing:.04em;color:var(--quiet)}
.inbox ul{display:grid;gap:.125rem;margin:0 -.75rem}
.thread{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:.875rem;align-items:center;padding:.75rem;border-radius:.875rem}
.thread h3{font-weight:500;line-height:1.3}
.thread p{color:var(--quiet);font-size:.9375rem;line-height:1.4}
.unread{background:var(--tint)}
.unread h3{font-weight:800}
.unread h3,.unread p,.unread .quiet{color:var(--on-tint)}
.when{display:grid;gap:.25rem;justify-items:end}
.badge{padding:.0625rem .5rem;border-radius:1rem;font-size:.8125rem;font-weight:700;color:var(--on-accent);background:var(--accent)}
.talk{display:flex;flex-direction:column;gap:1.25rem;padding:1.25rem;background:var(--card);border:1px solid var(--edge);border-radius:1.25rem}
.talk header{display:flex;gap:.75rem;align-items:center;padding:0 0 1rem;border-bottom:1px solid var(--edge)}
.talk h2{line-height:1.2}
.bubbles{display:grid;gap:1rem;align-content:start;flex:1}
.bubbles li{display:grid;gap:.25rem;justify-items:start;max-width:85%}
.bubbles p{padding:.625rem 1rem;border:1px solid var(--edge);border-radius:1.25rem 1.25rem 1.25rem .25rem}
.bubbles .mine{justify-items:end;margin-left:auto}
.bubbles .mine p{border-color:transparent;border-radius:1.25rem 1.25rem .25rem;color:var(--on-tint);background:var(--tint)}
.messenger .composer{padding:1rem 0 0;border-top:1px solid var(--edge)}
.messenger .composer input,.messenger .composer button{border-radius:2rem}
.home.messenger .banner{max-width:67.5rem;margin:1.25rem auto -.25rem}
@media (max-width:70rem){.home.messenger .banner{margin:1.25rem 1.25rem -.25rem}}
@media (min-width:56rem){.desk{grid-template-columns:minmax(0,6fr) minmax(0,5fr);gap:3rem;padding:2rem 1.25rem}.talk{align-self:start;min-height:34rem}}
`

export const messenger: Role = {
  name: 'messenger',
  title: 'Messenger',
  surfaces: ['web', 'mobile'],
  phone: 'introspection',
  web: {
    tagline: 'Letters, only faster.',
    palette: {
      light: {
        paper: '#fdfcff',
        ink: '#1c1626',
        quiet: '#5d566b',
        card: '#ffffff',
        edge: '#e4deee',
        line: '#83798f',
        link: '#6d28d9',
        accent: '#6d28d9',
        'on-accent': '#ffffff',
        tint: '#f0e8ff',
        'on-tint': '#3f1a7a',
        bar: '#4c1d95',
        'on-bar': '#ffffff',
      },
      dark: {
        paper: '#14101d',
        ink: '#ece7f5',
        quiet: '#aca3bd',
        card: '#1b1527',
        edge: '#332a45',
        line: '#857a98',
        link: '#c4a8ff',
        accent: '#7c3aed',
        'on-accent': '#ffffff',
        tint: '#2e2150',
        'on-tint': '#e6d9ff',
        bar: '#2b1a4e',
        'on-bar': '#f3ecff',
      },
    },
    mark: '<path d="M4 5h16v11H9l-5 4z"/><path d="m8 12 3-3 2 2 3-3"/>',
    footer: 'One account for Feed, Messenger, Photos, Chat and Ads.',
    composer,
    styles,
    page,
  },
  content: ({ username }) => ({ threads: threadsOf(username) }),
}
