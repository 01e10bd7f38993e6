import { html, raw } from 'hono/html'
import { composerForm } from '../pages/parts.ts'
import { numberOf, type Pool, perVariant, some } from '../pages/variants.ts'
import type { Composer, Html, Role, Visit } from '../role.ts'

interface Campaign {
  name: string
  status: 'Running' | 'Paused'
  budget: number
  spend: number
  impressions: number
  clicks: number
}

const names: Pool<string> = [
  'Spring catalogue',
  'Weekend market',
  'New in town',
  'Bicycles, second hand',
  'Evening classes',
  'Back to the allotment',
  'Rain jackets',
]

const campaignsIn = (variant: number): Campaign[] =>
  some(names, variant, 5).map((name, index) => {
    const key = `${variant} ${index}`
    const budget = numberOf(`budget ${key}`, 3, 24) * 100
    return {
      name,
      status: index === 3 ? 'Paused' : 'Running',
      budget,
      spend: Math.round((budget * numberOf(`spent ${key}`, 35, 96)) / 100),
      impressions: numberOf(`seen ${key}`, 9_000, 240_000),
      clicks: numberOf(`clicks ${key}`, 120, 3_900),
    }
  })
const campaignsOf = perVariant(campaignsIn)

const composer: Composer = {
  label: 'Name of the campaign',
  placeholder: 'For example: Summer sale',
  button: 'Save draft',
  doing: 'Saving drafts',
  lines: 1,
}

const whole = new Intl.NumberFormat('en')
const money = (amount: number) => `$${whole.format(amount)}`
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const tiles = perVariant(variant => {
  const campaigns = campaignsIn(variant)
  const clicks = sum(campaigns.map(campaign => campaign.clicks))
  const impressions = sum(campaigns.map(campaign => campaign.impressions))
  const spend = sum(campaigns.map(campaign => campaign.spend))
  const facts = [
    ['Spend, 14 days', money(spend)],
    ['Impressions', whole.format(impressions)],
    ['Clicks', whole.format(clicks)],
    ['Cost per click', `$${(spend / clicks).toFixed(2)}`],
  ]
  return html`<dl class="tiles">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
})

const dayCount = 14

/** Spend by day, as an area; the words beside it say what it shows. */
const chart = perVariant(variant => {
  const days = Array.from(
    { length: dayCount },
    (_, day) => numberOf(`day ${variant} ${day}`, 40, 130) + day * 4,
  )
  const top = Math.ceil(Math.max(...days) / 50) * 50
  const points = days.map(
    (spend, day) => `${((day / (dayCount - 1)) * 100).toFixed(2)} ${(100 - (spend / top) * 100).toFixed(2)}`,
  )
  const line = `M${points.join('L')}`
  return html`<figure class="chart" aria-labelledby="spend">
<figcaption><h2 id="spend">Spend by day</h2><p class="quiet">From ${money(days[0] ?? 0)} to ${money(days.at(-1) ?? 0)} a day; highest ${money(Math.max(...days))}.</p></figcaption>
<div class="plot"><div class="scale quiet" aria-hidden="true"><span>${money(top)}</span><span>${money(top / 2)}</span><span>$0</span></div>
<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${raw(`<path class="rule" d="M0 0h100M0 50h100M0 100h100"/><path class="area" d="${line}V100H0z"/><path class="trend" d="${line}"/>`)}</svg></div>
<p class="days quiet" aria-hidden="true"><span>14 days ago</span><span>7 days ago</span><span>Yesterday</span></p>
</figure>`
})

/** A status in its word and in a shape of its own; on narrow pages it stands under the campaign's name. */
const stateOf = (status: Campaign['status'] | 'Draft', where = ''): Html =>
  html`<span class="state ${status.toLowerCase()} ${where}">${status}</span>`

const rows = perVariant(
  variant =>
    html`${campaignsIn(variant).map(
      ({ name, status, budget, spend, impressions, clicks }) =>
        html`<tr><th scope="row">${name}${stateOf(status, 'narrow-only')}</th><td class="wide-only">${stateOf(status)}</td><td class="wide-only">${money(budget)}</td><td>${money(spend)}</td><td class="wide-only">${whole.format(impressions)}</td><td>${whole.format(clicks)}</td></tr>`,
    )}`,
)

function page({ username, readOnly, own }: Visit): Html {
  return html`<div class="board">
<div><h1 id="overview">Account overview</h1><p class="quiet">@${username}, all campaigns, the last 14 days</p></div>
${tiles(username)}
${chart(username)}
<section class="box" aria-labelledby="campaigns"><h2 id="campaigns">Campaigns</h2>
<table><caption class="hidden">Campaigns with their status, budget and results</caption>
<thead><tr><th scope="col">Campaign</th><th scope="col" class="wide-only">Status</th><th scope="col" class="wide-only">Budget</th><th scope="col">Spend</th><th scope="col" class="wide-only">Impressions</th><th scope="col">Clicks</th></tr></thead>
<tbody>${own.map(
    text =>
      html`<tr><th scope="row">${text}${stateOf('Draft', 'narrow-only')}</th><td class="wide-only">${stateOf('Draft')}</td><td class="wide-only">None yet</td><td>$0</td><td class="wide-only">0</td><td>0</td></tr>`,
  )}${rows(username)}</tbody></table></section>
<section class="box" aria-labelledby="draft"><h2 id="draft">New campaign</h2>${composerForm(composer, readOnly)}</section>
</div>`
}

const styles = `.board{display:grid;gap:1.25rem;max-width:72rem;padding:1.5rem 1.25rem}
.board>*{min-width:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1rem}
.tiles div,.chart,.box{padding:1rem 1.25rem;background:var(--card);border:1px solid var(--edge);border-radius:.5rem}
.tiles dt{font-size:.875rem;color:var(--quiet)}
.tiles dd{font-size:1.5rem;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums}
.chart figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;margin:0 0 1rem}
.plot{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.75rem}
.plot svg{width:100%;height:11rem;overflow:visible}
.scale{display:flex;flex-direction:column;justify-content:space-between;text-align:right;margin:-.65rem 0;font-variant-numeric:tabular-nums}
.rule,.trend{fill:none;vector-effect:non-scaling-stroke}
.rule{stroke:var(--edge)}
.area{fill:var(--tint)}
.trend{stroke:var(--link);stroke-width:2;stroke-linejoin:round}
.days{display:flex;justify-content:space-between;gap:.5rem;padding:.5rem 0 0 3.25rem}
.box h2{margin:0 0 .75rem}
table{width:100%;border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums}
th,td{padding:.625rem .5rem;text-align:right;border-top:1px solid var(--edge)}
th:first-child{text-align:left;padding-left:0}
td:last-child,th:last-child{padding-right:0}
td:nth-child(2),th:nth-child(2){text-align:left}
thead th{border:0;padding-top:0;font-size:.8125rem;font-weight:600;color:var(--quiet)}
tbody th{font-weight:600}
.state{display:flex;align-items:center;gap:.5rem;font-weight:400}
.narrow-only{display:none}
td,thead th,.days span{white-space:nowrap}
.state::before{content:"";width:.625rem;height:.625rem;border-radius:50%;border:2px solid var(--link)}
.running::before{background:var(--link)}
.paused::before{border-radius:0;border-width:0 2px}
.draft::before{border-style:dashed}
.ads .brand{font-weight:700}
.ads button,.ads .button,.ads input{border-radius:.375rem}
.home.ads .banner{margin:1.25rem 1.25rem 0;max-width:69.5rem;border-radius:.5rem}
@media (max-width:40rem){.wide-only{display:none}.narrow-only{display:flex}.days span:nth-child(2){display:none}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:.75rem}.tiles div{padding:.75rem 1rem}.tiles dd{font-size:1.25rem}.chart,.box{padding:1rem}}
@media (min-width:60rem){
body.home.ads{display:grid;grid-template-columns:13.5rem minmax(0,1fr);grid-template-rows:1fr auto}
.home.ads .bar{grid-row:1/3;position:sticky;top:0;height:100vh;flex-direction:column;flex-wrap:nowrap;align-items:flex-start;padding:1.5rem 1.25rem}
.home.ads{background-image:linear-gradient(to right,var(--bar) 13.5rem,transparent 0)}
.home.ads .sections{flex-direction:column;flex:1;gap:.25rem;padding:1rem 0 0}
.home.ads .account{display:grid;gap:.75rem;justify-items:start}
.board{padding:2rem}.home.ads .banner{margin:2rem 2rem 0}
}
`

export const ads: Role = {
  name: 'ads',
  title: 'Ads',
  surfaces: ['web'],
  web: {
    tagline: 'Campaigns, spend and results in one place.',
    palette: {
      light: {
        paper: '#f5f6f7',
        ink: '#1a1d23',
        quiet: '#575d68',
        card: '#ffffff',
        edge: '#dfe2e7',
        line: '#7b818c',
        link: '#9a4a06',
        accent: '#a34f08',
        'on-accent': '#ffffff',
        tint: '#fdebd8',
        'on-tint': '#6b3203',
        bar: '#20252e',
        'on-bar': '#ffffff',
      },
      dark: {
        paper: '#111317',
        ink: '#e7e9ed',
        quiet: '#a3a9b4',
        card: '#191c22',
        edge: '#2d323b',
        line: '#7a818d',
        link: '#f5b26b',
        accent: '#b45a0c',
        'on-accent': '#ffffff',
        tint: '#3a2610',
        'on-tint': '#ffdfbb',
        bar: '#0b0d10',
        'on-bar': '#e7e9ed',
      },
    },
    mark: '<path d="M4 20V10m6 10V4m6 16v-7m5 7H3"/>',
    sections: [
      { label: 'Overview', id: 'overview' },
      { label: 'Spend', id: 'spend' },
      { label: 'Campaigns', id: 'campaigns' },
      { label: 'New campaign', id: 'draft' },
    ],
    footer: 'One account for Feed, Messenger, Photos, Chat and Ads.',
    composer,
    styles,
    page,
  },
  content: ({ username }) => ({ campaigns: campaignsOf(username) }),
}
