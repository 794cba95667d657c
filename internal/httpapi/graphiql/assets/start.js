// The token may come in the fragment (/graphiql#token=…), which no browser sends to a
// server; it then stands in the headers editor. Nothing is kept when the page is closed.
"use strict";
(function () {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
  if (token) history.replaceState(null, "", location.pathname);

  const memory = new Map();
  const storage = {
    get length() { return memory.size; },
    getItem: (key) => (memory.has(key) ? memory.get(key) : null),
    setItem: (key, value) => memory.set(key, value),
    removeItem: (key) => memory.delete(key),
    clear: () => memory.clear(),
  };

  const query = `# Ctrl-Enter runs the operation. The token stands under "Headers".
query Browse {
  apartments(filter: {status: VACANT}, orderBy: PRICE, first: 5) {
    edges {
      node { id title city state price { amount currency } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
      storage,
      defaultQuery: query,
      defaultHeaders: JSON.stringify({ Authorization: "Bearer " + (token || "<token>") }, null, 2),
      defaultEditorToolsVisibility: "headers",
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: false,
    }),
  );
})();
