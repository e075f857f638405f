// A page of groups as Relay pages through it: refetchable, with a connection, and a node read again by its id.
import { graphql } from "react-relay";

export const query = graphql`
  query GroupsQuery($first: Int!, $id: ID!) {
    ...Groups_list @arguments(first: $first)
    node(id: $id) {
      ...Groups_order @alias
    }
  }
`;

export const list = graphql`
  fragment Groups_list on Query
  @refetchable(queryName: "GroupsPageQuery")
  @argumentDefinitions(first: { type: "Int!" }, after: { type: "String" }) {
    fusionGroups(first: $first, after: $after) @connection(key: "Groups_fusionGroups") {
      edges {
        node {
          id
          key
          explain
        }
      }
    }
  }
`;

export const order = graphql`
  fragment Groups_order on Order @refetchable(queryName: "GroupsOrderQuery") {
    number
    state
    exchanges(first: 10) {
      edges {
        node {
          direction
          body
        }
      }
    }
  }
`;

export const claim = graphql`
  mutation GroupsClaimMutation($input: ClaimWorkItemInput!) {
    claimWorkItem(input: $input) {
      __typename
      ... on WorkItemClaimed {
        item {
          id
          state
        }
      }
      ... on Refusal {
        code
      }
    }
  }
`;

export const updates = graphql`
  subscription GroupsUpdatesSubscription($after: Cursor) {
    updates(after: $after) {
      cursor
      kind
      group {
        id
        state
      }
    }
  }
`;
