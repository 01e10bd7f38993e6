/** The pages of the web surface. */
export { homePage } from './home.ts'
export { errorPage, type Refusal, readOnlyPage, refusalPage, tryLaterPage } from './notices.ts'
export { keptPlacePage, queuedPage, type SignInNotice, signInPage } from './sign-in.ts'
