/** Text for the inside of an element or of an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * A page that needs nothing but itself: no script runs in it, and it loads nothing.
 *
 * @param title - plain text, also the heading
 * @param style - CSS beyond what all pages have
 * @param body - HTML, already escaped
 */
export function htmlPage(title: string, style: string, body: string): string {
  const heading = escapeHtml(title);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>
body { margin: 2rem; font: 16px/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.4rem; }
figure { margin: 0 0 2rem; }
${style}
</style>
</head>
<body>
<h1>${heading}</h1>
${body}
</body>
</html>
`;
}
