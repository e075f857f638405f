/** The operations that an integrator needs first: the very files of examples/operations, in the order of a visit. */
import bookText from '../../../examples/operations/book.graphql?raw'
import bookVariables from '../../../examples/operations/book.json?raw'
import boardText from '../../../examples/operations/board.graphql?raw'
import boardVariables from '../../../examples/operations/board.json?raw'
import claimText from '../../../examples/operations/claim.graphql?raw'
import claimVariables from '../../../examples/operations/claim.json?raw'
import explainText from '../../../examples/operations/explain.graphql?raw'
import explainVariables from '../../../examples/operations/explain.json?raw'
import intakeText from '../../../examples/operations/intake.graphql?raw'
import intakeVariables from '../../../examples/operations/intake.json?raw'
import liveText from '../../../examples/operations/live.graphql?raw'
import liveVariables from '../../../examples/operations/live.json?raw'
import receiptText from '../../../examples/operations/receipt.graphql?raw'
import receiptVariables from '../../../examples/operations/receipt.json?raw'
import resumeText from '../../../examples/operations/resume.graphql?raw'
import resumeVariables from '../../../examples/operations/resume.json?raw'

export interface Example {
  readonly name: string
  readonly query: string
  readonly variables: string
}

export const EXAMPLES: readonly Example[] = [
  example(intakeText, intakeVariables),
  example(explainText, explainVariables),
  example(claimText, claimVariables),
  example(bookText, inFuture(bookVariables)),
  example(receiptText, receiptVariables),
  example(liveText, liveVariables),
  example(resumeText, resumeVariables),
  example(boardText, boardVariables),
]

function example(query: string, variables: string): Example {
  const [, name = ''] = /^(?:query|mutation|subscription) (\w+)/m.exec(query) ?? []
  return { name, query: query.trimEnd(), variables: variables.trimEnd() }
}

/** The same hours tomorrow, if the window of the file is over: an appointment lies in the future. */
function inFuture(variables: string): string {
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  return variables.replaceAll(/(?<=")(\d{4}-\d\d-\d\d)(?=T)/g, (day) => (day < tomorrow ? tomorrow : day))
}
