import { controlStands, isNotEvenFelt, keyRemoved, scenario, webApps } from '../harness/index.ts'

const withTokens = {
  app: ['feed', 'messenger', 'photos', 'messenger-api', 'business-api'],
  surface: ['mobile', 'api'],
} as const

export default scenario({
  title: 'A signing key is cleaned away while its tokens live',
  story:
    'An automation that tidies up old keys overlooks the mark that says which ones are to stay, and deletes the one that signs. Auth makes new tokens with another key, and whoever signs in anew is well. But every token that was signed with the old one is now a forgery, at auth itself at once, and at each app that judges signatures as soon as it fetches the published set again. Cookies, which are looked up and not judged, go on. A publisher that refuses to withdraw a key in use makes it a non-event.',
  cause: 'key',
  replays: 'microsoft-2021-03-15',
  source: 'Microsoft RCA of the Azure AD outage of 2021-03-15',
  lasted: '14h',
  differs: 'There it came on over an hour, and the last caches had the bad set until the next day.',
  needs: ['jwks-overlap'],
  fidelity: [
    {
      fact: 'valid tokens were refused, on phones and of systems',
      observe: outcome => outcome.forcedLogouts(withTokens).share,
      atLeast: 0.6,
    },
    {
      fact: 'new sign-ins worked',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atLeast: 0.95,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }, { surface: ['mobile', 'api'] }],
  faults: [{ at: '5500ms', for: '10s', fault: keyRemoved({}) }],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toSignOut(withTokens, { share: 0.6 })
      expect(outcome).toKeepEveryoneSignedIn({ surface: 'web' })
      expect(outcome).toIsolate({ atLeast: 0.95 })
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
