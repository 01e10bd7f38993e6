/* Where each app is to be found, and as whom. */

import { about } from './connection.js'
import { byId, make } from './dom.js'

export function drawPages() {
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
