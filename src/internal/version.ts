/** Version of this package, as in package.json; sent in the user agent of every AWS client the library makes. */
export const VERSION = "0.1.0";
