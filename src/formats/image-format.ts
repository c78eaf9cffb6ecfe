/**
 * Kinds of image files that {@link sniffImageFormat} knows. Image Classification takes PNG and JPEG.
 *
 * @public
 */
export type ImageFormat = "png" | "jpeg" | "gif" | "bmp" | "webp" | "tiff" | "heic" | "avif";

/** Bytes that {@link sniffImageFormat} looks at. */
export const sniffBytes = 16;

const heicBrands = new Set(["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]);

/**
 * Tells the kind of an image file by its first bytes, whatever its name says.
 *
 * @param bytes - the beginning of the file, at least 16 bytes
 * @returns undefined when it is none of the known kinds
 * @public
 */
export function sniffImageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, sniffBytes));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "gif";
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "webp";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "tiff";
  // Two letters alone are too little: in a bitmap four reserved bytes are zero.
  if (text.startsWith("BM") && text.startsWith("\0\0\0\0", 6)) return "bmp";
  if (text.startsWith("ftyp", 4)) {
    const brand = text.slice(8, 12);
    if (brand === "avif" || brand === "avis") return "avif";
    if (heicBrands.has(brand)) return "heic";
  }
  return undefined;
}
