/** The folder of this page, which is the API's base: any stage, domain or path before it. */
export const base = new URL(".", document.baseURI);
