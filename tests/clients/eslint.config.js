import plugin from "@graphql-eslint/eslint-plugin";

const { parser, configs } = plugin;

const graphQLConfig = { schema: "generated/schema.graphql", documents: "operations/*.graphql" };
const shared = {
  plugins: { "@graphql-eslint": plugin },
  languageOptions: { parser, parserOptions: { graphQLConfig } },
};

const schemaRules = {
  ...configs["flat/schema-recommended"].rules,
  // Whatever has an identity implements Node, as Relay has it. A value (Customer, Hold), a page, a refusal or the
  // success of a mutation is part of an answer: an id of its own would let a client's cache mix two answers.
  "@graphql-eslint/strict-id-in-types": "off",
};

export default [
  { ...shared, files: ["generated/schema.graphql"], rules: schemaRules },
  { ...shared, files: ["operations/*.graphql"], rules: configs["flat/operations-recommended"].rules },
];
