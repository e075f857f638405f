/** What a request text asks for, read from the text itself: GraphiQL's own reading of it may be a moment old. */
import type { FetcherParams } from '@graphiql/toolkit'
import { Kind, parse, type OperationDefinitionNode } from 'graphql'

/** The operation that would run; undefined where the text cannot be read, for the gateway to say why. */
export function operationOf({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  try {
    const operations = parse(query).definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    return operations.find((node) => node.name?.value === operationName) ?? only(operations)
  } catch {
    return undefined
  }
}

/** The request with the name of the operation that its text holds. */
export function named(params: FetcherParams, operation: OperationDefinitionNode | undefined): FetcherParams {
  return operation ? { ...params, operationName: operation.name?.value ?? null } : params
}

export function declares(operation: OperationDefinitionNode, variable: string): boolean {
  return operation.variableDefinitions?.some((node) => node.variable.name.value === variable) ?? false
}

function only<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined
}
