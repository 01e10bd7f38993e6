/* What goes on: apps, faults, mitigations, log. */

import { about, ask } from './connection.js'
import { byId, make } from './dom.js'

function sparkPath(values) {
  const points = values.map((value, n) => (value === null ? undefined : [n, 24 - 22 * value]))
  let path = ''
  for (const [n, point] of points.entries()) {
    if (point) path += `${points[n - 1] ? 'L' : 'M'}${point[0]} ${point[1].toFixed(1)}`
  }
  return path
}

const percent = share => `${Math.round(share * 100)} %`

function tile({ app, surface, goodput, perSecond, signedIn, forcedOut }, level) {
  const state = goodput === null ? 'unknown' : goodput > 0.95 ? 'well' : goodput > 0.3 ? 'harmed' : 'down'
  const words = { unknown: 'nobody asks', well: 'served', harmed: 'harmed', down: 'down' }[state]
  return make(
    'article',
    { class: 'tile', 'data-state': state, 'data-app': `${app} ${surface}` },
    make('h3', {}, app, make('span', {}, surface)),
    make('div', { class: 'share' }, goodput === null ? '–' : percent(goodput), ' '),
    make(
      'p',
      { class: 'quiet' },
      `${words} · ${signedIn} signed in${forcedOut > 0 ? ` · ${forcedOut} forced out` : ''}`,
    ),
    make(
      'svg',
      { viewBox: '0 0 59 26', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      make('path', { d: sparkPath(perSecond) }),
    ),
    level === undefined ? undefined : make('p', { class: 'quiet' }, `status page: ${level}`),
  )
}

const order = about.services.map(({ role }) => role)
const surfaceOrder = ['web', 'mobile', 'api']
const inOrder = (a, b) =>
  order.indexOf(a.app) - order.indexOf(b.app) ||
  surfaceOrder.indexOf(a.surface) - surfaceOrder.indexOf(b.surface)

export function drawApps({ apps, levels, crowd }) {
  byId('apps').replaceChildren(...apps.toSorted(inOrder).map(app => tile(app, levels[app.app])))
  const sum = key => apps.reduce((total, app) => total + app[key], 0)
  byId('totals').textContent =
    crowd === 'gone'
      ? 'the crowd has gone home: start again for another'
      : crowd === 'none'
        ? 'without a crowd'
        : `${sum('signedIn')} signed in, ${sum('forcedOut')} forced out so far`
}

export function drawFaults({ faults, playing }) {
  byId('faults').replaceChildren(
    ...faults.map(({ id, kind, target, params, sinceMs, evidence }) =>
      make(
        'li',
        { 'data-id': id },
        make('button', { onclick: () => ask('DELETE', `faults/${id}`) }, `Undo ${kind}`),
        make('b', {}, `${kind} at ${target}`),
        ` for ${Math.round(sinceMs / 1000)} s`,
        make('div', { class: 'quiet' }, JSON.stringify(params)),
        make(
          'div',
          {},
          evidence.length === 0 ? 'no evidence yet' : `${evidence[0].witness}: ${evidence[0].observed}`,
        ),
      ),
    ),
  )
  byId('playing').hidden = playing === undefined
  if (playing) byId('playing').textContent = `Playing ${playing.name}: ${playing.phase}`
  byId('stop').disabled = playing === undefined
}

export function drawMitigations({ mitigations, switching }) {
  const list = byId('mitigations')
  const key = JSON.stringify([mitigations, switching])
  if (list.dataset.key === key) return
  list.dataset.key = key
  list.replaceChildren(
    ...mitigations.map(({ name, isOn, isFixed }) => {
      const input = make('input', {
        type: 'checkbox',
        checked: isOn,
        disabled: isFixed || switching !== undefined,
        onchange: async () => {
          if (!(await ask('POST', 'mitigations', { name, on: input.checked }))) input.checked = isOn
        },
      })
      return make('li', {}, make('label', {}, input, name))
    }),
  )
}

export function drawLog({ lines }) {
  byId('log').replaceChildren(
    ...lines
      .toReversed()
      .map(({ at, text }) => make('li', {}, make('time', {}, new Date(at).toLocaleTimeString()), text)),
  )
}
