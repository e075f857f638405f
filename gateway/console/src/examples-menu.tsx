import { ChevronDownIcon, DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { EXAMPLES, type Example } from './operations'

/** The examples again, each in a tab of its own: for those who closed or changed the first ones. */
export function ExamplesMenu() {
  const { addTab } = useGraphiQLActions()
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'))
  const open = (example: Example) => {
    addTab()
    queryEditor?.setValue(example.query)
    variableEditor?.setValue(example.variables)
  }
  return (
    <DropdownMenu>
      <DropdownMenu.Button className="onevisit-examples">
        Examples <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content>
        {EXAMPLES.map((example) => (
          <DropdownMenu.Item key={example.name} onSelect={() => open(example)}>
            {example.name}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  )
}
