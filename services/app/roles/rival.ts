import { html } from 'hono/html'
import { handles } from '../pages/handles.ts'
import { composerForm } from '../pages/parts.ts'
import { at, numberOf, type Pool, perVariant, some } from '../pages/variants.ts'
import type { Composer, Html, Role, Visit } from '../role.ts'

interface Short {
  author: string
  text: string
  minutesAgo: number
  replies: number
  repeats: number
}

const texts: Pool<string> = [
  'Is it just me, or is everything else down?',
  'Today in small victories: the drawer closes.',
  'Hot take: soup is a drink.',
  'The bus driver waited. Gold medal.',
  'I have opinions on fonts and nobody to stop me.',
  'Unpopular: the second season was better.',
  'Seen from the train: one goat, standing on another goat.',
  'My plant has a new leaf and a better attitude than I do.',
  'Every map of my childhood was upside down and I was fine.',
  'Refresh. Refresh. Refresh. Ah.',
  'If you can read this, you are also up too late.',
]
const topics: Pool<string> = ['Everything down', 'Goat on goat', 'Soup debate', 'Night trains', 'New leaf']

const shortsIn = (variant: number): Short[] =>
  some(texts, variant, 7).map((text, index) => ({
    author: at(handles, variant * 5 + index + 3),
    text,
    minutesAgo: 1 + index * 6 + numberOf(`ago ${variant} ${index}`, 0, 5),
    replies: numberOf(`replies ${variant} ${index}`, 2, 412),
    repeats: numberOf(`repeats ${variant} ${index}`, 2, 95),
  }))
const shortsOf = perVariant(shortsIn)

const composer: Composer = {
  label: 'Say it shortly',
  placeholder: 'What is going on?',
  button: 'Say it',
  doing: 'Posting',
  lines: 2,
}

const stream = perVariant(
  variant =>
    html`${shortsIn(variant).map(
      ({ author, text, minutesAgo, replies, repeats }) =>
        html`<li><article><h2>@${author} <span class="quiet">${minutesAgo} min</span></h2><p>${text}</p><p class="quiet">${replies} replies · ${repeats} repeats</p></article></li>`,
    )}`,
)

const trends = perVariant(
  variant =>
    html`<aside aria-labelledby="trends"><h2 id="trends">Talked about now</h2><ol role="list">${some(
      topics,
      variant,
      4,
    ).map(
      topic =>
        html`<li><b>${topic}</b><br><span class="quiet">${numberOf(`${topic} ${variant}`, 12, 980)} in the last hour</span></li>`,
    )}</ol></aside>`,
)

function page({ username, readOnly, own }: Visit): Html {
  return html`<div class="strip"><h1 id="now">Right now</h1>
${composerForm(composer, readOnly)}
<ol role="list">${own.map(
    text =>
      html`<li><article><h2>@${username} <span class="quiet">now</span></h2><p>${text}</p></article></li>`,
  )}${stream(username)}</ol></div>
${trends(username)}`
}

const styles = `.home.rival main{display:grid}
.strip h1{padding:1rem 1.25rem;font-size:1.25rem;border-bottom:1px solid var(--edge)}
.strip .composer{padding:1rem 1.25rem;border-bottom:1px solid var(--edge)}
.strip .composer .row{display:grid;grid-template-columns:minmax(0,1fr);justify-items:end}
.strip .composer textarea{justify-self:stretch}
.strip article{padding:1rem 1.25rem;border-bottom:1px solid var(--edge)}
.strip h2{display:flex;flex-wrap:wrap;gap:0 .5rem;align-items:baseline}
.strip article p{font-size:1.125rem;line-height:1.45}
.strip article .quiet{font-size:.875rem;font-weight:400}
.strip article p.quiet{margin:.375rem 0 0}
.rival button,.rival .button{border-radius:2rem}
.rival .brand{font-weight:900;font-size:1.25rem}
.rival .sheet,.rival input,.rival textarea{border-radius:0}
.home.rival aside{padding:1rem 1.25rem}
.home.rival aside h2{font-size:1.125rem;margin:0 0 .5rem}
.home.rival aside li{padding:.5rem 0}
.home.rival .banner{grid-column:1/-1;margin:1rem}
@media (min-width:60rem){
body.home.rival{display:grid;grid-template-columns:14rem minmax(0,56rem);grid-template-rows:1fr auto;justify-content:center}
.home.rival .bar{position:sticky;top:0;height:100vh;flex-direction:column;flex-wrap:nowrap;align-items:flex-start;padding:1.25rem;grid-row:1/3}
.home.rival .brand{font-size:1.75rem}.home.rival .brand .icon{width:2rem;height:2rem}
.home.rival .sections{flex-direction:column;flex:1;gap:.25rem;font-size:1.125rem}
.home.rival .account{display:grid;gap:.75rem;justify-items:start}
.home.rival main{grid-template-columns:minmax(0,38rem) minmax(0,18rem);align-content:start;border-left:1px solid var(--edge)}
.strip{border-right:1px solid var(--edge)}
.home.rival .foot{border-left:1px solid var(--edge)}
}
`

/** Another company's app, with an auth of its own: the control group. */
export const rival: Role = {
  name: 'rival',
  title: 'Rival',
  surfaces: ['web'],
  web: {
    tagline: 'Say it shortly.',
    palette: {
      light: {
        paper: '#ffffff',
        ink: '#0c0c0d',
        quiet: '#57575c',
        card: '#ffffff',
        edge: '#dcdce0',
        line: '#7d7d84',
        link: '#0f766e',
        accent: '#111113',
        'on-accent': '#ffffff',
        tint: '#e6f4f2',
        'on-tint': '#0b4f4a',
        bar: '#ffffff',
        'on-bar': '#0c0c0d',
      },
      dark: {
        paper: '#000000',
        ink: '#ececee',
        quiet: '#a0a0a8',
        card: '#0b0b0c',
        edge: '#2c2c30',
        line: '#7c7c84',
        link: '#5cc9bd',
        accent: '#ececee',
        'on-accent': '#0c0c0d',
        tint: '#10302d',
        'on-tint': '#c7efe9',
        bar: '#000000',
        'on-bar': '#ececee',
      },
    },
    mark: '<circle cx="12" cy="12" r="9"/><path d="M6 18 18 6"/>',
    sections: [
      { label: 'Right now', id: 'now' },
      { label: 'Talked about', id: 'trends' },
    ],
    footer: 'Rival. An account of its own, no relation to anyone.',
    composer,
    styles,
    page,
  },
  content: ({ username }) => ({ posts: shortsOf(username) }),
}
