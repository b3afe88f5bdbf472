"use strict";

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  // the badge of an online validator is not asked for
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
});
