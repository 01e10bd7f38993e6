/* The control room's page. Runs in a browser, as it is. */
const byId = id => document.getElementById(id)
const about = await (await fetch('about')).json()

/** An element with attributes, properties that begin with `on`, and children; a text is never markup. */
function make(name, attributes = {}, ...children) {
  const svg = ['svg', 'path', 'rect', 'text', 'g'].includes(name)
  const element = svg
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) element[key] = value
    else element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.filter(child => child !== undefined))
  return element
}

const percent = share => `${Math.round(share * 100)} %`

// --- Asking the server for something

let messageTimer
function say(text) {
  const message = byId('message')
  message.textContent = text
  message.hidden = false
  clearTimeout(messageTimer)
  messageTimer = setTimeout(() => {
    message.hidden = true
  }, 12_000)
}

async function ask(method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (response.ok) return true
    say((await response.json()).error)
  } catch (error) {
    say(`the control room does not answer: ${error.message}`)
  }
  return false
}

// --- The forms

function inputFor(field, id) {
  const { kind, usual, choices, min, max, suggestions, isRequired, name } = field
  if (kind === 'choice')
    return make(
      'select',
      { name },
      ...(isRequired || usual !== undefined ? [] : [make('option', { value: '' }, '')]),
      ...choices.map(choice => make('option', { value: choice, selected: choice === usual }, choice)),
    )
  if (kind === 'check') return make('input', { name, type: 'checkbox', checked: usual === 'true' })
  if (kind === 'number')
    return make('input', {
      name,
      type: 'number',
      step: 'any',
      min,
      max,
      placeholder: usual,
      required: isRequired,
    })
  const list = suggestions?.length ? `${id}-${name}` : undefined
  return make('input', {
    name,
    type: 'text',
    list,
    placeholder: usual ?? (kind === 'json' ? 'JSON' : undefined),
    required: isRequired,
    autocomplete: 'off',
    spellcheck: 'false',
  })
}

/** What was filled in; what was left empty is left out. Throws where JSON is none. */
function paramsIn(form, fields) {
  const params = {}
  for (const { name, kind, choices } of fields) {
    const input = form.elements[name]
    if (kind === 'check') params[name] = input.checked
    else if (input.value !== '') {
      if (kind === 'number') params[name] = Number(input.value)
      else if (kind === 'json') {
        try {
          params[name] = JSON.parse(input.value)
        } catch {
          throw new Error(`${name}: ${input.value} is not JSON`)
        }
      } else params[name] = kind === 'choice' && choices.length === 0 ? undefined : input.value
    }
  }
  return params
}

function variantForm({ kind, missing }, { name: variant, fields }, n, several) {
  const id = `${kind}-${n}`
  const form = make(
    'form',
    {
      onsubmit: async event => {
        event.preventDefault()
        const button = form.querySelector('button')
        button.disabled = true
        try {
          await ask('POST', 'faults', { kind, params: paramsIn(form, fields) })
        } catch (error) {
          say(error.message)
        }
        button.disabled = missing !== undefined
      },
    },
    several ? make('p', { class: 'quiet' }, variant) : undefined,
    ...fields.map(field =>
      make(
        'label',
        {},
        `${field.name}${field.isRequired ? ' *' : ''}`,
        inputFor(field, id),
        field.suggestions?.length
          ? make(
              'datalist',
              { id: `${id}-${field.name}` },
              ...field.suggestions.map(value => make('option', { value })),
            )
          : undefined,
      ),
    ),
    missing === undefined ? undefined : make('p', { class: 'quiet' }, missing),
    make('button', { class: 'break', disabled: missing !== undefined }, `Break it: ${kind}`),
  )
  return form
}

function drawForms() {
  const wanted = byId('filter').value.trim().toLowerCase()
  const shown = about.forms.filter(({ kind, summary, layer }) =>
    `${kind} ${summary} ${layer}`.toLowerCase().includes(wanted),
  )
  const layers = [...new Set(shown.map(({ layer }) => layer))]
  byId('forms').replaceChildren(
    ...layers.flatMap(layer => [
      make('h3', {}, layer),
      ...shown
        .filter(form => form.layer === layer)
        .map(form =>
          make(
            'details',
            { 'data-fault': form.kind, open: shown.length === 1 },
            make('summary', {}, make('b', {}, form.kind), ` ${form.summary}`),
            ...form.variants.map((variant, n) => variantForm(form, variant, n, form.variants.length > 1)),
          ),
        ),
    ]),
  )
}

// --- What goes on

function sparkPath(values) {
  const points = values.map((value, n) => (value === null ? undefined : [n, 24 - 22 * value]))
  let path = ''
  for (const [n, point] of points.entries()) {
    if (point) path += `${points[n - 1] ? 'L' : 'M'}${point[0]} ${point[1].toFixed(1)}`
  }
  return path
}

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

function drawApps({ apps, levels, crowd }) {
  byId('apps').replaceChildren(...apps.toSorted(inOrder).map(app => tile(app, levels[app.app])))
  const sum = key => apps.reduce((total, app) => total + app[key], 0)
  byId('totals').textContent =
    crowd === 'gone'
      ? 'the crowd has gone home: start again for another'
      : crowd === 'none'
        ? 'without a crowd'
        : `${sum('signedIn')} signed in, ${sum('forcedOut')} forced out so far`
}

function drawFaults({ faults, playing }) {
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

function drawMitigations({ mitigations, switching }) {
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

function drawLog({ lines }) {
  byId('log').replaceChildren(
    ...lines
      .toReversed()
      .map(({ at, text }) => make('li', {}, make('time', {}, new Date(at).toLocaleTimeString()), text)),
  )
}

// --- The map: drawn once, then only what changes

const places = new Map()
const linkPaths = new Map()
const columnWidth = 222

function drawMap() {
  const columns = [['edge', 'status'], ['app'], ['auth'], ['postgres', 'config', 'cache', 'audit']].map(
    programs => about.services.filter(({ program }) => programs.includes(program)),
  )
  const tallest = Math.max(...columns.map(column => column.length))
  const svg = make('svg', { viewBox: `0 0 ${columns.length * columnWidth} ${tallest * 40 + 10}` })
  const boxes = columns.flatMap((column, x) =>
    column.map(({ name }, row) => {
      const [left, top] = [x * columnWidth + 6, 6 + ((tallest - column.length) * 40) / 2 + row * 40]
      const note = make('text', { class: 'note', x: left + 158, y: top + 19, 'text-anchor': 'end' })
      const group = make(
        'g',
        {},
        make('rect', { x: left, y: top, width: 166, height: 30, rx: 6 }),
        make('text', { x: left + 9, y: top + 19 }, name),
        note,
      )
      places.set(name, { left, top, group, note })
      return group
    }),
  )
  for (const { name, from, to } of about.links) {
    const [a, b] = [places.get(from), places.get(to)]
    if (!a || !b || a.left >= b.left) continue
    const [x1, y1, x2, y2] = [a.left + 166, a.top + 15, b.left, b.top + 15]
    const path = make('path', { d: `M${x1} ${y1}C${x1 + 26} ${y1} ${x2 - 26} ${y2} ${x2} ${y2}` })
    linkPaths.set(name, path)
    svg.append(path)
  }
  svg.append(...boxes)
  byId('map').replaceChildren(svg)
}

function colourMap({ links, broken }) {
  for (const [name, path] of linkPaths) {
    const rate = links[name] ?? 0
    path.setAttribute('class', broken.links.includes(name) ? 'broken' : rate > 0 ? 'busy' : '')
    path.setAttribute('stroke-width', String(Math.min(3, 1 + Math.log2(1 + rate) / 3)))
  }
  for (const [name, { group, note }] of places) {
    group.setAttribute('class', broken.services.includes(name) ? 'broken' : '')
    const rate = about.links
      .filter(({ to }) => to === name)
      .reduce((sum, link) => sum + (links[link.name] ?? 0), 0)
    note.textContent = rate > 0 ? `${Math.round(rate)}/s` : ''
  }
}

// --- What does not change

function drawPages() {
  const { pages, apis, rival, status, users, password, clients } = about.listing
  const links = list =>
    list
      .map(({ url, region }) => make('a', { href: url, target: '_blank', rel: 'noreferrer' }, region))
      .flatMap(link => [link, ' '])
  const apps = [...new Set(pages.map(({ app }) => app))]
  byId('pages').replaceChildren(
    make(
      'dl',
      {},
      ...apps.flatMap(app => {
        const user = users.find(each => each.app === app)
        return [
          make('dt', {}, app),
          make(
            'dd',
            {},
            ...links(pages.filter(each => each.app === app)),
            make('span', { class: 'quiet' }, user ? ` as ${user.username}` : ''),
          ),
        ]
      }),
      make('dt', {}, 'rival'),
      make(
        'dd',
        {},
        make('a', { href: rival, target: '_blank', rel: 'noreferrer' }, 'page'),
        make('span', { class: 'quiet' }, ` as ${users.find(each => each.app === 'rival')?.username ?? ''}`),
      ),
      make('dt', {}, 'status'),
      make('dd', {}, make('a', { href: status, target: '_blank', rel: 'noreferrer' }, 'page')),
      make('dt', {}, 'password'),
      make('dd', {}, make('code', {}, password), make('span', { class: 'quiet' }, ' for all of them')),
      ...clients.flatMap(({ app, id }) => [
        make('dt', {}, app),
        make(
          'dd',
          {},
          ...links(apis.filter(each => each.app === app)),
          make('span', { class: 'quiet' }, ` as ${id}`),
        ),
      ]),
    ),
  )
}

function storyOf(name) {
  const found = about.scenarios.find(each => each.name === name)
  return found ? `${found.title}. ${found.missing ?? found.story ?? ''}` : ''
}

byId('where').textContent = `${about.architecture} on ${about.runtime}`
byId('scenario').replaceChildren(
  ...about.scenarios.map(({ name, missing }) =>
    make('option', { value: name, disabled: missing !== undefined }, name),
  ),
)
byId('scenario').onchange = () => {
  byId('story').textContent = storyOf(byId('scenario').value)
}
byId('story').textContent = storyOf(byId('scenario').value)
byId('play').onsubmit = event => {
  event.preventDefault()
  void ask('POST', 'scenario', { name: byId('scenario').value })
}
byId('stop').onclick = () => ask('DELETE', 'scenario')
byId('filter').oninput = drawForms
drawForms()
drawMap()
drawPages()

const events = new EventSource('events')
events.onmessage = ({ data }) => {
  const state = JSON.parse(data)
  byId('connection').textContent = state.switching === undefined ? '' : `switching ${state.switching}`
  drawApps(state)
  // Whoever is about to press a button must not have it taken away from under the finger.
  if (!byId('faults').matches(':focus-within') || state.faults.length !== byId('faults').children.length)
    drawFaults(state)
  drawMitigations(state)
  drawLog(state)
  colourMap(state)
}
events.onerror = () => {
  byId('connection').textContent = 'the control room does not answer'
}
