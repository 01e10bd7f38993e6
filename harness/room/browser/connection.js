/* What the server says, and what it is asked for. */
import { byId } from './dom.js'

/** What does not change: topology, forms, scenarios, pages. */
export const about = await (await fetch('about')).json()

let messageTimer
/** Says it at the edge of the page for a while. */
export function say(text) {
  const message = byId('message')
  message.textContent = text
  message.hidden = false
  clearTimeout(messageTimer)
  messageTimer = setTimeout(() => {
    message.hidden = true
  }, 12_000)
}

/** Whether it was done; what speaks against it is said on the page. */
export async function ask(method, path, body) {
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
