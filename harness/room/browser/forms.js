/* A form for every fault. */

import { about, ask, say } from './connection.js'
import { byId, make } from './dom.js'

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

export function drawForms() {
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
