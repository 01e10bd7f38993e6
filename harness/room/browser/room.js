/* The control room's page: runs in a browser, as it is. */

import { about, ask } from './connection.js'
import { byId, make } from './dom.js'
import { drawForms } from './forms.js'
import { drawApps, drawFaults, drawLog, drawMitigations } from './live.js'
import { colourMap, drawMap } from './map.js'
import { drawPages } from './pages.js'

function drawStory() {
  const found = about.scenarios.find(({ name }) => name === byId('scenario').value)
  byId('story').textContent = found ? `${found.title}. ${found.missing ?? found.story ?? ''}` : ''
}

byId('where').textContent = `${about.architecture} on ${about.runtime}`
byId('scenario').replaceChildren(
  ...about.scenarios.map(({ name, missing }) =>
    make('option', { value: name, disabled: missing !== undefined }, name),
  ),
)
byId('scenario').onchange = drawStory
byId('play').onsubmit = event => {
  event.preventDefault()
  void ask('POST', 'scenario', { name: byId('scenario').value })
}
byId('stop').onclick = () => ask('DELETE', 'scenario')
byId('filter').oninput = drawForms
drawStory()
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
