import { GraphiQL } from 'graphiql'
import { useMemo } from 'react'
import { ExamplesMenu } from './examples-menu'
import { createFetcher } from './fetcher'
import { LiveFooter } from './live-footer'
import { NoticeLine } from './notice-line'
import { EXAMPLES } from './operations'
import { useStore } from './store'
import { followAddress, token } from './token'
import { TopBar } from './top-bar'

/** What the variables editor may hold for a scalar of the schema. */
const SCALARS = { DateTime: { type: 'string', format: 'date-time' }, Cursor: { type: 'string' }, JSON: {} }
const FIRST_VISIT = localStorage.getItem('graphiql:tabState') === null

followAddress()

export function Console() {
  const current = useStore(token)
  const fetcher = useMemo(createFetcher, [current]) // another token may see another schema, so it is read anew
  return (
    <>
      <TopBar />
      <NoticeLine />
      <main>
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={EXAMPLES.map(({ query, variables }) => ({ query, variables }))}
          defaultEditorToolsVisibility="variables"
          customScalarSchemas={SCALARS}
          inputValueDeprecation
          schemaDescription
          showPersistHeadersSettings={false}
          {...(!current && { schema: null })} // nobody may read the schema without a token, so it is not asked for
          {...(FIRST_VISIT && { initialVariables: EXAMPLES[0]?.variables ?? '' })} // GraphiQL shows them from the second tab on
        >
          <GraphiQL.Logo>
            <ExamplesMenu />
          </GraphiQL.Logo>
          <GraphiQL.Footer>
            <LiveFooter />
          </GraphiQL.Footer>
        </GraphiQL>
      </main>
    </>
  )
}
