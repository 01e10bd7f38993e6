import { html } from 'hono/html'
import { handles } from '../pages/handles.ts'
import { avatar, composerForm } from '../pages/parts.ts'
import { type Scene, scene } from '../pages/scenes.ts'
import { at, numberOf, type Pool, perVariant, some } from '../pages/variants.ts'
import type { Composer, Html, Role, Visit } from '../role.ts'

interface Photo {
  caption: string
  likes: number
  scene: Scene
}

const captions: Pool<string> = [
  'Before anyone was up',
  'The long way home',
  'Two minutes of sun',
  'Third try, still wind',
  'Same place, a year on',
  'Worth the wet shoes',
  'Last one on the roll',
  'From the window seat',
  'It was louder than it looks',
  'Nobody about',
  'A slow Sunday',
]
const remarks: Pool<string> = [
  'That light!',
  'I know that bench.',
  'How early was this?',
  'More of these, please.',
  'Now I want to go there.',
]

/** The newest, and a grid that comes out even in two columns as in three. */
const pictureCount = 7

const photosIn = (variant: number): Photo[] =>
  some(captions, variant, pictureCount).map((caption, index) => ({
    caption,
    likes: numberOf(`photo ${variant} ${index}`, 8, 940),
    scene: scene(`${variant}/${index}`),
  }))
/** What the phone gets; it draws the pictures itself. */
const contentOf = perVariant(variant => ({
  photos: photosIn(variant).map(({ caption, likes, scene: { alt } }) => ({ caption, likes, alt })),
}))

const composer: Composer = {
  label: 'Comment on this picture',
  placeholder: 'Say something kind',
  button: 'Comment',
  doing: 'Commenting',
  lines: 1,
}

const newest = perVariant(variant => {
  const [photo] = photosIn(variant)
  return photo
    ? html`<figure class="newest">${photo.scene.picture}<figcaption><b>${photo.caption}</b><span class="quiet">${photo.likes} likes</span></figcaption></figure>`
    : html``
})

const comments = perVariant(
  variant =>
    html`${[0, 1, 2].map(
      index =>
        html`<li>${avatar(at(handles, variant * 5 + index))}<p><b>@${at(handles, variant * 5 + index)}</b> ${at(remarks, variant * 5 + index)}</p></li>`,
    )}`,
)

const grid = perVariant(
  variant =>
    html`<ul role="list" class="grid">${photosIn(variant)
      .slice(1)
      .map(
        ({ caption, likes, scene: { picture } }) =>
          html`<li><figure>${picture}<figcaption>${caption}<span class="quiet">${likes} likes</span></figcaption></figure></li>`,
      )}</ul>`,
)

const counts = perVariant(
  variant =>
    html`<dl class="counts"><div><dt>Pictures</dt><dd>${pictureCount}</dd></div><div><dt>Followers</dt><dd>${numberOf(`followers ${variant}`, 80, 2400)}</dd></div><div><dt>Following</dt><dd>${numberOf(`following ${variant}`, 40, 380)}</dd></div></dl>`,
)

function page({ username, readOnly, own }: Visit): Html {
  return html`<div class="album">
<header class="profile">${avatar(username)}<div><h1>@${username}</h1>${counts(username)}</div></header>
<section class="latest" aria-label="Newest picture">${newest(username)}
<div class="talk"><h2>Comments</h2><ul role="list">${comments(username)}${own
    .toReversed()
    .map(
      text => html`<li>${avatar(username)}<p><b>@${username}</b> ${text}</p></li>`,
    )}</ul>${composerForm(composer, readOnly)}</div></section>
<h2 class="all">All pictures</h2>
${grid(username)}
</div>`
}

const styles = `.photos .bar{justify-content:center;text-align:center;border-bottom:1px solid var(--edge);padding:1rem 1.25rem}
.photos .account{justify-content:center}
.photos .brand{font:italic 700 1.5rem/1.2 Georgia,"Times New Roman","Liberation Serif",serif;color:var(--link)}
.photos .hero .name{font-family:Georgia,"Times New Roman","Liberation Serif",serif;font-style:italic}
.album,.home.photos .banner{max-width:58rem;margin:0 auto;padding:1.5rem 1.25rem}
.home.photos .banner{padding:.875rem 1rem;margin:1.25rem auto 0}
@media (max-width:60rem){.home.photos .banner{margin:1.25rem 1.25rem 0}}
.profile{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:center;justify-content:center;padding:0 0 2rem}
.profile .avatar{width:5.5rem;height:5.5rem;font-size:1.75rem;box-shadow:0 0 0 3px var(--paper),0 0 0 6px var(--accent)}
.counts{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:.5rem 0 0}
.counts div{display:flex;flex-direction:row-reverse;gap:.375rem}
.counts dt{color:var(--quiet)}
.counts dd{font-weight:700}
.picture{display:block;width:100%;aspect-ratio:1;border-radius:.25rem}
.latest{display:grid;gap:1.25rem;padding:0 0 2rem;border-bottom:1px solid var(--edge)}
.latest .picture{aspect-ratio:4/3}
.latest figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;align-items:baseline;padding:.75rem 0 0}
.latest .talk{display:flex;flex-direction:column;gap:.875rem}
.latest ul{display:grid;gap:.75rem;flex:1;align-content:start}
.latest li{display:flex;gap:.75rem;align-items:start}
.latest li p{padding-top:.25rem;min-width:0}
.latest li .avatar{width:2rem;height:2rem;font-size:.6875rem}
.all{padding:1.5rem 0 .75rem}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1.25rem .75rem}
.grid figcaption{padding:.375rem 0 0;font-size:.9375rem;line-height:1.35}
.grid .quiet{display:block}
@media (min-width:44rem){.grid{grid-template-columns:repeat(3,minmax(0,1fr));gap:1.75rem 1.25rem}.latest{grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:2rem}.profile{justify-content:flex-start}}
@media (min-width:60rem){.photos .bar{display:grid;grid-template-columns:1fr auto 1fr}.photos .brand{grid-column:2}.photos .account{justify-content:flex-end}}
`

export const photos: Role = {
  name: 'photos',
  title: 'Photos',
  surfaces: ['web', 'mobile'],
  phone: 'signature',
  web: {
    tagline: 'What you saw, for those who were not there.',
    palette: {
      light: {
        paper: '#ffffff',
        ink: '#1d1719',
        quiet: '#655b5f',
        card: '#ffffff',
        edge: '#e9e3e5',
        line: '#85797d',
        link: '#be185d',
        accent: '#be185d',
        'on-accent': '#ffffff',
        tint: '#fde8f0',
        'on-tint': '#831843',
        bar: '#ffffff',
        'on-bar': '#1d1719',
      },
      dark: {
        paper: '#110d0f',
        ink: '#f0e9eb',
        quiet: '#b3a7ab',
        card: '#1a1416',
        edge: '#33292d',
        line: '#887b80',
        link: '#ff9cc2',
        accent: '#c21f63',
        'on-accent': '#ffffff',
        tint: '#45132a',
        'on-tint': '#ffd6e5',
        bar: '#110d0f',
        'on-bar': '#f0e9eb',
      },
    },
    mark: '<rect x="3" y="5" width="18" height="15" rx="4"/><circle cx="12" cy="12.5" r="4"/><path d="M17 8.5v.01"/>',
    footer: 'One account for Feed, Messenger, Photos, Chat and Ads.',
    composer,
    styles,
    page,
  },
  content: ({ username }) => contentOf(username),
}
