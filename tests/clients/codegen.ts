import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "generated/schema.graphql",
  documents: "operations/*.graphql",
  config: {
    strictScalars: true,
    scalars: { DateTime: "string", Cursor: "string", JSON: "unknown" },
  },
  generates: {
    "generated/schema.ts": { plugins: ["typescript"] },
    "generated/operations.ts": { plugins: ["typescript-operations"] },
  },
};

export default config;
