import { HOW_TO_GET_A_TOKEN, notice } from './notice'
import { useStore } from './store'
import { token } from './token'

/** One sentence under the top bar while something stands in the way: no token, or one that was not accepted. */
export function NoticeLine() {
  const current = useStore(token)
  const refused = useStore(notice) === 'refused'
  if (refused && current) {
    return <Line kind="refused" what="The gateway did not accept this token." remedy="Clear this one and paste that." />
  }
  if (refused) return <Line kind="refused" what="The gateway accepts no request without a token." remedy="Paste it above." />
  if (!current) return <Line kind="hint" what="The gateway answers those who have a token." remedy="Paste it above." />
  return null
}

function Line({ kind, what, remedy }: { kind: string; what: string; remedy: string }) {
  return (
    <p className="onevisit-notice" role="status" data-kind={kind}>
      {what} Where it runs, <code>{HOW_TO_GET_A_TOKEN}</code> prints one. {remedy}
    </p>
  )
}
