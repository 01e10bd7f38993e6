import { html } from 'hono/html'
import { handles } from '../pages/handles.ts'
import { avatar, composerForm, icon } from '../pages/parts.ts'
import { at, numberOf, type Pool, perVariant, some } from '../pages/variants.ts'
import type { Composer, Html, Role, Visit } from '../role.ts'

interface Chat {
  name: string
  last: string
  at: string
  unread: number
}

const names: Pool<string> = [
  'Stairwell 4',
  'Five-a-side',
  'Ridge on Sunday',
  'Kitchen rota',
  'Book swap',
  'School run',
  ...handles.map(handle => `@${handle}` as const),
]
const lines: Pool<string> = [
  'Bins are out',
  'Who has the ball?',
  'Bring a jacket, it turns at four',
  'Soup is on the stove',
  'Ten minutes late, start without me',
  'Same place, same bench',
  'Your turn on Friday',
  'The lift works again!',
  'Page 212. I said nothing.',
  'Can someone let the cat in?',
  'Got milk',
]

const clock = (variant: number, index: number) =>
  `${String(17 - index).padStart(2, '0')}:${String(numberOf(`minute ${variant} ${index}`, 0, 59)).padStart(2, '0')}`

const chatsIn = (variant: number): Chat[] =>
  some(names, variant, 7).map((name, index) => ({
    name,
    last: at(lines, variant * 5 + index),
    at: clock(variant, index),
    unread: index === 1 || index === 3 ? numberOf(`unread ${variant} ${index}`, 1, 9) : 0,
  }))
const chatsOf = perVariant(chatsIn)

const composer: Composer = {
  label: 'Message',
  placeholder: 'Type a message',
  button: 'Send',
  doing: 'Sending',
  lines: 1,
}

const ticks = (label: string) => icon('<path d="m1 13 4 4L14 7m-4 9 1.5 1.5L22 7"/>', label)

const list = perVariant(
  variant =>
    html`<nav class="list" aria-labelledby="chats"><h2 id="chats">Chats</h2><ul role="list">${chatsIn(
      variant,
    ).map(
      ({ name, last, at: time, unread }, index) =>
        html`<li${index === 0 ? html` class="open" aria-current="true"` : ''}>${avatar(name.replace('@', ''))}
<div><p class="line"><b>${name}</b><span class="quiet">${time}</span></p>
<p class="line"><span class="quiet">${last}</span>${unread > 0 ? html`<span class="badge">${unread}<span class="hidden"> unread</span></span>` : ''}</p></div></li>`,
    )}</ul></nav>`,
)

const opened = perVariant(variant => {
  const [chat] = chatsIn(variant)
  if (!chat) return html``
  const said = (index: number) => at(lines, variant * 5 + 6 + index)
  return html`<header>${avatar(chat.name.replace('@', ''))}<div><h1>${chat.name}</h1><p class="quiet">Messages come from your phone</p></div></header>
<ol role="list" class="log">
<li class="day">Today</li>
<li><p>${said(0)}</p><span class="time">${clock(variant, 3)}</span></li>
<li class="mine"><p>${said(1)}</p><span class="time">${clock(variant, 2)}${ticks('Read')}</span></li>
<li><p>${said(2)}</p><span class="time">${clock(variant, 1)}</span></li>
<li><p>${chat.last}</p><span class="time">${chat.at}</span></li>`
})

function page({ username, readOnly, own }: Visit): Html {
  return html`<div class="panel">
<p class="linked">${icon('<rect x="3" y="5" width="13" height="10" rx="1"/><path d="M6 19h7"/><rect x="17" y="9" width="5" height="10" rx="1"/>')}<span><b>Linked device.</b> This browser is linked to your phone, which keeps your chats.</span></p>
${list(username)}
<section class="chat-open" aria-label="Open chat">${opened(username)}${own
    .toReversed()
    .map(
      text => html`<li class="mine"><p>${text}</p><span class="time">Just now${ticks('Sent')}</span></li>`,
    )}</ol>
${composerForm(composer, readOnly)}</section>
</div>`
}

const styles = `.home.chat .bar{padding-bottom:4.5rem}
.home.chat main{margin:-3.75rem auto 0;max-width:78rem;padding:0 1rem}
.home.chat .banner{margin:0 0 .75rem}
.panel{display:grid;background:var(--card);border:1px solid var(--edge);border-radius:.5rem;overflow:hidden}
.linked{display:flex;gap:.75rem;align-items:center;padding:.625rem 1rem;font-size:.875rem;color:var(--on-tint);background:var(--tint)}
.list h2{padding:1rem 1rem .5rem;font-size:1.125rem}
.list li{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.75rem;align-items:center;padding:.625rem 1rem;border-left:4px solid transparent}
.list li+li>div{border-top:1px solid var(--edge);margin-top:-.625rem;padding-top:.625rem}
.list .open{border-left-color:var(--accent);background:var(--paper)}
.line{display:flex;gap:.75rem;justify-content:space-between;align-items:baseline}
.line .quiet:first-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.badge{min-width:1.375rem;padding:0 .375rem;border-radius:.75rem;font-size:.75rem;line-height:1.375rem;font-weight:700;text-align:center;color:var(--on-accent);background:var(--accent)}
.chat-open{display:flex;flex-direction:column;border-top:.5rem solid var(--edge)}
.chat-open header{display:flex;gap:.75rem;align-items:center;padding:.75rem 1rem;border-bottom:1px solid var(--edge)}
.chat-open h1{font-size:1.0625rem}
.log{flex:1;display:flex;flex-direction:column;gap:.375rem;padding:1.25rem clamp(.75rem,4vw,3rem);background:var(--paper)}
.log li{max-width:80%;align-self:flex-start;padding:.375rem .625rem .25rem;background:var(--card);border-radius:0 .5rem .5rem;border:1px solid var(--edge)}
.log .mine{align-self:flex-end;border-radius:.5rem 0 .5rem .5rem;color:var(--on-tint);background:var(--tint);border-color:transparent}
.log .day{align-self:center;border-radius:.5rem;padding:.125rem .75rem;font-size:.8125rem;color:var(--quiet);margin:0 0 .5rem}
.time{display:flex;gap:.25rem;justify-content:flex-end;align-items:center;font-size:.75rem;color:var(--quiet)}
.mine .time{color:var(--on-tint)}
.time .icon{width:1rem;height:1rem}
.chat .composer{padding:.75rem 1rem;border-top:1px solid var(--edge)}
.chat .composer label{font-size:.875rem}
@media (min-width:52rem){.panel{grid-template-columns:minmax(17rem,24rem) minmax(0,1fr);grid-template-rows:auto 1fr;min-height:40rem}.linked{grid-column:1/-1}.chat-open{border-top:0;border-left:1px solid var(--edge)}}
`

export const chat: Role = {
  name: 'chat',
  title: 'Chat',
  surfaces: ['web', 'mobile'],
  phone: 'device',
  web: {
    tagline: 'Link this browser to the phone in your pocket.',
    palette: {
      light: {
        paper: '#f3f0ea',
        ink: '#14201d',
        quiet: '#52605c',
        card: '#ffffff',
        edge: '#e1ddd4',
        line: '#77837f',
        link: '#0b6b57',
        accent: '#0b6b57',
        'on-accent': '#ffffff',
        tint: '#d8f3dc',
        'on-tint': '#12351f',
        bar: '#0b5d4d',
        'on-bar': '#ffffff',
      },
      dark: {
        paper: '#0b1210',
        ink: '#e4ece9',
        quiet: '#9fb0aa',
        card: '#14201d',
        edge: '#26352f',
        line: '#738680',
        link: '#6fd6b6',
        accent: '#0f7a63',
        'on-accent': '#ffffff',
        tint: '#0f4638',
        'on-tint': '#dff7ee',
        bar: '#0f2a24',
        'on-bar': '#e4f5ef',
      },
    },
    mark: '<path d="M12 3a9 9 0 0 0-7.8 13.5L3 21l4.6-1.2A9 9 0 1 0 12 3z"/><path d="M8.5 12h7"/>',
    footer: 'One account for Feed, Messenger, Photos, Chat and Ads.',
    composer,
    styles,
    page,
  },
  content: ({ username }) => ({ chats: chatsOf(username) }),
}
