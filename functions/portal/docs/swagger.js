"use strict";

// The console's session: that of this tab, or another tab's (console/src/api/session.ts)
let token = JSON.parse(sessionStorage.getItem("sprocketworks-session"))?.access;
const others = new BroadcastChannel(`sprocketworks:${new URL(".", document.baseURI).pathname}`);
others.addEventListener("message", ({ data }) => {
  if ("session" in data) token = data.session?.access;
});
if (!token) others.postMessage({ ask: true });

// The scheme is that of the console: the system's
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  // the badge of an online validator is not asked for
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  requestInterceptor(request) {
    if (token) request.headers.Authorization ??= `Bearer ${token}`;
    return request;
  },
  responseInterceptor(response) {
    // the console signs in; a form of Swagger UI's own could not
    if (response.url.endsWith("/openapi.json")) {
      const contract = JSON.parse(response.text);
      delete contract.components.securitySchemes.oauth2;
      response.text = JSON.stringify(contract);
    }
    return response;
  },
});
