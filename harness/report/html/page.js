/* The script of the report's page: shows what the address names, and draws its charts. Runs in a browser, as it is. */
/* global uPlot */
{
  const { runs, pictures } = JSON.parse(document.getElementById('data').textContent)
  const home = document.getElementById('home')
  const detail = document.getElementById('detail')
  const root = document.documentElement
  const themeButton = document.getElementById('theme')
  const title = document.title
  /** The charts that are on the page. */
  let drawn = []

  // --- Colours and dashes: told apart without colour, too.

  const colour = name => getComputedStyle(root).getPropertyValue(name).trim()
  const palettes = {
    light: ['#0b5cad', '#b4552d', '#17654a', '#7b3fa0', '#8a6d00', '#4d5761', '#a3245f'],
    dark: ['#7db8f0', '#f0945f', '#6fcfa4', '#c79be8', '#e6c34a', '#b9c0c7', '#f08bb8'],
  }
  const dashes = [[], [6, 3], [2, 3], [10, 3, 2, 3], [1, 2], [8, 2, 8, 6], [4, 6]]
  const apps = ['feed', 'messenger', 'photos', 'chat', 'ads', 'messenger-api', 'business-api']

  // --- What there is to draw, by the name of the chart: { seconds, lines: [{ label, values }], percent? }

  const share = (good, intended) => intended.map((all, n) => (all === 0 ? null : (100 * good[n]) / all))
  const sum = lists =>
    lists.reduce(
      (total, list) => total.map((value, n) => value + (list[n] ?? 0)),
      lists[0]?.map(() => 0) ?? [],
    )
  const family = series => series.groups.filter(({ app }) => app !== 'rival')

  const charts = {
    goodput({ series }, surface) {
      const lines = series.groups
        .filter(group => group.surface === surface)
        .map(({ app, good, intended }) => ({ label: app, values: share(good, intended) }))
      return { lines, range: [0, 105], unit: ' %' }
    },
    sessions({ series }) {
      const surfaces = [...new Set(family(series).map(({ surface }) => surface))]
      const lines = surfaces.map(surface => ({
        label: surface,
        values: sum(
          family(series)
            .filter(group => group.surface === surface)
            .map(({ signedIn }) => signedIn),
        ),
      }))
      return { lines }
    },
    refusals({ series }) {
      const of = key => sum(family(series).map(group => group[key]))
      return {
        lines: [
          { label: 'forced out', values: of('forcedOut') },
          { label: 'refused at sign-in', values: of('refused') },
          { label: 'found themselves signed out', values: of('signedOut') },
        ],
      }
    },
    latency({ series }) {
      return {
        lines: [
          { label: 'p50', values: series.p50Ms },
          { label: 'p99', values: series.p99Ms },
        ],
        unit: ' ms',
      }
    },
    load({ series }) {
      return {
        lines: [
          { label: 'requests at auth', values: series.authRequests },
          {
            label: 'things people set out to do',
            values: sum(family(series).map(({ intended }) => intended)),
          },
        ],
      }
    },
    reports({ series, reports }) {
      const length = series.p50Ms.length
      const padded = values => Array.from({ length }, (_, n) => values[n] ?? 0)
      const lines = reports
        .filter(({ perSecond }) => perSecond.some(count => count > 0))
        .map(({ app, perSecond }) => ({ label: app, values: padded(perSecond) }))
      return { lines: lines.length > 0 ? lines : [{ label: 'nobody reported anything', values: padded([]) }] }
    },
  }

  function dataOf(run, name) {
    const [kind, argument] = name.split(' ')
    const { lines, ...rest } = charts[kind](run, argument)
    return { seconds: run.series.p50Ms.map((_, n) => n + 0.5), lines, ...rest }
  }

  // --- Drawing

  /** Shades the time in which a fault was on, below everything else. */
  const faultBands = faults => chart => {
    const { ctx, bbox } = chart
    ctx.save()
    for (const [from, until] of faults) {
      const left = chart.valToPos(from, 'x', true)
      const right = chart.valToPos(until, 'x', true)
      ctx.globalAlpha = 0.14
      ctx.fillStyle = colour('--fault')
      ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height)
      ctx.globalAlpha = 0.7
      ctx.fillRect(left, bbox.top, 1.5, bbox.height)
      ctx.fillRect(right, bbox.top, 1.5, bbox.height)
    }
    ctx.restore()
  }

  /** What the status page said of the worst app, as a bar at the bottom. */
  const statusBar = levels => chart => {
    const rank = { 'no known issues': 0, 'some disruptions': 1, 'high disruptions': 2 }
    const { ctx, bbox } = chart
    const now = new Map()
    const steps = [...levels].sort((a, b) => a.at - b.at)
    ctx.save()
    for (const [n, { app, at, level }] of steps.entries()) {
      now.set(app, rank[level] ?? 0)
      const worst = Math.max(...now.values())
      if (worst === 0) continue
      const left = Math.max(bbox.left, chart.valToPos(at / 1000, 'x', true))
      const next = steps[n + 1]
      const right = next === undefined ? bbox.left + bbox.width : chart.valToPos(next.at / 1000, 'x', true)
      ctx.globalAlpha = worst === 2 ? 0.9 : 0.4
      ctx.fillStyle = colour('--broke')
      ctx.fillRect(left, bbox.top + bbox.height - 6, right - left, 6)
    }
    ctx.restore()
  }

  function draw(place, run, name) {
    const { seconds, lines, range, unit = '' } = dataOf(run, name)
    const palette = palettes[root.dataset.theme === 'dark' ? 'dark' : 'light']
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    }
    const lookOf = (label, n) => {
      const place = apps.includes(label) ? apps.indexOf(label) : n
      return label === 'rival'
        ? { stroke: colour('--quiet'), dash: [2, 4] }
        : { stroke: palette[place % 7], dash: dashes[place % 7] }
    }
    const options = {
      width: place.clientWidth - 14,
      height: 190,
      cursor: { sync: { key: 'seconds' }, y: false, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [0, seconds.length] },
        y: { range: (_, _low, high) => range ?? [0, Math.max(1, high * 1.08)] },
      },
      axes: [
        { ...axis, size: 26, values: (_, ticks) => ticks.map(tick => `${tick} s`) },
        { ...axis, size: 46 },
      ],
      series: [
        { label: 'second', value: (_, value) => (value === null ? '–' : `${Math.floor(value)} s`) },
        ...lines.map(({ label }, n) => ({
          label,
          width: 2,
          points: { show: false },
          spanGaps: true,
          value: (_, value) => (value === null || value === undefined ? '–' : `${Math.round(value)}${unit}`),
          ...lookOf(label, n),
        })),
      ],
      hooks: { drawClear: [faultBands(run.faults)], draw: name === 'reports' ? [statusBar(run.levels)] : [] },
    }
    drawn.push(new uPlot(options, [seconds, ...lines.map(({ values }) => values)], place))
  }

  function fillTable(details, run, name) {
    if (details.querySelector('table')) return
    const { seconds, lines, unit = '' } = dataOf(run, name)
    const table = document.createElement('table')
    const header = table.createTHead().insertRow()
    for (const text of ['second', ...lines.map(({ label }) => label)]) {
      const cell = document.createElement('th')
      cell.scope = 'col'
      cell.textContent = text
      header.append(cell)
    }
    const body = table.createTBody()
    for (const n of seconds.keys()) {
      const row = body.insertRow()
      row.insertCell().textContent = `${n}`
      for (const { values } of lines) {
        const value = values[n]
        row.insertCell().textContent =
          value === null || value === undefined ? '–' : `${Math.round(value)}${unit}`
      }
    }
    details.append(table)
  }

  function drawAll() {
    for (const chart of drawn) chart.destroy()
    drawn = []
    for (const part of detail.querySelectorAll('[data-run]')) {
      const run = runs[part.dataset.run]
      if (run?.series === undefined) continue
      for (const place of part.querySelectorAll('[data-chart]')) draw(place, run, place.dataset.chart)
      for (const details of part.querySelectorAll('details[data-table]'))
        details.ontoggle = () => fillTable(details, run, details.dataset.table)
    }
  }

  // --- Moving about

  function show() {
    const name = decodeURIComponent(location.hash.slice(1))
    const template = [...document.querySelectorAll('template')].find(each => each.dataset.name === name)
    if (name === 'view') return
    home.hidden = template !== undefined
    detail.hidden = template === undefined
    detail.replaceChildren(...(template ? [template.content.cloneNode(true)] : []))
    document.title = template ? `${name} – ${title}` : title
    for (const image of detail.querySelectorAll('img[data-picture]'))
      image.src = pictures[image.dataset.picture] ?? ''
    drawAll()
    if (template) {
      scrollTo(0, 0)
      detail.querySelector('h2')?.focus({ preventScroll: true })
    }
  }

  function setTheme(theme) {
    root.dataset.theme = theme
    themeButton.textContent = theme === 'dark' ? 'Light' : 'Dark'
    themeButton.setAttribute('aria-pressed', String(theme === 'dark'))
    drawAll()
  }

  themeButton.onclick = () => setTheme(root.dataset.theme === 'dark' ? 'light' : 'dark')
  setTheme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  addEventListener('hashchange', show)
  let width = innerWidth
  addEventListener('resize', () => {
    if (innerWidth === width) return
    width = innerWidth
    drawAll()
  })
  show()
}
