import type { Figures } from './parts.ts'
import type { SubjectName } from './subjects.ts'

export type Results = Partial<Record<SubjectName, Figures>>

const rowWidth = 46
const cellWidth = 11

/** The figures of all subjects, at most 100 columns wide; ratios are of firebreak to the others. */
export function tableOf(results: Results): string {
  const names = (['direct', 'firebreak', 'toxiproxy'] as const).filter(name => results[name] !== undefined)
  const others = names.filter(name => name !== 'firebreak')
  // The proxy has every row, in their order.
  const rows = Object.keys(results.firebreak ?? {})
  const head = line(['', ...names, ...others.map(name => `: ${name}`)])
  const lines = rows.map(row => {
    const figures = names.map(name => results[name]?.[row])
    const own = results.firebreak?.[row]
    const ratios = others.map(name => ratioText(own, results[name]?.[row]))
    return line([row, ...figures.map(figureText), ...ratios])
  })
  return [head, ...lines].join('\n')
}

function line([first = '', ...cells]: readonly string[]): string {
  return (first.padEnd(rowWidth) + cells.map(cell => cell.padStart(cellWidth)).join('')).trimEnd()
}

function ratioText(own: number | undefined, other: number | undefined): string {
  if (own === undefined || other === undefined) return ''
  const ratio = own / other
  return Number.isFinite(ratio) && ratio >= 0 ? `${ratio.toFixed(2)}x` : ''
}

/** With three digits that count. */
export function figureText(figure: number | undefined): string {
  if (figure === undefined || Number.isNaN(figure)) return '-'
  const size = Math.abs(figure)
  if (size >= 1_000) return Math.round(figure).toLocaleString('en')
  if (size >= 100 || figure === 0) return figure.toFixed(0)
  return figure.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3)
}
