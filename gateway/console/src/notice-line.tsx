import type { ReactNode } from 'react'
import { HOW_TO_GET_A_TOKEN, notice } from './notice'
import { useStore } from './store'
import { token } from './token'

/** One sentence under the top bar while something stands in the way: no token, or one that was not accepted. */
export function NoticeLine() {
  const current = useStore(token)
  const refused = useStore(notice) === 'refused'
  if (refused) return <Line kind="refused">The gateway did not accept {current ? 'this token' : 'a request without a token'}.</Line>
  if (!current) return <Line kind="hint">The gateway answers those with a token.</Line>
  return null
}

function Line({ kind, children }: { kind: string; children: ReactNode }) {
  return (
    <p className="onevisit-notice" role="status" data-kind={kind}>
      {children} Where it runs, <code>{HOW_TO_GET_A_TOKEN}</code> prints one: paste it above.
    </p>
  )
}
