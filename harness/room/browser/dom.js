/* Elements of the page. */

export const byId = id => document.getElementById(id)

/** An element with attributes, properties that begin with `on`, and children; a text is never markup. */
export function make(name, attributes = {}, ...children) {
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
