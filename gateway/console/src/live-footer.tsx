import { live, type LiveState } from './live'
import { useStore } from './store'

const WORDS: Record<LiveState, string> = {
  idle: '',
  connecting: 'connecting',
  live: 'live',
  broken: 'socket broken, coming back',
  ended: 'ended',
}

/** What the running subscription does, and the cursor to go on from. */
export function LiveFooter() {
  const { state, updates, cursor } = useStore(live)
  if (state === 'idle') return null
  return (
    <div className="onevisit-live" role="status" data-state={state}>
      <span className="onevisit-dot" aria-hidden="true" />
      <span>
        {WORDS[state]} · {updates} {updates === 1 ? 'update' : 'updates'}
      </span>
      {cursor && (
        <span className="onevisit-cursor">
          last cursor <code title="Click selects it, for the variables of Resume">{cursor}</code>
        </span>
      )}
    </div>
  )
}
